"""Rotations as 3x3 matrices, float64."""

import numpy as np
from jaxtyping import Float


def normalized(vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """The unit vector of this direction; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def rotation_about(axis: Float[np.ndarray, "3"], angle_rad: float) -> Float[np.ndarray, "3 3"]:
    """Right-handed rotation about an axis through the origin."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415 (slow to load)

    return Rotation.from_rotvec(angle_rad * normalized(np.asarray(axis, float))).as_matrix()


def orthonormalized(rotation: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
    """The nearest rotation by the singular value decomposition; removes rounding drift."""
    left, _, right = np.linalg.svd(rotation)
    if np.linalg.det(left @ right) < 0:
        left[:, -1] *= -1
    return left @ right


def slerp(
    start: Float[np.ndarray, "3 3"], end: Float[np.ndarray, "3 3"], fraction: float
) -> Float[np.ndarray, "3 3"]:
    """The rotation this far along the shortest way from start (0) to end (1)."""
    from scipy.spatial.transform import Rotation, Slerp  # noqa: PLC0415 (slow to load)

    return Slerp((0, 1), Rotation.from_matrix([start, end]))(fraction).as_matrix()
