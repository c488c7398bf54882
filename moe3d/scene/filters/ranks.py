"""The k-th smallest of many floats, in parts, without ever holding them together."""

from collections.abc import Callable, Iterable

import numpy as np
from jaxtyping import Float32, UInt32

_LOW_BITS = 16


def kth_smallest(parts: Callable[[], Iterable[Float32[np.ndarray, " N"]]], rank: int) -> float:
    """The value that would stand at `rank` (from 0) if all parts were sorted together.

    NaN counts as the lowest. Exact: a histogram of the upper 16 bits finds the bin, one of the
    lower 16 bits the value.

    Args:
        parts: gives the same parts at each of two calls.
        rank: below the number of values.
    """
    upper = np.zeros(1 << 16, np.int64)
    for part in parts():
        upper += np.bincount(_sortable(part) >> _LOW_BITS, minlength=1 << 16)
    high = int(np.searchsorted(np.cumsum(upper), rank, "right"))
    rank -= int(upper[:high].sum())
    lower = np.zeros(1 << 16, np.int64)
    for part in parts():
        keys = _sortable(part)
        keys = keys[(keys >> _LOW_BITS) == high] & 0xFFFF
        lower += np.bincount(keys, minlength=1 << 16)
    low = int(np.searchsorted(np.cumsum(lower), rank, "right"))
    return _value(high << _LOW_BITS | low)


def _sortable(values: Float32[np.ndarray, " N"]) -> UInt32[np.ndarray, " N"]:
    """Integers in the order of the floats."""
    bits = np.where(np.isnan(values), np.float32(-np.inf), values).view(np.uint32)
    return bits ^ np.where(bits >> 31, np.uint32(0xFFFFFFFF), np.uint32(0x80000000))


def _value(key: int) -> float:
    bits = key ^ (0x80000000 if key >> 31 else 0xFFFFFFFF)
    return float(np.array(bits, np.uint32).view(np.float32))
