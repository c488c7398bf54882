"""Confidences as ranks: a 16-bit level a point, and back to the value.

Levels follow the quantiles, so that a percentile slider moves in equal steps, and a threshold
given as a value hides the same points on the screen and in the count. Up to 4096 different values
are kept exactly; more are rounded down to the nearest of some 4096 quantiles. Among these are the
thresholds of every tenth of a per cent, so that a slider's filter is exact.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt16

MAX_LEVELS = 4096
PERCENTILES = np.arange(1000) / 10


@dataclass(frozen=True)
class ConfidenceLevels:
    """Ascending values; the level of a confidence is the last value not above it."""

    values: Float32[np.ndarray, " L"]

    def encode(self, confidence: Float32[np.ndarray, " N"]) -> UInt16[np.ndarray, " N"]:
        """The level of each confidence; NaN is the lowest."""
        known = np.nan_to_num(confidence, nan=self.values[0])
        levels = np.searchsorted(self.values, known, side="right") - 1
        return np.clip(levels, 0, None).astype(np.uint16)

    def threshold_level(self, threshold: float) -> int:
        """The lowest visible level when everything below this confidence is hidden."""
        return int(np.searchsorted(self.values, np.float32(threshold), side="left"))

    def resampled(self, num_entries: int) -> Float32[np.ndarray, " K"]:
        """Value at equal steps of level, for a colour table."""
        places = np.linspace(0, len(self.values) - 1, num_entries)
        return np.interp(places, np.arange(len(self.values)), self.values).astype(np.float32)


def confidence_levels(confidence: Float32[np.ndarray, " N"]) -> ConfidenceLevels:
    """Levels for these confidences."""
    finite = confidence[np.isfinite(confidence)]
    if len(finite) == 0:
        return ConfidenceLevels(np.zeros(1, np.float32))
    distinct = np.unique(finite) if len(finite) <= MAX_LEVELS else np.empty(0, np.float32)
    if len(distinct) == 0:
        even = np.linspace(0, len(finite) - 1, MAX_LEVELS - len(PERCENTILES)).round()
        thresholds = len(finite) * PERCENTILES / 100
        places = np.concatenate([even, thresholds]).astype(np.int64)
        distinct = np.unique(np.sort(finite)[places])
    return ConfidenceLevels(distinct.astype(np.float32))
