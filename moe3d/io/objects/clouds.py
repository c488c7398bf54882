"""Point clouds of files: LAS and LAZ, E57, text, arrays, and what Open3D reads."""

import os
import struct
from pathlib import Path

import numpy as np
from jaxtyping import Float

from moe3d.errors import MoE3DError, UsageError
from moe3d.io.files.array_file import read_array
from moe3d.io.files.npz import NpzReader
from moe3d.io.files.outside_files import (
    BoundedFile,
    open_regular,
    reading,
    require_file,
)
from moe3d.io.formats.open3d_points import read_open3d_points
from moe3d.io.objects.loaded import (
    MOST_POINTS,
    LoadedObject,
    ObjectFileError,
    Vector,
    color_bytes,
    columns,
    loaded_cloud,
    ordinal,
)
from moe3d.io.scenes.prediction_file import PREDICTION_ARRAYS, read_prediction
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud

CHUNK_POINTS = 1 << 20
CHUNK_BYTES = 64 << 20
POINT_NAMES = ("points", "xyz", "world_points", "world_points_from_depth", "pts3d", "pts")
POINT_NAMES += ("positions", "vertices", "coords", "arr_0")
COLOR_NAMES = ("colors", "rgb", "color", "images", "colours", "vertex_colors")
_LAS_HEAD = struct.Struct("<4s90xHII")
"""Signature, bytes of the header, where points begin, number of variable records (LAS 1.4 R15)."""
_LAS_RECORD_BYTES = 54
"""Least bytes of a variable record: its header."""


