"""Percentile, absolute value and kept count of a confidence filter, all three together."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

STEPS = 1000
"""Tenths of a per cent, from dropping nothing to dropping all."""
SPREAD_SIZE = 20_000


@dataclass(frozen=True)
class ConfidenceLevels:
    """What the confidences of all valid pixels of one layer say at every tenth of a per cent."""

    total: int
    """Valid pixels before the filter."""
    thresholds: Float32[np.ndarray, " 1001"]
    """Smallest confidence that is kept at each step."""
    kept_at: Int64[np.ndarray, " 1001"]
    """Pixels at or above it."""
    spread: Float32[np.ndarray, " K"]
    """Ascending confidences, some twenty thousand, evenly chosen."""

    @classmethod
    def of(
        cls, confidence: Float32[np.ndarray, "S H W"], valid: Bool[np.ndarray, "S H W"]
    ) -> "ConfidenceLevels":
        """Sort once; takes a second for ten million pixels, so not in the GUI thread.

        NaN counts as the lowest.
        """
        ascending = np.sort(np.nan_to_num(confidence[valid], nan=-np.inf, posinf=np.inf))
        total = int(ascending.size)
        if total == 0:
            nothing = np.full(STEPS + 1, -np.inf, np.float32)
            return cls(0, nothing, np.zeros(STEPS + 1, np.int64), ascending)
        ranks = [min(int(total * (step / 10) / 100), total - 1) for step in range(STEPS + 1)]
        thresholds = ascending[ranks]
        thresholds[0] = -np.inf
        kept = total - np.searchsorted(ascending, thresholds, "left")
        return cls(total, thresholds, kept, ascending[:: -(-total // SPREAD_SIZE)].copy())

    def threshold(self, percentile: float) -> float:
        """Smallest confidence that is kept when the lowest `percentile` % are dropped.

        The same value as `moe3d.scene.filters.confidence_threshold` at tenths of a per cent, so
        that the screen and an export agree. 0 keeps everything, whatever its confidence: -inf.
        """
        return float(self.thresholds[self._step(percentile)]) if percentile > 0 else -math.inf

    def kept(self, percentile: float) -> int:
        """Pixels at or above the threshold."""
        return int(self.kept_at[self._step(percentile)])

    def percent_below(self, confidence: float) -> float:
        """Share of pixels below a confidence, percent, to a tenth."""
        return float(np.searchsorted(self.thresholds, np.float32(confidence), "left") - 1) / 10

    def _step(self, percentile: float) -> int:
        return min(max(round(10 * percentile), 0), STEPS)
