"""What the experts offer: the best choice against the gate's, and how much they differ."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64

from moe3d.evaluation.flying_points import FlyingSettings, count_against_itself
from moe3d.evaluation.mixture.pixels import masked_rows

DECISIVE_DIFFERENCE = 0.01
"""Gate accuracy counts pixels where the two best experts differ by more than this share of g."""


@dataclass(frozen=True)
class OracleComparison:
    """AbsRel of what the mixture chose beside what it could have chosen."""

    fused: float
    top1: float
    """of the expert with the largest weight"""
    oracle: float
    """of the best expert at every pixel; falls with E even for noise"""
    noise_oracle: float
    """of the best of E random perturbations of the fused depth with the experts' spread"""
    regret: float
    """fused - oracle"""
    gate_accuracy: float
    """share of decisive pixels at which the gate's winner is the best expert; NaN without any"""
    decisive_share: float


@dataclass(frozen=True)
class Diversity:
    """How much experts differ."""

    pair_difference: float
    """mean over pairs and pixels of |d_i - d_j| / g"""
    spread: float
    """mean over pixels of the standard deviation over experts / g"""
    error_correlation: float
    """mean Pearson correlation of the signed errors of two experts; NaN for a single expert"""


def compare_with_oracle(
    weights: Float[np.ndarray, "S E H W"],
    expert_depths: Float[np.ndarray, "S E H W"],
    fused: Float[np.ndarray, "S H W"],
    truth: Float[np.ndarray, "S H W"],
    mask: Bool[np.ndarray, "S H W"],
    generator: np.random.Generator,
) -> OracleComparison:
    """AbsRel of fused depth, winner and best expert over the masked pixels, all aligned alike.

    Args:
        weights: sum to 1 over experts.
        expert_depths: aligned.
        fused: aligned.
        truth: above 0 inside the mask.
        mask: pixels that count.
        generator: draws the perturbations of the noise oracle.

    Source: own definitions, `docs/metrics.md`.
    """
    w, d = masked_rows(weights, mask), masked_rows(expert_depths, mask)
    f, g = fused[mask].astype(np.float64), truth[mask].astype(np.float64)
    errors = np.abs(d - g) / g
    winner, best = w.argmax(axis=0), errors.argmin(axis=0)
    noise = f + d.std(axis=0) * generator.standard_normal(d.shape)
    fused_absrel = float(np.mean(np.abs(f - g) / g))
    oracle = float(errors.min(axis=0).mean())
    decisive = _decisive(d, errors, g)
    hits = winner[decisive] == best[decisive]
    return OracleComparison(
        fused=fused_absrel,
        top1=float(np.take_along_axis(errors, winner[None], axis=0).mean()),
        oracle=oracle,
        noise_oracle=float(np.mean((np.abs(noise - g) / g).min(axis=0))),
        regret=fused_absrel - oracle,
        gate_accuracy=float(hits.mean()) if hits.size else float("nan"),
        decisive_share=float(decisive.mean()),
    )


def measure_diversity(
    expert_depths: Float[np.ndarray, "S E H W"],
    truth: Float[np.ndarray, "S H W"],
    mask: Bool[np.ndarray, "S H W"],
) -> Diversity:
    """How much the aligned experts differ over the masked pixels, relative to the truth.

    Source: error correlation: Krogh & Vedelsby 1994; the rest own definitions, `docs/metrics.md`.
    """
    d = masked_rows(expert_depths, mask)
    g = truth[mask].astype(np.float64)
    first, second = np.triu_indices(len(d), k=1)
    if first.size == 0:
        return Diversity(0.0, 0.0, float("nan"))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.asarray(np.corrcoef(d - g))[first, second]
    return Diversity(
        pair_difference=float(np.mean(np.abs(d[first] - d[second]) / g)),
        spread=float(np.mean(d.std(axis=0) / g)),
        error_correlation=float(correlation.mean()),
    )


def measure_hardness_gap(
    fused: Float[np.ndarray, "H W"],
    top1: Float[np.ndarray, "H W"],
    truth: Float[np.ndarray, "H W"],
    mask: Bool[np.ndarray, "H W"] | None = None,
    settings: FlyingSettings = FlyingSettings(),  # noqa: B008 (frozen)
) -> float:
    """FPR_self(fused) - FPR_self(winner): the flying points that soft blending costs."""
    soft = count_against_itself(fused, truth, mask, settings)
    hard = count_against_itself(top1, truth, mask, settings)
    return soft.rate - hard.rate


def _decisive(
    depths: Float64[np.ndarray, "E N"],
    errors: Float64[np.ndarray, "E N"],
    truth: Float64[np.ndarray, " N"],
) -> Bool[np.ndarray, " N"]:
    """Where the depths of the two best experts differ enough for the choice to matter."""
    if len(depths) < 2:
        return np.zeros(truth.shape, bool)
    first, second = np.argsort(errors, axis=0, kind="stable")[:2]
    pixels = np.arange(truth.size)
    difference = np.abs(depths[first, pixels] - depths[second, pixels])
    return difference > DECISIVE_DIFFERENCE * truth
