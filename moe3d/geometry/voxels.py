"""Thinning a cloud to one point a voxel.

Voxel number and point index are packed into one int64 and sorted as plain integers: ten times
faster than hashing as long as most points survive.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, Int64

from moe3d.errors import UsageError

MAX_VOXELS_PER_AXIS = 2**21
CHUNK_POINTS = 1 << 15


@dataclass(frozen=True)
class VoxelGroups:
    """Points in the order of their voxels."""

    order: Int64[np.ndarray, " N"]
    """Point indices, voxel by voxel; ascending inside a voxel."""
    starts: Int64[np.ndarray, " V"]
    """Where each voxel begins in `order`."""

    def first(self) -> Int64[np.ndarray, " V"]:
        """The first point of every voxel, in the points' own order."""
        is_first = np.zeros(len(self.order), bool)  # marking is ten times as fast as sorting
        is_first[self.order[self.starts]] = True
        return np.flatnonzero(is_first)

    def mean(self, values: Float[np.ndarray, "N C"]) -> Float32[np.ndarray, "V C"]:
        """Mean of the values in every voxel, in the order of `starts`."""
        counts = np.diff(np.append(self.starts, len(self.order)))
        sums = np.add.reduceat(values[self.order].astype(np.float64), self.starts, axis=0)
        return (sums / counts[:, None]).astype(np.float32)


def voxel_groups(points: Float32[np.ndarray, "N 3"], voxel_size: float | int) -> VoxelGroups:
    """Group finite points by the cubic voxel in which they lie.

    Args:
        points: scene units, all finite.
        voxel_size: edge of a voxel, scene units.

    Raises:
        UsageError: the voxel size is not positive, or so small that the cloud spans more than
            2 million voxels along an axis.
    """
    if not (np.isfinite(voxel_size) and voxel_size > 0):
        raise UsageError(f"the voxel size must be above 0; got {voxel_size}")
    if len(points) == 0:
        return VoxelGroups(np.zeros(0, np.int64), np.zeros(0, np.int64))
    keys, key_bits = _voxel_numbers(points, voxel_size)
    index_bits = max(int(len(points) - 1).bit_length(), 1)
    if key_bits + index_bits > 63:
        return _groups_by_argsort(keys)
    keys <<= index_bits
    keys |= np.arange(len(points), dtype=np.int64)
    keys.sort()
    order = keys & ((1 << index_bits) - 1)
    keys >>= index_bits
    return VoxelGroups(order, _starts(keys))


def first_per_voxel(
    points: Float32[np.ndarray, "N 3"], voxel_size: float | int
) -> Int64[np.ndarray, " V"]:
    """Indices of the first point of every voxel, ascending."""
    return voxel_groups(points, voxel_size).first()


def _voxel_numbers(
    points: Float32[np.ndarray, "N 3"], voxel_size: float | int
) -> tuple[Int64[np.ndarray, " N"], int]:
    """A number per voxel, equal for points of the same voxel, and the bits that it needs."""
    # By column: numpy reduces (N, 3) along its long axis twenty times as slowly.
    lowest = np.array([column.min() for column in points.T], np.float64)
    spans = ([column.max() for column in points.T] - lowest) / voxel_size
    if not (spans < MAX_VOXELS_PER_AXIS).all():
        raise UsageError(
            f"a voxel size of {voxel_size:g} cuts this cloud into {spans.max():.3g} voxels along "
            f"an axis; the limit is {MAX_VOXELS_PER_AXIS:,}: choose a larger one"
        )
    bits = [int(span).bit_length() for span in spans]
    highest = (np.int64(1) << np.array(bits)) - 1
    keys = np.empty(len(points), np.int64)
    for start in range(0, len(points), CHUNK_POINTS):  # what stays in the cache is done in a third
        part = points[start : start + CHUNK_POINTS]
        cells = np.minimum(((part - lowest) * (1 / voxel_size)).astype(np.int64), highest)
        keys[start : start + CHUNK_POINTS] = (
            ((cells[:, 0] << bits[1]) | cells[:, 1]) << bits[2]
        ) | cells[:, 2]
    return keys, sum(bits)


def _groups_by_argsort(keys: Int64[np.ndarray, " N"]) -> VoxelGroups:
    order = np.argsort(keys, kind="stable")
    return VoxelGroups(order, _starts(keys[order]))


def _starts(sorted_keys: Int64[np.ndarray, " N"]) -> Int[np.ndarray, " V"]:
    is_new = np.ones(len(sorted_keys), bool)
    np.not_equal(sorted_keys[1:], sorted_keys[:-1], out=is_new[1:])
    return np.flatnonzero(is_new)
