"""Points in Morton order, cut into blocks and shuffled inside each.

Neighbours in space become neighbours in memory; any prefix of a block is a uniform sample of it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Float32, Int, UInt32

BITS = 10


@dataclass(frozen=True)
class BlockOrder:
    """A permutation of points in blocks of nearly equal size."""

    order: UInt32[np.ndarray, " N"]
    """Index of the point that comes at each place."""
    starts: Int[np.ndarray, " B+1"]
    """First place of each block, and the number of points."""


def morton_codes(
    points: Float32[np.ndarray, "N 3"],
    lower: Float[np.ndarray, "3"],
    upper: Float[np.ndarray, "3"],
) -> UInt32[np.ndarray, " N"]:
    """Interleaved bits of the points' cells in a 1024³ grid; outside points go to its border."""
    scale = (2**BITS - 1) / np.maximum(upper - lower, 1e-12)
    codes = np.zeros(len(points), np.uint32)
    for axis in range(3):
        cells = (points[:, axis] - np.float32(lower[axis])) * np.float32(scale[axis])
        cells = np.clip(cells, 0, 2**BITS - 1).astype(np.uint32)
        codes |= _spread_bits(cells) << np.uint32(axis)
    return codes


def _spread_bits(cells: UInt32[np.ndarray, " N"]) -> UInt32[np.ndarray, " N"]:
    cells = (cells | (cells << np.uint32(16))) & np.uint32(0x030000FF)
    cells = (cells | (cells << np.uint32(8))) & np.uint32(0x0300F00F)
    cells = (cells | (cells << np.uint32(4))) & np.uint32(0x030C30C3)
    return (cells | (cells << np.uint32(2))) & np.uint32(0x09249249)


def block_order(
    codes: UInt32[np.ndarray, " N"], block_size: int, generator: np.random.Generator
) -> BlockOrder:
    """Sort by code, cut into blocks of at most `block_size` points, shuffle inside each.

    Which points a block holds and the generator say all of the order: see `shuffle_blocks`.
    """
    count = len(codes)
    by_low = np.argsort(codes.astype(np.uint16), kind="stable")  # two passes of a radix sort
    by_high = np.argsort((codes >> np.uint32(16)).astype(np.uint16)[by_low], kind="stable")
    order = by_low[by_high].astype(np.uint32)
    num_blocks = -(-count // block_size)
    starts = np.linspace(0, count, num_blocks + 1).round().astype(np.int64)
    for start, stop in pairwise(starts):
        order[start:stop].sort()
    shuffle_blocks(order, starts, generator)
    return BlockOrder(order, starts)


def shuffle_blocks(
    order: UInt32[np.ndarray, " N"],
    starts: Int[np.ndarray, " B+1"],
    generator: np.random.Generator,
) -> None:
    """Shuffle ascending indices inside each block, in place: the same for the same generator."""
    for start, stop in pairwise(starts):
        generator.shuffle(order[start:stop])
