"""Where the points of a cloud lie in its buffer: found once, with the buffer, and handed on."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, UInt8, UInt16, UInt32

from moe3d_viewer.rendering.points.morton import block_order, morton_codes, shuffle_blocks
from moe3d_viewer.rendering.space.scene_frame import Bounds, robust_bounds

BLOCK_SIZE = 65536
SEED = 0


@dataclass(frozen=True)
class PointOrder:
    """Places of a buffer, grouped in blocks; see `morton`."""

    order: UInt32[np.ndarray, " K"]
    """Index in the cloud of the point at each place; points that are not finite have none."""
    starts: Int[np.ndarray, " B+1"]
    """First place of each block, and the number of places."""
    robust: Bounds
    """Of the points without the outermost few per cent."""


@dataclass(frozen=True)
class PointPlaces:
    """What is kept of a buffer's order once its points are on the GPU: which block each pixel's
    point lies in, a byte a pixel, or two from 16 million points on."""

    block_of: UInt8[np.ndarray, " M"] | UInt16[np.ndarray, " M"]
    """Of each pixel in (S, H, W), flat; the type's largest number where there is no point."""
    block_starts: Int[np.ndarray, " B+1"]
    """First place of each block in the buffer, and the number of places."""
    block_lower: Float32[np.ndarray, "B 3"]
    block_upper: Float32[np.ndarray, "B 3"]

    def sources(self) -> UInt32[np.ndarray, " N"]:
        """Pixel, as a place in (S, H, W), of the point at each place of the buffer.

        A few hundredths of a second a million points.
        """
        count = int(self.block_starts[-1])
        order = np.argsort(self.block_of, kind="stable")[:count].astype(np.uint32)
        shuffle_blocks(order, self.block_starts, np.random.default_rng(SEED))
        return order


def point_order(points: Float32[np.ndarray, "N 3"]) -> PointOrder:
    """The order of a cloud's points: the same for the same points."""
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    is_whole = len(finite) == len(points)
    known = points if is_whole else points[finite]
    sample = known[:: max(len(known) // 200_000, 1)]
    wide = robust_bounds(sample, 0.2)
    codes = morton_codes(known, wide.lower, wide.upper)
    blocks = block_order(codes, BLOCK_SIZE, np.random.default_rng(SEED))
    order = blocks.order if is_whole else finite[blocks.order].astype(np.uint32)
    return PointOrder(order, blocks.starts, robust_bounds(sample))


def block_of_pixels(
    order: PointOrder, pixels: Int[np.ndarray, " N"] | UInt32[np.ndarray, " N"], num_pixels: int
) -> UInt8[np.ndarray, " M"] | UInt16[np.ndarray, " M"]:
    """Block of every pixel's point; see `PointPlaces`.

    Args:
        order: of the cloud.
        pixels: of each point of the cloud, ascending.
        num_pixels: of all photos together.
    """
    num_blocks = len(order.starts) - 1
    kind = np.uint8 if num_blocks < np.iinfo(np.uint8).max else np.uint16
    found = np.full(num_pixels, np.iinfo(kind).max, kind)
    found[pixels[order.order]] = np.repeat(np.arange(num_blocks), np.diff(order.starts))
    return found
