"""The edges of a box as lines."""

import numpy as np
from jaxtyping import Float32

from moe3d.geometry.box import OrientedBox

EDGES = tuple(
    (start, start | 1 << axis) for axis in range(3) for start in range(8) if not start >> axis & 1
)
"""Pairs of corners, whose bits tell the sides."""


def box_segments(box: OrientedBox) -> Float32[np.ndarray, "12 2 3"]:
    """The twelve edges."""
    return box.corners.astype(np.float32)[np.array(EDGES)]
