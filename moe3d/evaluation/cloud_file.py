"""Clouds from files, with the precision that is in them."""

from pathlib import Path

import numpy as np
import open3d as o3d
from jaxtyping import Shaped

from moe3d.errors import DatasetError
from moe3d.io.array_file import read_array


def read_cloud(path: Path) -> Shaped[np.ndarray, "..."]:
    """The points of a cloud: .npy (N, 3), or .ply and what else Open3D reads.

    Raises:
        DatasetError: missing, unreadable, or without points.
    """
    if path.suffix.lower() == ".npy":
        return read_array(path)
    if not path.is_file():
        raise DatasetError(f"{path} is not there; a point cloud (.ply or .npy) was wanted")
    with o3d.utility.VerbosityContextManager(o3d.utility.VerbosityLevel.Error):
        cloud = o3d.io.read_point_cloud(path)
    points = np.asarray(cloud.points)
    if len(points) == 0:
        raise DatasetError(f"{path} has no points that can be read; is it a point cloud?")
    return points
