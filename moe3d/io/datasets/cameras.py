"""Cameras of data sets: checked, so that one broken file is one clear line."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from moe3d.errors import DatasetError
from moe3d.io.datasets.records import Source

ROTATION_TOLERANCE = 0.01
"""Largest deviation of R R^T from the identity; files carry few digits."""


def checked_cameras(
    camera_from_world: Float64[np.ndarray, "S 4 4"], names: Sequence[str], source: Source
) -> Float64[np.ndarray, "S 4 4"]:
    """The same cameras, if each is finite and rigid.

    Args:
        camera_from_world: or its inverse.
        names: of the frames, for the message.
        source: the data set.

    Raises:
        DatasetError: one is not.
    """
    for camera, name in zip(camera_from_world, names, strict=True):
        if not _is_rigid(camera):
            raise DatasetError(f"{source.title}: the camera of {name} is no rigid motion")
    return camera_from_world


def checked_intrinsics(
    intrinsics: Float64[np.ndarray, "S 3 3"], names: Sequence[str], source: Source
) -> Float64[np.ndarray, "S 3 3"]:
    """The same intrinsics, if each is finite and has focal lengths above 0.

    Raises:
        DatasetError: one is not.
    """
    focal = intrinsics[:, [0, 1], [0, 1]]
    usable = np.isfinite(intrinsics).all(axis=(1, 2)) & (focal > 0).all(axis=1)
    if not usable.all():
        name = names[int(np.flatnonzero(~usable)[0])]
        raise DatasetError(f"{source.title}: the intrinsics of {name} have no focal length above 0")
    return intrinsics


def tile_intrinsics(
    focal_px: float, centre_px: tuple[float, float], count: int
) -> Float64[np.ndarray, "S 3 3"]:
    """The same pinhole camera for every frame."""
    matrix = np.array([[focal_px, 0, centre_px[0]], [0, focal_px, centre_px[1]], [0, 0, 1.0]])
    return np.tile(matrix, (count, 1, 1))


def _is_rigid(camera: Float64[np.ndarray, "4 4"]) -> bool:
    if not np.isfinite(camera).all():
        return False
    rotation = camera[:3, :3]
    skew = np.abs(rotation @ rotation.T - np.eye(3)).max()
    return bool(skew <= ROTATION_TOLERANCE and np.linalg.det(rotation) > 0)
