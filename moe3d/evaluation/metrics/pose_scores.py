"""Every pose metric of two lists of cameras, as one flat record."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Shaped

from moe3d.errors import EvaluationError
from moe3d.evaluation.metrics.poses import TrajectoryErrors, score_pairs, score_trajectory


@dataclass(frozen=True)
class PoseScores:
    """One number a metric; the field names are the keys of `moe3d eval poses --json`.

    Shares and areas are over all pairs i < j; angles in degrees, distances in truth units.
    """

    rre_mean: float
    rre_median: float
    rte_mean: float
    rte_median: float
    rte_signed_mean: float
    """diagnostic: feels the sign of the baseline"""
    rra5: float
    rra10: float
    rra30: float
    rta5: float
    rta10: float
    rta30: float
    auc5: float
    """histogram of 1-degree bins, as published"""
    auc10: float
    auc30: float
    auc5_exact: float
    auc10_exact: float
    auc30_exact: float
    ate: float
    """NaN when no similarity exists: see `note`"""
    rpe_translation: float
    rpe_rotation: float
    sim3_scale: float
    views: int
    pairs: int
    note: str
    rre: Float64[np.ndarray, " P"]
    """pairs (0, 1), (0, 2), ..., (1, 2), ..."""
    rte: Float64[np.ndarray, " P"]


def score_poses(
    prediction: Shaped[np.ndarray, "..."], truth: Shaped[np.ndarray, "..."]
) -> PoseScores:
    """Score `camera_from_world` matrices, (N, 4, 4) or (N, 3, 4), with every pose metric.

    Raises:
        ShapeError: not two equal lists of matrices.
        EvaluationError: fewer than two poses, or one not finite or not rigid.
    """
    errors = score_pairs(prediction, truth)
    trajectory, note = _trajectory(prediction, truth)
    nothing = float("nan")
    return PoseScores(
        rre_mean=float(errors.rotation_deg.mean()),
        rre_median=float(np.median(errors.rotation_deg)),
        rte_mean=float(errors.translation_deg.mean()),
        rte_median=float(np.median(errors.translation_deg)),
        rte_signed_mean=float(errors.signed_translation_deg.mean()),
        **{f"rra{limit}": errors.rra(limit) for limit in (5, 10, 30)},
        **{f"rta{limit}": errors.rta(limit) for limit in (5, 10, 30)},
        **{f"auc{limit}": errors.auc(limit) for limit in (5, 10, 30)},
        **{f"auc{limit}_exact": errors.auc_exact(limit) for limit in (5, 10, 30)},
        ate=trajectory.ate_rmse if trajectory else nothing,
        rpe_translation=trajectory.rpe_translation_rmse if trajectory else nothing,
        rpe_rotation=trajectory.rpe_rotation_rmse_deg if trajectory else nothing,
        sim3_scale=trajectory.alignment.scale if trajectory else nothing,
        views=len(truth),
        pairs=len(errors.rotation_deg),
        note=note,
        rre=errors.rotation_deg,
        rte=errors.translation_deg,
    )


def _trajectory(
    prediction: Shaped[np.ndarray, "..."], truth: Shaped[np.ndarray, "..."]
) -> tuple[TrajectoryErrors | None, str]:
    """Errors of the trajectory, or None and why there are none."""
    try:
        return score_trajectory(prediction, truth), ""
    except EvaluationError as error:
        return None, str(error)
