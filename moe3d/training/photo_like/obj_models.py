"""Wavefront OBJ and MTL as triangles with looks, read from text; large ones are made coarser."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from moe3d.errors import DatasetError

MAX_TRIANGLES = 4000
CREASE_COSINE = 0.7
FINEST_CELLS, COARSEST_CELLS = 160, 20


@dataclass(frozen=True)
class ModelMaterial:
    """How one material of a model looks."""

    name: str
    color: tuple[float, float, float] = (0.6, 0.6, 0.6)
    """Linear RGB, 0 to 1; a factor on the picture where there is one."""
    picture: str = ""
    """Path of its picture as the MTL file names it; empty for none."""
    gloss: float = 0.0
    """Strength of the highlight, 0 to 1."""
    opacity: float = 1.0


@dataclass(frozen=True)
class TriangleModel:
    """Triangles in the file's own axes and units, three corners each."""

    corners: Float32[np.ndarray, "T 3 3"]
    normals: Float32[np.ndarray, "T 3 3"]
    """Unit length at every corner."""
    uv: Float32[np.ndarray, "T 3 2"]
    """Texture coordinates; NaN where the file gives none."""
    material: Int64[np.ndarray, " T"]
    """Index into the materials."""
    materials: tuple[ModelMaterial, ...]


def read_mtl(text: str) -> dict[str, ModelMaterial]:
    """Materials by name; of a material only colour, picture, highlight and opacity count."""
    found: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "newmtl":
            current = found.setdefault(" ".join(words[1:]), {})
        elif len(words) > 1:
            current[words[0]] = words[1:]
    return {name: _material(name, entries) for name, entries in found.items()}


def _material(name: str, entries: dict[str, list[str]]) -> ModelMaterial:
    color = _floats(entries.get("Kd"), (0.6, 0.6, 0.6))
    shine = _floats(entries.get("Ks"), (0.0, 0.0, 0.0))
    opacity = _floats(entries.get("d"), (1.0, 0.0, 0.0))[0]
    picture = " ".join(entries["map_Kd"]) if "map_Kd" in entries else ""
    return ModelMaterial(name, color, picture, min(1.0, max(shine)), opacity)


def _floats(
    words: list[str] | None, default: tuple[float, float, float]
) -> tuple[float, float, float]:
    try:
        values = [float(word) for word in words or ()][:3]
    except ValueError:
        return default
    if not values:
        return default
    values += values[-1:] * (3 - len(values))
    return values[0], values[1], values[2]


class _Corners:
    """Faces of an OBJ file, fanned to triangles: indices of position, texture and normal."""

    def __init__(self) -> None:
        self.indices: list[list[tuple[int, int, int]]] = []
        self.material: list[int] = []
        self.names: list[str] = []

    def use(self, name: str) -> None:
        if name in self.names:
            self.current = self.names.index(name)
        else:
            self.current = len(self.names)
            self.names.append(name)

    def add(self, words: list[str], counts: tuple[int, int, int]) -> None:
        if not self.names:
            self.use("")
        corners = [_corner(word, counts) for word in words]
        for second, third in itertools.pairwise(corners[1:]):
            self.indices.append([corners[0], second, third])
            self.material.append(self.current)


def _corner(word: str, counts: tuple[int, int, int]) -> tuple[int, int, int]:
    """Zero-based indices; -1 where a corner has no texture or normal."""
    parts = [*word.split("/"), "", ""][:3]
    numbers = [int(part) if part else 0 for part in parts]
    position, texture, normal = (
        number - 1 if number > 0 else (count + number if number < 0 else -1)
        for number, count in zip(numbers, counts, strict=True)
    )
    return position, texture, normal


def read_obj(text: str, name: str, read_side_file: Callable[[str], str]) -> TriangleModel:
    """Read a model.

    Args:
        text: of the OBJ file.
        name: of the model, for messages.
        read_side_file: gives the text of an MTL file that the model names; empty if it is missing.

    Raises:
        DatasetError: a line cannot be read, a face points at nothing, or there is no face.
    """
    rows: dict[str, list[list[float]]] = {"v": [], "vt": [], "vn": []}
    faces, materials = _Corners(), {}
    try:
        for line in text.splitlines():
            words = line.split()
            if not words:
                continue
            if words[0] in rows:
                rows[words[0]].append([float(word) for word in words[1:4]])
            elif words[0] == "f":
                faces.add(words[1:], (len(rows["v"]), len(rows["vt"]), len(rows["vn"])))
            elif words[0] == "usemtl":
                faces.use(" ".join(words[1:]))
            elif words[0] == "mtllib":
                materials |= read_mtl(read_side_file(" ".join(words[1:])))
        model = _assemble(rows, faces, materials)
    except (ValueError, IndexError) as error:
        raise DatasetError(f"{name} is no readable OBJ model: {error}") from error
    if model is None:
        raise DatasetError(f"{name} is an OBJ model without a single face")
    return model


