"""A straight or logarithmic axis of values, and the one on which most of them can be told apart."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

ENDS_PERCENT = 0.5, 99.5
"""What lies beyond these is left out of every axis."""
BULK_PERCENT = 10, 90
BULK_SHARE = 1 / 5
"""Of the axis: where four fifths of the values take less than this, another axis is tried."""


@dataclass(frozen=True)
class ValueAxis:
    """From its lowest value to its highest."""

    low: float
    high: float
    is_log: bool = False
    """Equal steps are equal ratios; both ends are above zero."""

    def share(self, value: float) -> float:
        """Place of a value: 0 at the low end, 1 at the high one, below and above beyond them."""
        if self.is_log and value <= 0:
            return -math.inf
        low, high, value = (
            (math.log(end) if self.is_log else end) for end in (self.low, self.high, value)
        )
        return (value - low) / max(high - low, 1e-12)

    def value(self, share: float) -> float:
        """What stands at a place."""
        if self.is_log:
            return self.low * (self.high / self.low) ** share
        return self.low + share * (self.high - self.low)

    def edges(self, num_bins: int) -> Float[np.ndarray, " N+1"]:
        """Both ends and the places between bins that are equally wide on the axis."""
        if self.is_log:
            return np.geomspace(self.low, self.high, num_bins + 1)
        return np.linspace(self.low, self.high, num_bins + 1)


def axis_of_sorted(ascending: Float32[np.ndarray, " N"]) -> ValueAxis:
    """All but the half per cent at either end; where few high values would squeeze all others
    into a corner, by the logarithm, and where that does not help either, the bulk alone.

    Args:
        ascending: sorted and finite, at least one.
    """
    low, first, last, high = (_at(ascending, percent) for percent in _PERCENTS)
    high = max(high, low + 1e-6)
    straight = ValueAxis(low, high)
    if last <= first or _bulk_share(straight, first, last) >= BULK_SHARE:
        return straight
    if low > 0:
        by_ratio = ValueAxis(low, high, is_log=True)
        if _bulk_share(by_ratio, first, last) >= BULK_SHARE:
            return by_ratio
    width = last - first
    return ValueAxis(max(low, first - width), min(high, last + width))


_PERCENTS = ENDS_PERCENT[0], *BULK_PERCENT, ENDS_PERCENT[1]


def _at(ascending: Float32[np.ndarray, " N"], percent: float) -> float:
    return float(ascending[round(percent / 100 * (len(ascending) - 1))])


def _bulk_share(axis: ValueAxis, first: float, last: float) -> float:
    return axis.share(last) - axis.share(first)
