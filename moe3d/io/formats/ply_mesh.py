"""Triangle meshes as binary PLY."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moe3d.io.files.outside_files import reading
from moe3d.io.formats.ply import PlyError, read_ply, write_header
from moe3d.scene.records import Mesh

_VERTEX = np.dtype(
    [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1")]
)
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def write_mesh_ply(path: Path, mesh: Mesh, comments: Sequence[str] = ()) -> None:
    """Write a mesh; without vertex colours it is grey."""
    vertices = np.empty(len(mesh.vertices), _VERTEX)
    for axis, name in enumerate("xyz"):
        vertices[name] = mesh.vertices[:, axis]
    for channel, name in enumerate(("red", "green", "blue")):
        vertices[name] = 128 if mesh.vertex_colors is None else mesh.vertex_colors[:, channel]
    faces = np.empty(len(mesh.faces), _FACE)
    faces["count"], faces["corners"] = 3, mesh.faces
    with path.open("wb") as stream:
        write_header(stream, len(vertices), _VERTEX, comments, num_faces=len(faces))
        stream.write(vertices.tobytes() + faces.tobytes())


def read_mesh_ply(path: Path) -> Mesh:
    """Read back what `write_mesh_ply` wrote.

    Raises:
        PlyError: it is cut short or no PLY file.
    """
    vertices = read_ply(path)
    with reading(path, PlyError, "is cut short or damaged"):
        if vertices.records.dtype != _VERTEX:
            raise ValueError("its vertices are not those of a mesh that this program wrote")
        at = path.stat().st_size - _face_bytes(path, len(vertices.records))
        faces = np.memmap(path, _FACE, "r", at)
        corners = faces["corners"].astype(np.int64)
        if len(corners) and not 0 <= corners.min() <= corners.max() < len(vertices.records):
            raise ValueError("its faces name vertices that are not there")
        return Mesh(vertices.points, corners, vertices.colors)


def _face_bytes(path: Path, num_vertices: int) -> int:
    with path.open("rb") as stream:
        for line in stream:
            if line == b"end_header\n":
                break
        head = stream.tell()
    return path.stat().st_size - head - num_vertices * _VERTEX.itemsize