def _assemble(
    rows: dict[str, list[list[float]]], faces: _Corners, materials: dict[str, ModelMaterial]
) -> TriangleModel | None:
    if not faces.indices:
        return None
    index = np.array(faces.indices)  # (T, 3, 3)
    points = np.array([row[:3] for row in rows["v"]], np.float32).reshape(-1, 3)
    if index[..., 0].min() < 0:
        raise IndexError("a face has a corner without a position")
    corners = points[index[..., 0]]
    uv = np.full((*index.shape[:2], 2), np.nan, np.float32)
    if rows["vt"]:
        known = index[..., 1] >= 0
        uv[known] = np.array([row[:2] for row in rows["vt"]], np.float32)[index[..., 1][known]]
    normals = _corner_normals(corners)
    if rows["vn"]:
        known = index[..., 2] >= 0
        given = np.array([row[:3] for row in rows["vn"]], np.float32)[index[..., 2][known]]
        lengths = np.linalg.norm(given, axis=-1, keepdims=True)
        normals[known] = np.where(lengths > 1e-6, given / np.maximum(lengths, 1e-6), normals[known])
    looks = tuple(materials.get(name, ModelMaterial(name)) for name in faces.names)
    return TriangleModel(corners, normals, uv, np.array(faces.material), looks)


def face_normals(corners: Float32[np.ndarray, "T 3 3"]) -> Float32[np.ndarray, "T 3"]:
    """Unit normals, by the right-hand rule; zero for a triangle without area."""
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-12)


def _corner_normals(corners: Float32[np.ndarray, "T 3 3"]) -> Float32[np.ndarray, "T 3 3"]:
    """Smooth where faces that share a corner are nearly in line, else the face's own."""
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    own = face_normals(corners)
    flat = corners.reshape(-1, 3)
    _, group = np.unique(flat.round(5), axis=0, return_inverse=True)
    group = group.reshape(-1)
    sums = np.zeros((group.max() + 1, 3))
    np.add.at(sums, group, np.repeat(across, 3, axis=0))
    mean = sums[group].reshape(-1, 3, 3)
    mean /= np.maximum(np.linalg.norm(mean, axis=-1, keepdims=True), 1e-12)
    is_smooth = (mean * own[:, None]).sum(-1, keepdims=True) > CREASE_COSINE
    return np.where(is_smooth, mean, own[:, None]).astype(np.float32)


def make_coarser(model: TriangleModel, most: int = MAX_TRIANGLES) -> TriangleModel:
    """Join corners that share a cell of a grid until few enough triangles are left.

    Args:
        model: any.
        most: triangles that are few enough; a model that has no more stays as it is.
    """
    cells = FINEST_CELLS
    while len(model.corners) > most and cells >= COARSEST_CELLS:
        model = _joined(model, cells)
        cells = int(cells / 1.4)
    return model


def _joined(model: TriangleModel, cells: int) -> TriangleModel:
    flat = model.corners.reshape(-1, 3)
    low = flat.min(0)
    cell = max(float((flat.max(0) - low).max()) / cells, 1e-9)
    place = ((flat - low) / cell).astype(np.int64)
    _, group = np.unique(place, axis=0, return_inverse=True)
    group = group.reshape(-1)
    sums = np.zeros((group.max() + 1, 3))
    np.add.at(sums, group, flat)
    means = sums / np.bincount(group)[:, None]
    corner = group.reshape(-1, 3)
    a, b, c = corner.T
    kept = (a != b) & (b != c) & (a != c)
    _, first = np.unique(np.sort(corner[kept], axis=1), axis=0, return_index=True)
    rows = np.flatnonzero(kept)[np.sort(first)]
    return TriangleModel(
        means[corner[rows]].astype(np.float32),
        model.normals[rows],
        model.uv[rows],
        model.material[rows],
        model.materials,
    )


def resize_picture(
    pixels: UInt8[np.ndarray, "h w 3"], side: int
) -> Float32[np.ndarray, "side side 3"]:
    """A picture as a square of linear RGB, 0 to 1; row 0 is at v = 0, the picture's foot."""
    import cv2  # noqa: PLC0415 (loaded late, as everywhere)

    small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    return ((small[::-1].astype(np.float32) / 255) ** 2.2).copy()
