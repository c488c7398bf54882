"""The spread of the mixture as its uncertainty: does it predict the error?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64
from scipy.stats import rankdata


@dataclass(frozen=True)
class SpreadQuality:
    """Whether the spread of the mixture predicts its error."""

    rank_correlation: float
    """Spearman, spread against |error|"""
    sparsification_area: float
    """mean of the curve: AbsRel of what is kept / AbsRel of all, least certain removed first"""
    ideal_area: float
    """the same, largest errors removed first"""


def mixture_spread(
    weights: Float[np.ndarray, "S E H W"],
    expert_depths: Float[np.ndarray, "S E H W"],
    fused: Float[np.ndarray, "S H W"],
) -> Float64[np.ndarray, "S H W"]:
    """Standard deviation of the experts under the gate: sqrt(sum w (d - f)^2), scene units."""
    difference = expert_depths.astype(np.float64) - fused[:, None]
    return np.sqrt(np.sum(weights * difference**2, axis=1))


def measure_spread_quality(
    spread: Float[np.ndarray, "S H W"],
    fused: Float[np.ndarray, "S H W"],
    truth: Float[np.ndarray, "S H W"],
    mask: Bool[np.ndarray, "S H W"],
    steps: int = 20,
) -> SpreadQuality:
    """Rank correlation and sparsification of spread against error over the masked pixels.

    Source: Ilg et al. 2018, section 4 (sparsification).
    """
    g = truth[mask].astype(np.float64)
    error = np.abs(fused[mask] - g)
    relative, uncertain = error / g, spread[mask].astype(np.float64)
    return SpreadQuality(
        rank_correlation=_correlation(rankdata(uncertain), rankdata(error)),
        sparsification_area=_sparsification(relative, uncertain, steps),
        ideal_area=_sparsification(relative, relative, steps),
    )


def _correlation(first: Float64[np.ndarray, " N"], second: Float64[np.ndarray, " N"]) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(first, second)[0, 1])


def _sparsification(
    error: Float64[np.ndarray, " N"], uncertain: Float64[np.ndarray, " N"], steps: int
) -> float:
    """Mean over shares removed (0 to under 1) of the mean error kept / the mean error of all."""
    if error.mean() == 0:
        return 0.0
    kept = error[np.argsort(uncertain, kind="stable")]  # most certain first
    means = np.cumsum(kept) / np.arange(1, len(kept) + 1)
    counts = np.ceil(len(kept) * (1 - np.arange(steps) / steps)).astype(np.int64)
    return float(np.mean(means[counts - 1]) / error.mean())
