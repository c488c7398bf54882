"""Where the points of a cloud lie in its buffer.

A function of the points alone: whoever needs it later computes it again (a tenth of a second for
two million points) rather than keep four bytes a point.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, UInt32

from app.rendering.morton import block_order, morton_codes
from app.rendering.scene_frame import Bounds, robust_bounds

BLOCK_SIZE = 65536


@dataclass(frozen=True)
class PointOrder:
    """Places of a buffer, grouped in blocks; see `morton`."""

    order: UInt32[np.ndarray, " K"]
    """Index in the cloud of the point at each place; points that are not finite have none."""
    starts: Int[np.ndarray, " B+1"]
    """First place of each block, and the number of places."""
    robust: Bounds
    """Of the points without the outermost few per cent."""


def point_order(
    points: Float32[np.ndarray, "N 3"], generator: np.random.Generator | None = None
) -> PointOrder:
    """The order of a cloud's points: the same for the same points unless a generator is passed."""
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    is_whole = len(finite) == len(points)
    known = points if is_whole else points[finite]
    sample = known[:: max(len(known) // 200_000, 1)]
    wide = robust_bounds(sample, 0.2)
    codes = morton_codes(known, wide.lower, wide.upper)
    blocks = block_order(codes, BLOCK_SIZE, generator or np.random.default_rng(0))
    order = blocks.order if is_whole else finite[blocks.order].astype(np.uint32)
    return PointOrder(order, blocks.starts, robust_bounds(sample))
