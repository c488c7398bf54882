"""Errors of camera poses: relative rotations and translations of pairs, and trajectories."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Shaped

from moe3d.errors import EvaluationError, ShapeError
from moe3d.geometry.similarity import Similarity, fit_similarity, rotation_angles_deg

ZERO_BASELINE = 1e-12
"""Baseline, as a share of the largest camera distance or absolute, that has no direction."""
ROTATION_TOLERANCE = 1e-3


@dataclass(frozen=True)
class PairErrors:
    """Errors of every pair i < j, in the order (0, 1), (0, 2), ..., degrees."""

    rotation_deg: Float64[np.ndarray, " P"]
    """RRE, 0 to 180."""
    translation_deg: Float64[np.ndarray, " P"]
    """RTE with the sign of the baseline ignored, 0 to 90; 90 for a zero baseline."""
    signed_translation_deg: Float64[np.ndarray, " P"]
    """Diagnostic: RTE that feels the sign, 0 to 180."""

    @property
    def worst_deg(self) -> Float64[np.ndarray, " P"]:
        """max(RRE, RTE)."""
        return np.maximum(self.rotation_deg, self.translation_deg)

    def rra(self, threshold_deg: int) -> float:
        """Share of pairs with a rotation error below the threshold."""
        return float(np.mean(self.rotation_deg < threshold_deg))

    def rta(self, threshold_deg: int) -> float:
        """Share of pairs with a translation error below the threshold."""
        return float(np.mean(self.translation_deg < threshold_deg))

    def auc(self, threshold_deg: int) -> float:
        """Area under the accuracy curve as published: a histogram of 1-degree bins.

        Mean over k = 1..T of the share of pairs below k degrees, the last bin closed. About half a
        bin above the exact area.
        """
        errors = self.worst_deg
        shares = [np.mean(errors < k) for k in range(1, threshold_deg)]
        return float(np.mean([*shares, np.mean(errors <= threshold_deg)]))

    def auc_exact(self, threshold_deg: int) -> float:
        """The exact area: mean of max(0, 1 - error / T)."""
        return float(np.mean(np.maximum(0.0, 1 - self.worst_deg / threshold_deg)))


@dataclass(frozen=True)
class TrajectoryErrors:
    """Errors of a whole trajectory after a similarity alignment of the camera centres."""

    ate_rmse: float
    """RMSE of the aligned camera centres, units of the truth."""
    rpe_translation_rmse: float
    """RMSE of the relative motion's translation, consecutive frames, units of the truth."""
    rpe_rotation_rmse_deg: float
    """RMSE of the relative motion's rotation angle, degrees."""
    alignment: Similarity


def score_pairs(
    prediction: Shaped[np.ndarray, "..."], truth: Shaped[np.ndarray, "..."]
) -> PairErrors:
    """Compare the relative pose of every pair of views.

    Args:
        prediction: (N, 4, 4) or (N, 3, 4) `camera_from_world`, OpenCV axes.
        truth: the same cameras, in the same order.

    Raises:
        ShapeError: not two equal lists of matrices.
        EvaluationError: fewer than two poses, or one not finite or not rigid.

    Convention: relative pose of (i, j) is ``j_from_i = E_j inverse(E_i)``.
    Source: Wang et al. 2023 (PoseDiffusion), section 4; AUC as computed for VGGT, 2025.
    """
    estimated, known = as_cameras(prediction, "prediction"), as_cameras(truth, "truth")
    _check_same(estimated, known)
    relative, true_relative = _pairwise(estimated), _pairwise(known)
    rotation = np.swapaxes(relative[:, :3, :3], -1, -2) @ true_relative[:, :3, :3]
    direction = _directions(relative, estimated)
    true_direction = _directions(true_relative, known)
    sine = np.linalg.norm(np.cross(direction, true_direction), axis=1)
    cosine = np.sum(direction * true_direction, axis=1)
    has_none = ~(direction.any(axis=1) & true_direction.any(axis=1))
    angle = np.degrees(np.arctan2(sine, np.abs(cosine)))
    signed = np.degrees(np.arctan2(sine, cosine))
    return PairErrors(
        rotation_angles_deg(rotation),
        np.where(has_none, 90.0, angle),
        np.where(has_none, 90.0, signed),
    )


