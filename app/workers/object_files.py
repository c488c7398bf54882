"""Clouds and meshes of files, read and ordered for the 3D view; and written."""

from pathlib import Path

import numpy as np

from moe3d import Progress
from moe3d_viewer.state.objects.object_files import ReadObject
from moe3d_viewer.state.objects.scene_object import Matrix, SceneObject, Vector


def read_object_file(path: Path, near: Vector | None, progress: Progress) -> ReadObject:
    """Read a file; a cloud comes with the order of its points on the GPU."""
    from moe3d import ObjectCloud, read_object
    from moe3d_viewer.rendering.points.object_points import object_points

    loaded = read_object(path, progress, near)
    progress.report("order points")
    if isinstance(loaded.data, ObjectCloud):
        return ReadObject(loaded, object_points(loaded.data.points))
    return ReadObject(loaded, None)


def write_object_file(
    item: SceneObject, frame: Matrix | None, path: Path, progress: Progress
) -> Path:
    """Write an object into a frame, or with its file's own coordinates."""
    from moe3d import write_object

    assert item.data is not None
    if frame is None:
        return write_object(path, item.data, origin=item.origin, progress=progress)
    matrix = np.array(frame).reshape(4, 4)
    return write_object(path, item.data, matrix, progress=progress)
