"""Rigid transforms: compose, invert, apply."""

import numpy as np
from jaxtyping import Float

from moe3d.errors import ShapeError


def invert_rigid(b_from_a: Float[np.ndarray, "*S 4 4"]) -> Float[np.ndarray, "*S 4 4"]:
    """The inverse of rigid transforms, without a matrix inversion: `a_from_b`."""
    rotation_a_from_b = np.swapaxes(b_from_a[..., :3, :3], -1, -2)
    a_from_b = np.zeros_like(b_from_a)
    a_from_b[..., :3, :3] = rotation_a_from_b
    a_from_b[..., :3, 3:] = -rotation_a_from_b @ b_from_a[..., :3, 3:]
    a_from_b[..., 3, 3] = 1
    return a_from_b


def compose(*transforms: Float[np.ndarray, "..."]) -> Float[np.ndarray, "*S 4 4"]:
    """Chain transforms from left to right: ``compose(c_from_b, b_from_a)`` is `c_from_a`.

    Args:
        transforms: each (4, 4) or (S, 4, 4); they broadcast.

    Raises:
        ShapeError: none was given, or one is not 4x4.
    """
    for transform in transforms:
        if transform.shape[-2:] != (4, 4):
            raise ShapeError(f"a transform must be (..., 4, 4); got {transform.shape}")
    if not transforms:
        raise ShapeError("compose needs at least one transform; got none")
    result = transforms[0]
    for transform in transforms[1:]:
        result = result @ transform
    return result


def transform_points(
    b_from_a: Float[np.ndarray, "4 4"], points_a: Float[np.ndarray, "*N 3"]
) -> Float[np.ndarray, "*N 3"]:
    """Take points of frame a to frame b; the result has the points' precision."""
    points_b = points_a @ b_from_a[:3, :3].T + b_from_a[:3, 3]
    return points_b.astype(points_a.dtype, copy=False)


def camera_centres(
    camera_from_world: Float[np.ndarray, "*S 4 4"],
) -> Float[np.ndarray, "*S 3"]:
    """Where the cameras stand, world frame."""
    return invert_rigid(camera_from_world)[..., :3, 3]