def score_trajectory(
    prediction: Shaped[np.ndarray, "..."], truth: Shaped[np.ndarray, "..."]
) -> TrajectoryErrors:
    """ATE and RPE after a similarity alignment.

    Args:
        prediction: (N, 4, 4) or (N, 3, 4) `camera_from_world`, in temporal order.
        truth: the same cameras, in the same order.

    Raises:
        ShapeError: not two equal lists of matrices.
        EvaluationError: fewer than three centres, centres on one line, or a pose not rigid.

    Source: Sturm et al. 2012, section V; alignment: Umeyama 1991.
    """
    estimated, known = as_cameras(prediction, "prediction"), as_cameras(truth, "truth")
    _check_same(estimated, known)
    centres, true_centres = _world_from_camera(estimated), _world_from_camera(known)
    alignment = fit_similarity(centres[:, :3, 3], true_centres[:, :3, 3])
    gap = alignment.apply(centres[:, :3, 3]) - true_centres[:, :3, 3]
    step = estimated[:-1] @ _world_from_camera(estimated[1:])  # camera i from camera i + 1
    step[:, :3, 3] *= alignment.scale
    true_step = known[:-1] @ _world_from_camera(known[1:])
    error = _world_from_camera(true_step) @ step
    return TrajectoryErrors(
        ate_rmse=_rms(np.linalg.norm(gap, axis=1)),
        rpe_translation_rmse=_rms(np.linalg.norm(error[:, :3, 3], axis=1)),
        rpe_rotation_rmse_deg=_rms(rotation_angles_deg(error[:, :3, :3])),
        alignment=alignment,
    )


def as_cameras(cameras: Shaped[np.ndarray, "..."], name: str) -> Float64[np.ndarray, "N 4 4"]:
    """A list of `camera_from_world` matrices as 4x4, in float64.

    Raises:
        ShapeError: not (N, 4, 4) or (N, 3, 4).
        EvaluationError: fewer than two, not numbers, not finite, or a block that is no rotation.
    """
    if cameras.ndim != 3 or cameras.shape[1:] not in ((4, 4), (3, 4)):
        raise ShapeError(f"the {name} must be (N, 4, 4) or (N, 3, 4) matrices; got {cameras.shape}")
    if cameras.dtype.kind not in "fiu":
        raise EvaluationError(f"the {name} must hold real numbers; got dtype {cameras.dtype}")
    if len(cameras) < 2:
        raise EvaluationError(f"poses are compared in pairs; the {name} has {len(cameras)}")
    full = np.tile(np.eye(4), (len(cameras), 1, 1))
    full[:, :3] = cameras[:, :3]
    if not np.isfinite(full).all():
        raise EvaluationError(f"the {name} has a pose that is not finite")
    rotation = full[:, :3, :3]
    skew = np.abs(rotation @ np.swapaxes(rotation, -1, -2) - np.eye(3)).max(axis=(1, 2))
    wrong = np.flatnonzero((skew > ROTATION_TOLERANCE) | (np.linalg.det(rotation) < 0))
    if wrong.size:
        raise EvaluationError(
            f"pose {wrong[0]} of the {name} is not rigid: its 3x3 block is no rotation"
        )
    return full


def _check_same(first: Float64[np.ndarray, "N 4 4"], second: Float64[np.ndarray, "..."]) -> None:
    if first.shape != second.shape:
        raise ShapeError(
            f"prediction and truth must hold the same cameras; got {len(first)} and {len(second)}"
        )


def _world_from_camera(
    camera_from_world: Float64[np.ndarray, "N 4 4"],
) -> Float64[np.ndarray, "N 4 4"]:
    inverse = np.tile(np.eye(4), (len(camera_from_world), 1, 1))
    inverse[:, :3, :3] = np.swapaxes(camera_from_world[:, :3, :3], -1, -2)
    inverse[:, :3, 3:] = -inverse[:, :3, :3] @ camera_from_world[:, :3, 3:]
    return inverse


def _pairwise(camera_from_world: Float64[np.ndarray, "N 4 4"]) -> Float64[np.ndarray, "P 4 4"]:
    """j_from_i for all i < j."""
    i, j = np.triu_indices(len(camera_from_world), k=1)
    return camera_from_world[j] @ _world_from_camera(camera_from_world)[i]


def _directions(
    relative: Float64[np.ndarray, "P 4 4"], cameras: Float64[np.ndarray, "N 4 4"]
) -> Float64[np.ndarray, "P 3"]:
    """Unit baselines; zero where there is none."""
    length = np.linalg.norm(relative[:, :3, 3], axis=1, keepdims=True)
    reach = max(1.0, float(np.linalg.norm(cameras[:, :3, 3], axis=1).max()))
    has_length = length > ZERO_BASELINE * reach
    return np.where(has_length, relative[:, :3, 3] / np.where(has_length, length, 1.0), 0.0)


def _rms(values: Float64[np.ndarray, " N"]) -> float:
    return float(np.sqrt(np.mean(values**2)))
