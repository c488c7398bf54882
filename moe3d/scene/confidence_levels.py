"""Confidences of one layer in order: the percentile filter's thresholds and counts, and ranks.

Ranks follow the quantiles, so that a percentile slider moves in equal steps, and a threshold given
as a value hides the same points on the screen and in the count. Up to 4096 different values are
kept exactly; more are rounded down to the nearest of some 4096 quantiles. Among these are the
thresholds of every tenth of a per cent, so that a slider's filter is exact.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64, UInt16

STEPS = 1000
"""Tenths of a per cent, from dropping nothing to dropping all."""
SPREAD_SIZE = 20_000
MAX_LEVELS = 4096


@dataclass(frozen=True)
class ConfidenceLevels:
    """Sorted once, with the points; NaN counts as the lowest."""

    total: int
    """Points before the filter."""
    thresholds: Float32[np.ndarray, " 1001"]
    """Smallest confidence that is kept at each step."""
    kept_at: Int64[np.ndarray, " 1001"]
    """Points at or above it."""
    spread: Float32[np.ndarray, " K"]
    """Ascending confidences, some twenty thousand, evenly chosen."""
    values: Float32[np.ndarray, " L"]
    """Ascending; the level of a confidence is the last value not above it."""

    @classmethod
    def of(cls, confidence: Float32[np.ndarray, " N"]) -> "ConfidenceLevels":
        """Sort the confidences of all valid points; takes a second for ten million."""
        ascending = np.sort(np.nan_to_num(confidence, nan=-np.inf, posinf=np.inf))
        total = int(ascending.size)
        if total == 0:
            nothing = np.full(STEPS + 1, -np.inf, np.float32)
            kept = np.zeros(STEPS + 1, np.int64)
            return cls(0, nothing, kept, ascending, np.zeros(1, np.float32))
        ranks = [min(int(total * (step / 10) / 100), total - 1) for step in range(STEPS + 1)]
        thresholds = ascending[ranks]
        thresholds[0] = -np.inf
        kept = total - np.searchsorted(ascending, thresholds, "left")
        spread = ascending[:: -(-total // SPREAD_SIZE)].copy()
        return cls(total, thresholds, kept, spread, _levels(ascending, thresholds))

    def threshold(self, percentile: float | int) -> float:
        """Smallest confidence that is kept when the lowest `percentile` % are dropped.

        The same value as `moe3d.scene.filters.confidence_threshold` at tenths of a per cent, so
        that the screen and an export agree. 0 keeps everything, whatever its confidence: -inf.
        """
        return float(self.thresholds[self._step(percentile)]) if percentile > 0 else -math.inf

    def kept(self, percentile: float | int) -> int:
        """Points at or above the threshold."""
        return int(self.kept_at[self._step(percentile)])

    def percent_below(self, confidence: float | int) -> float:
        """Share of points below a confidence, percent, to a tenth."""
        return float(np.searchsorted(self.thresholds, np.float32(confidence), "left") - 1) / 10

    def _step(self, percentile: float | int) -> int:
        return min(max(round(10 * percentile), 0), STEPS)

    def encode(self, confidence: Float32[np.ndarray, " N"]) -> UInt16[np.ndarray, " N"]:
        """The level of each confidence; NaN is the lowest."""
        known = np.nan_to_num(confidence, nan=self.values[0])
        levels = np.searchsorted(self.values, known, side="right") - 1
        return np.clip(levels, 0, None).astype(np.uint16)

    def threshold_level(self, threshold: float | int) -> int:
        """The lowest visible level when everything below this confidence is hidden."""
        return int(np.searchsorted(self.values, np.float32(threshold), side="left"))

    def resampled(self, num_entries: int) -> Float32[np.ndarray, " K"]:
        """Value at equal steps of level, for a colour table."""
        places = np.linspace(0, len(self.values) - 1, num_entries)
        return np.interp(places, np.arange(len(self.values)), self.values).astype(np.float32)


def _levels(
    ascending: Float32[np.ndarray, " N"], thresholds: Float32[np.ndarray, " 1001"]
) -> Float32[np.ndarray, " L"]:
    finite = ascending[np.searchsorted(ascending, -np.inf, "right") :]
    finite = finite[: np.searchsorted(finite, np.inf, "left")]
    if len(finite) == 0:
        return np.zeros(1, np.float32)
    if len(finite) <= MAX_LEVELS:
        return np.unique(finite)
    even = np.linspace(0, len(finite) - 1, MAX_LEVELS - STEPS).round().astype(np.int64)
    return np.unique(np.concatenate([finite[even], thresholds[np.isfinite(thresholds)]]))
