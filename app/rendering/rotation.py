"""Rotations as 3x3 matrices and unit quaternions (w, x, y, z), float64."""

import numpy as np
from jaxtyping import Float


def normalized(vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """The unit vector of this direction; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def rotation_about(axis: Float[np.ndarray, "3"], angle_rad: float) -> Float[np.ndarray, "3 3"]:
    """Right-handed rotation about an axis through the origin (Rodrigues' formula)."""
    x, y, z = normalized(np.asarray(axis, float))
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * (cross @ cross)


def orthonormalized(rotation: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
    """The nearest rotation by the singular value decomposition; removes rounding drift."""
    left, _, right = np.linalg.svd(rotation)
    if np.linalg.det(left @ right) < 0:
        left[:, -1] *= -1
    return left @ right


def quaternion_from_rotation(rotation: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "4"]:
    """Unit quaternion (w, x, y, z) of a rotation, from the largest eigenvector of Bar-Itzhack's
    symmetric matrix, which has no singular case.

    Source: Bar-Itzhack 2000, "New method for extracting the quaternion from a rotation matrix".
    """
    r = rotation
    symmetric = np.array(
        [
            [r[0, 0] + r[1, 1] + r[2, 2], r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]],
            [r[2, 1] - r[1, 2], r[0, 0] - r[1, 1] - r[2, 2], r[0, 1] + r[1, 0], r[0, 2] + r[2, 0]],
            [r[0, 2] - r[2, 0], r[0, 1] + r[1, 0], r[1, 1] - r[0, 0] - r[2, 2], r[1, 2] + r[2, 1]],
            [r[1, 0] - r[0, 1], r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], r[2, 2] - r[0, 0] - r[1, 1]],
        ]
    )
    return np.linalg.eigh(symmetric)[1][:, -1]


def rotation_from_quaternion(quaternion: Float[np.ndarray, "4"]) -> Float[np.ndarray, "3 3"]:
    """The rotation of a unit quaternion (w, x, y, z)."""
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def slerp(
    start: Float[np.ndarray, "3 3"], end: Float[np.ndarray, "3 3"], fraction: float
) -> Float[np.ndarray, "3 3"]:
    """The rotation this far along the shortest way from start (0) to end (1)."""
    a, b = quaternion_from_rotation(start), quaternion_from_rotation(end)
    cosine = float(a @ b)
    if cosine < 0:
        b, cosine = -b, -cosine
    angle = np.arccos(min(cosine, 1.0))
    if angle < 1e-6:
        return rotation_from_quaternion(a + fraction * (b - a))
    mixed = np.sin((1 - fraction) * angle) * a + np.sin(fraction * angle) * b
    return rotation_from_quaternion(mixed / np.sin(angle))
