"""How large a share of lowest confidence may go before a pixel goes with it."""

import numpy as np
from jaxtyping import Bool, Float32, UInt16

STEPS = 1000
"""Tenths of a per cent, from dropping nothing to dropping all."""


def kept_until(
    confidence: Float32[np.ndarray, "S H W"], valid: Bool[np.ndarray, "S H W"]
) -> UInt16[np.ndarray, "S H W"]:
    """One more than the largest number of tenths of a per cent at which a pixel still stays.

    Agrees with `moe3d.scene.filters.confidence_threshold`: a pixel of level L stays when the lowest
    p % are dropped as long as 10 p < L. 0 for pixels that are not valid. NaN is the
    lowest.
    """
    levels = np.zeros(confidence.shape, np.uint16)
    values = np.nan_to_num(confidence[valid], nan=-np.inf, posinf=np.inf)
    if values.size:
        ranks = [min(int(values.size * (step / 10) / 100), values.size - 1) for step in _steps()]
        thresholds = np.sort(values)[ranks]
        levels[valid] = 1 + np.searchsorted(thresholds, values, side="right")
    return levels


def level_at(percentile: float | int) -> int:
    """The lowest level that stays when this share is dropped; rounded to tenths of a per cent."""
    return round(10 * percentile) + 1


def _steps() -> range:
    return range(1, STEPS + 1)