def read_las(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """LAS and LAZ: places as precise as the file has them, 16-bit colours as bytes."""
    try:
        import laspy  # noqa: PLC0415 (an extra of the package)
    except ImportError as error:
        raise UsageError("LAS files need laspy: pip install 'moe3d-viewer[las]'") from error

    with reading(path, ObjectFileError, "is no LAS or LAZ file, or damaged"):
        _require_las_header(path)
        with BoundedFile(path) as stream, laspy.LasReader(stream, read_evlrs=False) as file:
            total = int(file.header.point_count)
            every = max(-(-total // MOST_POINTS), 1)
            names = set(file.header.point_format.dimension_names)
            points, colors, done = [], [], 0
            record_bytes = max(file.header.point_format.size, 1)
            at_once = max(min(CHUNK_POINTS, CHUNK_BYTES // record_bytes, total), 1)
            for part in file.chunk_iterator(at_once):
                progress.report("read points", done, total)
                chosen = slice((-done) % every, None, every)
                points.append(columns(part, ("x", "y", "z")).astype(np.float64)[chosen])
                if {"red", "green", "blue"} <= names:
                    colors.append(columns(part, ("red", "green", "blue"))[chosen])
                done += len(part)
        found = np.concatenate(points) if points else np.zeros((0, 3))
        painted = np.concatenate(colors) if colors else None
    made = loaded_cloud(path.name, found, _las_colors(painted), near=near)
    if every > 1:
        made = made.with_notes(f"every {ordinal(every)} of {total:,} points is shown")
    if done < total:
        made = made.with_notes(f"is cut short: {done:,} of {total:,} points are there")
    return made


def _require_las_header(path: Path) -> None:
    """Refuse a header that names more records than it has room for.

    Raises:
        ValueError: it does.
    """
    with open_regular(path) as stream:
        head = stream.read(_LAS_HEAD.size)
        size = os.fstat(stream.fileno()).st_size
    signature, header_bytes, points_at, records = _LAS_HEAD.unpack(head)
    if signature != b"LASF":
        raise ValueError("it does not begin with LASF")
    if points_at > size or header_bytes + records * _LAS_RECORD_BYTES > points_at:
        raise ValueError(
            f"its header of {header_bytes} bytes and {records:,} records end at {points_at:,}, "
            f"the file at {size:,} bytes"
        )


def _las_colors(colors: np.ndarray | None) -> np.ndarray | None:
    """Bytes; None for a file whose colours are all black, as scanners without a camera write."""
    return None if colors is None or not colors.any() else color_bytes(colors)


def read_e57(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """E57: all scans of a file, each where its pose puts it."""
    try:
        import pye57  # noqa: PLC0415 (an extra of the package)
    except ImportError as error:
        raise UsageError("E57 files need pye57: pip install 'moe3d-viewer[e57]'") from error

    with reading(path, ObjectFileError, "is no E57 file, or damaged"):
        points, colors = [], []
        with pye57.E57(str(path)) as file:
            for index in range(file.scan_count):
                progress.report("read scans", index, file.scan_count)
                found = file.read_scan(index, colors=True, ignore_missing_fields=True)
                if "cartesianX" not in found:
                    raise ValueError(f"scan {index + 1} has no cartesian coordinates")
                points.append(columns(found, [f"cartesian{axis}" for axis in "XYZ"]))
                if "colorRed" in found:
                    painted = columns(found, [f"color{name}" for name in ("Red", "Green", "Blue")])
                    colors.append(color_bytes(painted))
        whole = np.concatenate(points) if points else np.zeros((0, 3))
        is_painted = bool(colors) and sum(map(len, colors)) == len(whole)
    return loaded_cloud(path.name, whole, np.concatenate(colors) if is_painted else None, near=near)


def read_text_cloud(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """Numbers by rows: x y z, then colours (three) or intensity and colours (four), then
    normals."""
    progress.report("read numbers")
    with reading(path, ObjectFileError, "is no table of numbers"):
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            first = stream.readline()
            while first.startswith(("#", "//")):
                first = stream.readline()
            rest = stream.readline()
        comma = "," if "," in first else ";" if ";" in first else None
        if not first or not (rest or _is_numbers(first, comma)):
            raise ValueError("it has no rows")
        skipped = 0 if _is_numbers(first, comma) else 1
        table = np.loadtxt(
            path, delimiter=comma, comments=("#", "//"), skiprows=skipped, ndmin=2, encoding="utf-8"
        )
        if table.shape[1] < 3:
            raise ValueError(f"rows have {table.shape[1]} numbers; wanted x, y and z at least")
        width = table.shape[1]
        at = 4 if width in (7, 10) else 3
        colors = color_bytes(table[:, at : at + 3]) if width >= 6 else None
    return loaded_cloud(path.name, table[:, :3], colors, near=near)


def _is_numbers(line: str, comma: str | None) -> bool:
    try:
        return len([float(word) for word in line.split(comma)]) > 1
    except ValueError:
        return False


def read_arrays(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """An NPZ file: a prediction of this program, or arrays of points with or without colours."""
    progress.report("read arrays")
    with NpzReader(path, ObjectFileError) as file:
        if file.names >= PREDICTION_ARRAYS:
            return _read_own_prediction(path)
        found = {name: file.read_any(name) for name in sorted(file.names)[:64]}
    return _of_arrays(path, found, near)


def _read_own_prediction(path: Path) -> LoadedObject:
    prediction = read_prediction(path)
    cloud = point_cloud(prediction)
    made = loaded_cloud(path.name, cloud.points, cloud.colors)
    return made.with_notes("shown as a cloud, without its least sure points")


def read_array_cloud(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """One NPY array of rows x y z, or x y z r g b."""
    progress.report("read array")
    try:
        return _of_arrays(path, {"points": read_array(path)}, near)
    except ObjectFileError:
        raise
    except MoE3DError as error:
        raise ObjectFileError(str(error)) from error


def _of_arrays(path: Path, arrays: dict[str, np.ndarray], near: Vector | None) -> LoadedObject:
    is_row = {name: _is_rows(array) for name, array in arrays.items()}
    named = [name for name in POINT_NAMES if is_row.get(name)]
    others = [name for name, fits in is_row.items() if fits and name not in COLOR_NAMES]
    if not named and not others:
        raise ObjectFileError(
            f"{path}: holds no array of points; wanted one with x, y, z along its last axis, "
            f"such as 'points'; found {', '.join(arrays) or 'nothing'}"
        )
    name = (named or others)[0]
    array = arrays[name].reshape(-1, arrays[name].shape[-1])
    colors = color_bytes(array[:, 3:6]) if array.shape[1] >= 6 else None
    for key in COLOR_NAMES:
        if colors is None and key in arrays:
            colors = _painted(arrays[key], arrays[name].shape)
    points: Float[np.ndarray, "N 3"] = array[:, :3]
    if points.dtype.kind != "f":
        points = points.astype(np.float64)
    return loaded_cloud(path.name, points, colors, near=near)


def _is_rows(array: np.ndarray) -> bool:
    return array.ndim >= 2 and array.shape[-1] in (3, 6, 7) and array.dtype.kind in "fiu"


def _painted(colors: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """Colours of points with these axes: rows, or pictures with the channels first or last."""
    if colors.ndim == 4 and colors.shape[1] == 3 and colors.shape[-1] != 3:
        colors = np.moveaxis(colors, 1, -1)
    if colors.shape[:-1] != shape[:-1] or colors.shape[-1] not in (3, 4):
        return None
    return color_bytes(colors.reshape(-1, colors.shape[-1]))


def read_by_open3d(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """PCD and PTS, in a process of its own: a damaged file can bring Open3D's readers down."""
    progress.report("read points")
    require_file(path, ObjectFileError)
    table = read_open3d_points(path)
    if table is None:
        raise ObjectFileError(f"{path}: is damaged, or not of the kind that its name says")
    if not len(table):
        raise ObjectFileError(f"{path}: holds no points that can be read")
    colors = color_bytes(table[:, 3:]) if table.shape[1] == 6 else None
    return loaded_cloud(path.name, table[:, :3], colors, near=near)
