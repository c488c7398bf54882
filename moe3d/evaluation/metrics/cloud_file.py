"""Clouds from files, with the precision that is in them."""

from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from moe3d.errors import DatasetError, FileFormatError
from moe3d.io.files.array_file import read_array
from moe3d.io.files.outside_files import require_file
from moe3d.io.formats.open3d_points import read_open3d_points
from moe3d.io.formats.ply import read_ply

WANTED = "a point cloud (.ply or .npy) was wanted"


def read_cloud(path: Path) -> Shaped[np.ndarray, "..."]:
    """The points of a cloud: .npy (N, 3), or .ply and what else Open3D reads.

    Raises:
        DatasetError: missing, unreadable, or without points.
    """
    if path.suffix.lower() == ".npy":
        return read_array(path)
    if not path.exists():
        raise DatasetError(f"{path} is not there; {WANTED}")
    require_file(path, DatasetError, WANTED)
    points = _read_ply(path) if path.suffix.lower() == ".ply" else _read_by_open3d(path)
    if len(points) == 0:
        raise DatasetError(f"{path} has no points that can be read; is it a point cloud?")
    return points


def _read_ply(path: Path) -> Shaped[np.ndarray, "N 3"]:
    try:
        records = read_ply(path).records
    except FileFormatError as error:
        raise DatasetError(f"{path} has no points that can be read ({error}); {WANTED}") from error
    return np.stack([records[axis].astype(np.float64) for axis in "xyz"], axis=-1)


def _read_by_open3d(path: Path) -> Shaped[np.ndarray, "N 3"]:
    points = read_open3d_points(path)
    return np.zeros((0, 3)) if points is None else points[:, :3]
