"""Any file of points or triangles, by its name's ending."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from moe3d.errors import MoE3DError
from moe3d.io.files.outside_files import read_json, require_file
from moe3d.io.objects.clouds import (
    read_array_cloud,
    read_arrays,
    read_by_open3d,
    read_e57,
    read_las,
    read_text_cloud,
)
from moe3d.io.objects.loaded import LoadedObject, ObjectFileError, Vector
from moe3d.io.objects.meshes import read_by_trimesh
from moe3d.io.objects.ply_files import read_ply_object
from moe3d.progress import Progress

Reader = Callable[[Path, Progress, Vector | None], LoadedObject]


@dataclass(frozen=True)
class ObjectFormat:
    """One ending."""

    read: Reader
    up: str = "-y"
    """The axis that points up in such files."""


OBJECT_FORMATS = {
    ".ply": ObjectFormat(read_ply_object),
    ".glb": ObjectFormat(read_by_trimesh, "y"),
    ".gltf": ObjectFormat(read_by_trimesh, "y"),
    ".obj": ObjectFormat(read_by_trimesh, "y"),
    ".stl": ObjectFormat(read_by_trimesh, "z"),
    ".off": ObjectFormat(read_by_trimesh),
    ".las": ObjectFormat(read_las, "z"),
    ".laz": ObjectFormat(read_las, "z"),
    ".e57": ObjectFormat(read_e57, "z"),
    ".pcd": ObjectFormat(read_by_open3d),
    ".pts": ObjectFormat(read_by_open3d, "z"),
    ".xyz": ObjectFormat(read_text_cloud),
    ".xyzrgb": ObjectFormat(read_text_cloud),
    ".asc": ObjectFormat(read_text_cloud),
    ".npz": ObjectFormat(read_arrays),
    ".npy": ObjectFormat(read_array_cloud),
}
OBJECT_ENDINGS = tuple(OBJECT_FORMATS)
"""Endings of files that open as objects; .npz may also be a saved result."""


def read_object(
    path: Path | str, progress: Progress | None = None, near: Vector | None = None
) -> LoadedObject:
    """Read a cloud or a mesh.

    Args:
        path: its ending says what it is.
        progress: told and asked often.
        near: origin that was taken off another object's huge coordinates; taken again if it
            serves, so that two surveys of one place stay together.

    Raises:
        FileFormatError: it is missing, damaged, empty, or of a kind that is not read.
    """
    path = Path(path)
    known = OBJECT_FORMATS.get(path.suffix.lower())
    if known is None:
        endings = " ".join(OBJECT_ENDINGS)
        raise ObjectFileError(f"{path}: is no cloud or mesh that can be read; wanted {endings}")
    require_file(path, ObjectFileError, "wanted a cloud or a mesh")
    made = known.read(path, progress or Progress(), near)
    return replace(made, up=known.up, world_from_object=_own_place(path, made))


def _own_place(path: Path, made: LoadedObject) -> Float[np.ndarray, "4 4"] | None:
    """Where this program's own export belongs, by the description beside it; else None."""
    sheet = path.with_name(f"{path.name}.json")
    if not sheet.is_file():
        return None
    try:
        found = read_json(sheet, ObjectFileError)
        matrix = np.array(found["options"]["export_from_world"], np.float64)
        world_from_export = np.linalg.inv(matrix)
        if matrix.shape != (4, 4) or not np.isfinite(world_from_export).all():
            return None
    except (MoE3DError, KeyError, TypeError, ValueError, np.linalg.LinAlgError):
        return None
    world_from_export[:3, 3] += world_from_export[:3, :3] @ np.array(made.origin)
    world_from_export[3] = (0, 0, 0, 1)
    return world_from_export
