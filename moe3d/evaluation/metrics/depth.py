"""Depth errors of one map, or of many maps scored as one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from moe3d.evaluation.metrics.pairs import DepthPair, depth_pair
from moe3d.geometry.alignment import AlignmentMethod

SMALLEST_DEPTH = 1e-5
"""What a prediction is clipped to below before logarithms and ratios are taken."""


@dataclass(frozen=True)
class DepthErrors:
    """The usual errors, in units of the truth where they have one."""

    absrel: float
    """mean |p - g| / g"""
    sqrel: float
    """mean (p - g)^2 / g"""
    rmse: float
    """sqrt mean (p - g)^2"""
    rmselog: float
    """sqrt mean (ln p - ln g)^2"""
    log10: float
    """mean |log10 p - log10 g|"""
    d1: float
    """share of pixels with max(p/g, g/p) < 1.25"""
    d2: float
    """the same, 1.25^2"""
    d3: float
    """the same, 1.25^3"""
    valid_pixels: int


def score_depth(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    alignment: AlignmentMethod = "none",
    clip_above: float | None = None,
) -> DepthErrors:
    """Score a depth map over its valid pixels.

    Args:
        prediction: z-depth, any scale that the alignment removes.
        truth: z-depth; 0, negative or not finite where unknown.
        mask: pixels that count; None keeps all with truth.
        alignment: fitted over the valid pixels before scoring.
        clip_above: largest aligned depth, truth units.

    Raises:
        ShapeError: shapes differ.
        EvaluationError: nothing valid, a prediction not finite, or no alignment.

    Source: Eigen, Puhrsch & Fergus 2014, section 4.2; alignments: `docs/metrics.md`.
    """
    pair = depth_pair(prediction, truth, mask)
    return errors_of(pair.aligned(pair.fit(alignment), clip_above))


def errors_of(pair: DepthPair) -> DepthErrors:
    """Errors of a pair that is aligned already."""
    p, g = pair.prediction[pair.valid], pair.truth[pair.valid]
    difference = p - g
    positive = np.maximum(p, SMALLEST_DEPTH)
    log_ratio = np.log(positive) - np.log(g)
    ratio = np.maximum(positive / g, g / positive)
    d1, d2, d3 = (float(np.mean(ratio < 1.25**power)) for power in (1, 2, 3))
    return DepthErrors(
        absrel=float(np.mean(np.abs(difference) / g)),
        sqrel=float(np.mean(difference**2 / g)),
        rmse=float(np.sqrt(np.mean(difference**2))),
        rmselog=float(np.sqrt(np.mean(log_ratio**2))),
        log10=float(np.mean(np.abs(np.log10(positive) - np.log10(g)))),
        d1=d1,
        d2=d2,
        d3=d3,
        valid_pixels=pair.num_valid,
    )
