"""New places for the points of a buffer, as a re-mix of the experts' depths gives them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Shaped

from app.rendering.point_buffer import PointBuffer, block_boxes
from app.rendering.scene_frame import Bounds


@dataclass(frozen=True)
class PointPositions:
    """Positions in the buffer's order, with what drawing needs of them; made in a worker."""

    positions: Float32[np.ndarray, "N 3"]
    block_lower: Float32[np.ndarray, "B 3"]
    block_upper: Float32[np.ndarray, "B 3"]
    bounds: Bounds


def in_buffer_order(
    buffer: PointBuffer, values: Shaped[np.ndarray, "N ..."]
) -> Shaped[np.ndarray, "N ..."]:
    """Values of a cloud's points, in the order in which the buffer holds these points.

    Reading in this order takes most of a move's time (some 70 ms for 1.6 million points). What
    moves points often brings its own inputs into this order once and computes in it.
    """
    return np.take(values, buffer.order, axis=0)


def point_positions(buffer: PointBuffer, positions: Float32[np.ndarray, "N 3"]) -> PointPositions:
    """Positions that are in the buffer's order already, with the boxes of their blocks.

    Args:
        buffer: with or without its vertices; only its blocks are read.
        positions: all finite.
    """
    lower, upper = block_boxes(positions, buffer.block_starts)
    if not len(positions):
        return PointPositions(positions, lower, upper, buffer.bounds)
    bounds = Bounds(lower.min(axis=0).astype(float), upper.max(axis=0).astype(float))
    return PointPositions(np.ascontiguousarray(positions), lower, upper, bounds)
