"""PLY point clouds: written in chunks with flat memory, read back without copies.

Standard names come first and in the usual order, as CloudCompare guesses by parts of names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import Float32, Shaped, UInt8

from moe3d.errors import FileFormatError
from moe3d.io.files.atomic import new_file
from moe3d.io.files.outside_files import reading, require_file
from moe3d.scene.records import PointCloud

CHUNK_POINTS = 1 << 18

_TYPE_NAMES = {"f4": "float", "f8": "double", "u1": "uchar", "u2": "ushort", "i4": "int"}
_TYPE_NAMES |= {"i1": "char", "i2": "short", "u4": "uint"}
_TYPE_CODES = {name: code for code, name in _TYPE_NAMES.items()}
_TYPE_CODES |= {"float32": "f4", "float64": "f8", "uint8": "u1", "uint16": "u2", "int32": "i4"}
_TYPE_CODES |= {"int8": "i1", "int16": "i2", "uint32": "u4"}

_NORMALS = [("nx", "<f4"), ("ny", "<f4"), ("nz", "<f4")]
_EXTRAS = {
    "plain": [],
    # MeshLab reads "quality"; a float named "confidence" it takes for half of a double.
    "universal": [("quality", "<f4"), ("photo_id", "<u2"), ("winner", "u1")],
    "cloudcompare": [
        ("scalar_confidence", "<f4"),
        ("scalar_winner", "<f4"),
        ("scalar_photo", "<f4"),
    ],
}
_SUPPORT = {"universal": [("support", "u1")], "cloudcompare": [("scalar_support", "<f4")]}
PRESETS = tuple(_EXTRAS)
"""Property names by program: "plain", "universal" (MeshLab, Blender, Open3D), "cloudcompare"."""


class PlyError(FileFormatError):
    """A PLY file that cannot be read."""


@dataclass(frozen=True)
class PlyVertices:
    """The vertices of a PLY file."""

    records: Shaped[np.ndarray, " N"]
    """One structured record a vertex, named as in the file; memory-mapped if binary."""
    comments: tuple[str, ...]

    @property
    def points(self) -> Float32[np.ndarray, "N 3"]:
        """x, y, z."""
        return _columns(self.records, ("x", "y", "z")).astype(np.float32, copy=False)

    @property
    def colors(self) -> UInt8[np.ndarray, "N 3"] | None:
        """red, green, blue; None when the file has none."""
        if not {"red", "green", "blue"} <= set(self.records.dtype.names or ()):
            return None
        return _columns(self.records, ("red", "green", "blue")).astype(np.uint8, copy=False)


def vertex_layout(preset: str, normals: bool, support: bool = False) -> np.dtype:
    """The record of one vertex in a preset."""
    position = [("x", "<f4"), ("y", "<f4"), ("z", "<f4")]
    color = [("red", "u1"), ("green", "u1"), ("blue", "u1")]
    extras = _EXTRAS[preset] + (_SUPPORT.get(preset, []) if support else [])
    return np.dtype(position + (_NORMALS if normals else []) + color + extras)


def vertex_records(cloud: PointCloud, layout: np.dtype) -> Shaped[np.ndarray, " N"]:
    """A cloud as records of this layout; winner and photo count from 0."""
    records = np.empty(len(cloud), layout)
    fill_records(records, cloud)
    return records


def fill_records(records: Shaped[np.ndarray, " N"], cloud: PointCloud) -> None:
    """Put a cloud into records that are there already."""
    names = records.dtype.names or ()
    _copy_triples(records, "x", cloud.points)
    if cloud.normals is not None and "nx" in names:
        _copy_triples(records, "nx", cloud.normals)
    _copy_triples(records, "red", cloud.colors)
    for name in names:
        plain = name.removeprefix("scalar_")
        if plain in ("quality", "confidence"):
            records[name] = cloud.confidence
        elif plain == "winner":
            records[name] = cloud.expert_index
        elif plain in ("photo", "photo_id"):
            records[name] = cloud.view_index
        elif plain == "support" and cloud.support is not None:
            records[name] = cloud.support


def _copy_triples(
    records: Shaped[np.ndarray, " N"], first: str, values: Shaped[np.ndarray, "N 3"]
) -> None:
    """Copy three neighbouring fields in one go: as bytes that nobody looks into, twice as fast."""
    fields: Any = records.dtype.fields
    kind, offset = fields[first][:2]
    width = 3 * kind.itemsize
    as_bytes = np.dtype(
        {
            "names": ["triple"],
            "formats": [f"V{width}"],
            "offsets": [offset],
            "itemsize": records.dtype.itemsize,
        }
    )
    triples = np.ascontiguousarray(values, kind).view(f"V{width}")[:, 0]
    records.view(as_bytes)["triple"] = triples


def write_ply(
    path: Path | str,
    cloud: PointCloud,
    preset: str = "universal",
    comments: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write a cloud to a binary PLY file, complete or not at all.

    Raises:
        OutputError: the file exists and may not be overwritten, or cannot be written.
    """
    path = Path(path)
    layout = vertex_layout(preset, cloud.normals is not None, cloud.support is not None)
    with new_file(path, overwrite) as part, part.open("wb") as stream:
        write_header(stream, len(cloud), layout, comments)
        write_vertices(stream, [cloud], layout)
    return path


