"""Normals in four bytes a point, and the colours that they become."""

import numpy as np
from jaxtyping import Float, Float32, Int8


def packed_normals(normals: Float32[np.ndarray, "N 3"]) -> Int8[np.ndarray, "N 4"]:
    """Unit vectors times 127; the fourth byte is 127, so that a missing normal shows as 0."""
    packed = np.full((len(normals), 4), 127, np.int8)
    packed[:, :3] = np.rint(normals * 127)
    return packed


def normal_color_axes(axes: tuple[tuple[float, float, float], ...]) -> Float[np.ndarray, "4 4"]:
    """What turns a world normal into red, green and blue, -1..1: to the scene's right, up, and
    towards one who looks to its front.

    Args:
        axes: the scene's right, up and front in the world.
    """
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[2, :3] *= -1
    return matrix
