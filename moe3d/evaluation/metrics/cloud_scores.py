"""Align two clouds as a protocol says, then score them."""

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64, Shaped

from moe3d.evaluation.metrics.clouds import CloudMetrics, as_points, register_icp, score_clouds
from moe3d.geometry.similarity import Similarity, fit_median_similarity, fit_similarity

CloudAlignmentMethod = Literal["none", "umeyama", "median"]


@dataclass(frozen=True)
class CloudAlignment:
    """What is done to the predicted points before they are scored."""

    method: CloudAlignmentMethod = "none"
    """umeyama and median take points that correspond in order."""
    icp_reach: float | None = None
    """Largest distance of a correspondence, truth units; None does no ICP."""


@dataclass(frozen=True)
class CloudScores(CloudMetrics):
    """Metrics and the alignment; the field names are the keys of `moe3d eval clouds --json`."""

    alignment: str
    alignment_scale: float
    alignment_angle_deg: float
    alignment_shift: float
    """length of the translation, truth units"""
    icp_fitness: float
    """share of predicted points with a correspondence; NaN without ICP"""
    icp_rmse: float


def fit_cloud_alignment(
    prediction: Float64[np.ndarray, "N 3"],
    truth: Float64[np.ndarray, "N 3"],
    method: CloudAlignmentMethod,
) -> Similarity:
    """The similarity of this name between corresponding points.

    Raises:
        ShapeError: the clouds do not correspond.
        EvaluationError: no similarity exists.
    """
    if method == "umeyama":
        return fit_similarity(prediction, truth)
    if method == "median":
        return fit_median_similarity(prediction, truth)
    return Similarity(1.0, np.eye(3), np.zeros(3))


def score_aligned(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    alignment: CloudAlignment = CloudAlignment(),
    fscore_threshold: float = 0.05,
) -> CloudScores:
    """Align two clouds and score them.

    Args:
        prediction: (N, 3) points.
        truth: (M, 3) points; the same number and order where the alignment pairs them.
        alignment: what is done first.
        fscore_threshold: truth units.

    Raises:
        ShapeError: not (N, 3), or clouds that do not correspond.
        EvaluationError: empty, not finite, or no alignment.
    """
    points, true_points = as_points(prediction, "prediction"), as_points(truth, "truth")
    similarity = fit_cloud_alignment(points, true_points, alignment.method)
    return score_moved(
        similarity.apply(points), true_points, similarity, alignment, fscore_threshold
    )


def score_moved(
    points: Float64[np.ndarray, "N 3"],
    truth: Float64[np.ndarray, "M 3"],
    similarity: Similarity,
    alignment: CloudAlignment,
    fscore_threshold: float = 0.05,
) -> CloudScores:
    """Score points that `similarity` has moved already, after ICP if the alignment wants it.

    Args:
        points: moved prediction, units of the truth.
        truth: true points.
        similarity: reported with the scores.
        alignment: says how far ICP reaches, units of the truth; None does none.
        fscore_threshold: distance of a hit, units of the truth.
    """
    fitness, rmse = float("nan"), float("nan")
    if alignment.icp_reach is not None:
        registration = register_icp(points, truth, alignment.icp_reach)
        points = registration.motion.apply(points)
        fitness, rmse = registration.fitness, registration.rmse
    return CloudScores(
        **asdict(score_clouds(points, truth, fscore_threshold)),
        alignment=alignment.method,
        alignment_scale=similarity.scale,
        alignment_angle_deg=similarity.angle_deg,
        alignment_shift=float(np.linalg.norm(similarity.translation)),
        icp_fitness=fitness,
        icp_rmse=rmse,
    )