def write_header(
    stream: BinaryIO,
    count: int,
    layout: np.dtype,
    comments: Sequence[str] = (),
    num_faces: int = 0,
) -> None:
    """Write the header of a binary little-endian PLY file of vertices, and triangles if any."""
    lines = ["ply", "format binary_little_endian 1.0"]
    lines += [f"comment {_one_line(comment)}" for comment in comments]
    lines += [f"element vertex {count}"]
    for name in layout.names or ():
        lines.append(f"property {_TYPE_NAMES[layout[name].str.lstrip('<|')]} {name}")
    if num_faces:
        lines += [f"element face {num_faces}", "property list uchar int vertex_indices"]
    stream.write(("\n".join([*lines, "end_header"]) + "\n").encode("ascii", "replace"))


def write_vertices(stream: BinaryIO, clouds: Iterable[PointCloud], layout: np.dtype) -> None:
    """Append clouds, a chunk at a time."""
    buffer = np.empty(CHUNK_POINTS, layout)  # one for all: fresh pages cost as much as the copy
    for cloud in clouds:
        for start in range(0, len(cloud), CHUNK_POINTS):
            part = slice_cloud(cloud, start, start + CHUNK_POINTS)
            records = buffer[: len(part)]
            fill_records(records, part)
            stream.write(records.data)


def slice_cloud(cloud: PointCloud, start: int, stop: int) -> PointCloud:
    """Some points of a cloud, in order, without copying."""
    part = slice(start, stop)
    return PointCloud(
        points=cloud.points[part],
        colors=cloud.colors[part],
        confidence=cloud.confidence[part],
        view_index=cloud.view_index[part],
        pixel_index=cloud.pixel_index[part],
        expert_index=cloud.expert_index[part],
        normals=None if cloud.normals is None else cloud.normals[part],
        support=None if cloud.support is None else cloud.support[part],
    )


def read_ply(path: Path | str) -> PlyVertices:
    """Read the vertices of a PLY file: binary of either byte order, or ASCII.

    Raises:
        PlyError: the file is missing, cut short, or no PLY file with a plain vertex element first.
    """
    path = Path(path)
    require_file(path, PlyError, "wanted a PLY file")
    with reading(path, PlyError, "is cut short or damaged"):
        with path.open("rb") as stream:
            header = _read_header(path, stream)
            offset = stream.tell()
        row_bytes = header.layout.itemsize
        if header.kind == "ascii":
            row_bytes = 2 * len(header.layout.names or ())  # a digit and a space a number
        there = path.stat().st_size - offset
        if header.count * row_bytes > there + 1:
            raise ValueError(f"{header.count} vertices do not fit into its {there} bytes")
        if header.kind == "ascii":
            records = _read_ascii(path, header, offset)
        elif header.count == 0:
            records = np.zeros(0, header.layout)
        else:
            records = np.memmap(path, header.layout, "r", offset, (header.count,))
    return PlyVertices(records, header.comments)


@dataclass(frozen=True)
class _Header:
    kind: str
    count: int
    layout: np.dtype
    comments: tuple[str, ...]


def _read_header(path: Path, stream: BinaryIO) -> _Header:
    if stream.readline(8).strip() != b"ply":
        raise PlyError(f"{path}: is no PLY file; its first line must be 'ply'")
    kind, count, element = "", -1, ""
    fields: list[tuple[str, str]] = []
    comments: list[str] = []
    for _ in range(1000):
        words = stream.readline(4096).decode("latin-1").split()
        match words:
            case ["format", kind, *_]:
                pass
            case ["comment" | "obj_info", *rest]:
                comments.append(" ".join(rest))
            case ["element", element, number]:
                count = int(number) if element == "vertex" and count < 0 else count
                if element != "vertex" and count < 0:
                    raise PlyError(f"{path}: its first element is {element}; wanted vertex")
            case ["property", kind_name, name] if element == "vertex":
                if kind_name not in _TYPE_CODES:
                    raise PlyError(
                        f"{path}: its vertex properties make no sense ({name} is {kind_name})"
                    )
                fields.append((name, _TYPE_CODES[kind_name]))
            case ["property", "list", *_] if element == "vertex":
                raise PlyError(f"{path}: its vertices hold lists, which are not read")
            case ["end_header"]:
                break
            case []:
                raise PlyError(f"{path}: its header has no end")
    order = ">" if kind == "binary_big_endian" else "<"
    with reading(path, PlyError, "its vertex properties make no sense"):
        layout = np.dtype([(name, order + code) for name, code in fields])
    if count < 0 or not {"x", "y", "z"} <= set(layout.names or ()):
        raise PlyError(f"{path}: has no vertices with x, y and z")
    return _Header(kind, count, layout, tuple(comments))


def _read_ascii(path: Path, header: _Header, offset: int) -> Shaped[np.ndarray, " N"]:
    with path.open("rb") as stream:
        stream.seek(offset)
        table = np.loadtxt(stream, ndmin=2, max_rows=header.count) if header.count else None
    records = np.zeros(header.count, header.layout)
    if table is None:
        return records
    if table.shape != (header.count, len(header.layout.names or ())):
        raise ValueError(f"{header.count} rows were promised, {table.shape[0]} are there")
    for index, name in enumerate(header.layout.names or ()):
        records[name] = table[:, index]
    return records


def _columns(records: Shaped[np.ndarray, " N"], names: Sequence[str]) -> np.ndarray:
    return np.stack([np.asarray(records[name]) for name in names], axis=-1)


def _one_line(text: str) -> str:
    return " ".join(text.split())
