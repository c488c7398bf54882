"""Percentile, absolute value and kept count of a confidence filter, all three together."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32


@dataclass(frozen=True)
class ConfidenceLevels:
    """The confidences of all valid pixels of one layer, sorted: every question is a look-up."""

    ascending: Float32[np.ndarray, " N"]

    @classmethod
    def of(
        cls, confidence: Float32[np.ndarray, "S H W"], valid: Bool[np.ndarray, "S H W"]
    ) -> "ConfidenceLevels":
        """Sort once; takes a second for ten million pixels, so not in the GUI thread.

        NaN counts as the lowest.
        """
        return cls(np.sort(np.nan_to_num(confidence[valid], nan=-np.inf, posinf=np.inf)))

    @property
    def total(self) -> int:
        """Valid pixels before the filter."""
        return int(self.ascending.size)

    def threshold(self, percentile: float) -> float:
        """Smallest confidence that is kept when the lowest `percentile` % are dropped.

        The same value as `moe3d.scene.filters.confidence_threshold`, so that the screen and an
        export agree. 0 keeps everything, whatever its confidence: -inf.
        """
        if percentile <= 0 or self.total == 0:
            return -math.inf
        rank = min(int(self.total * percentile / 100), self.total - 1)
        return float(self.ascending[rank])

    def kept(self, percentile: float) -> int:
        """Pixels at or above the threshold."""
        below = np.searchsorted(self.ascending, np.float32(self.threshold(percentile)), "left")
        return self.total - int(below)
