"""PLY files of any program: clouds, meshes, and Gaussian splats as points."""

from pathlib import Path

import numpy as np
from jaxtyping import Shaped, UInt8

from moe3d.io.files.outside_files import reading
from moe3d.io.formats.ply import read_ply
from moe3d.io.objects.loaded import (
    LoadedObject,
    ObjectFileError,
    Vector,
    color_bytes,
    columns,
    loaded_cloud,
)
from moe3d.io.objects.meshes import read_by_trimesh
from moe3d.progress import Progress

COLOR_NAMES = (
    ("red", "green", "blue"),
    ("diffuse_red", "diffuse_green", "diffuse_blue"),
    ("r", "g", "b"),
)
SPLAT_NAMES = ("f_dc_0", "f_dc_1", "f_dc_2")
SPLAT_FACTOR = 0.28209479177387814
"""Half of the square root of 1 / pi: the first spherical harmonic."""
HEADER_BYTES = 1 << 16


def read_ply_object(path: Path, progress: Progress, near: Vector | None) -> LoadedObject:
    """A PLY file with triangles as a mesh, any other one as a cloud."""
    if _num_faces(path) > 0:
        return read_by_trimesh(path, progress, near)
    progress.report("read points")
    records = read_ply(path).records
    with reading(path, ObjectFileError, "is cut short or damaged"):
        names = set(records.dtype.names or ())
        points = columns(records, ("x", "y", "z"))
        if points.dtype.kind != "f" or points.dtype.byteorder == ">":
            points = points.astype(np.float64)
        normals = columns(records, ("nx", "ny", "nz")) if {"nx", "ny", "nz"} <= names else None
        if normals is not None and not normals.any():
            normals = None
        colors = _colors(records, names)
    return loaded_cloud(path.name, points, colors, normals, near)


def _num_faces(path: Path) -> int:
    with reading(path, ObjectFileError, "is no PLY file"), path.open("rb") as stream:
        header = stream.read(HEADER_BYTES).split(b"end_header")[0]
        for line in header.splitlines():
            words = line.split()
            if words[:2] == [b"element", b"face"] and len(words) == 3:
                return int(words[2])
    return 0


def _colors(records: Shaped[np.ndarray, " N"], names: set[str]) -> UInt8[np.ndarray, "N 3"] | None:
    for triple in COLOR_NAMES:
        if set(triple) <= names:
            return color_bytes(columns(records, triple))
    if set(SPLAT_NAMES) <= names:
        shares = np.clip(0.5 + SPLAT_FACTOR * columns(records, SPLAT_NAMES), 0, 1)
        return color_bytes(np.nan_to_num(shares))
    return None
