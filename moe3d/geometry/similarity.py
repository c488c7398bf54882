"""Bring points of unknown scale onto true points: least squares (Umeyama), or medians."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d.errors import EvaluationError, ShapeError
from moe3d.geometry.alignment import DEGENERATE_SPREAD, lower_median

SPREAD_RANGE = (1e-3, 1e3)
"""What the median alignment clamps the prediction's spread to."""


@dataclass(frozen=True)
class Similarity:
    """``target = scale * rotation @ source + translation``."""

    scale: float
    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]

    def apply(self, points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Points of the source frame in the target frame."""
        return self.scale * points @ self.rotation.T + self.translation

    def __matmul__(self, other: "Similarity") -> "Similarity":
        """The other first, then this one."""
        return Similarity(
            self.scale * other.scale,
            self.rotation @ other.rotation,
            self.scale * self.rotation @ other.translation + self.translation,
        )

    @property
    def inverse(self) -> "Similarity":
        """From the target frame back to the source frame."""
        back = self.rotation.T
        return Similarity(1 / self.scale, back, -back @ self.translation / self.scale)

    @property
    def angle_deg(self) -> float:
        """Angle of the rotation, degrees."""
        return float(rotation_angles_deg(self.rotation))


def fit_similarity(
    source: Float[np.ndarray, "..."],
    target: Float[np.ndarray, "..."],
    with_scale: bool = True,
    weights: Float[np.ndarray, " N"] | None = None,
) -> Similarity:
    """Least-squares similarity between paired points.

    Args:
        source: (N, 3), scene units of the prediction.
        target: (N, 3), same order.
        with_scale: False fits a rigid motion.
        weights: how much each pair counts, none negative; None for all alike.

    Raises:
        ShapeError: not two equal (N, 3) arrays.
        EvaluationError: fewer than three points, points on one line, or a point not finite.

    Source: Umeyama 1991, eq. 34 to 43.
    """
    _check_points(source, target)
    share = np.ones(len(source)) if weights is None else weights
    share = share / max(float(share.sum()), np.finfo(float).tiny)
    source_mean, target_mean = share @ source, share @ target
    centred = source - source_mean
    covariance = (share[:, None] * (target - target_mean)).T @ centred
    left, spread, right = np.linalg.svd(covariance)
    _require(
        len(source) >= 3 and bool(spread[1] > DEGENERATE_SPREAD * spread[0]),
        f"a similarity needs three points that are not on one line; got {len(source)}",
    )
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = left * signs @ right
    variance = float(share @ np.sum(centred**2, axis=1))
    scale = float(np.sum(spread * signs)) / variance if with_scale else 1.0
    return Similarity(scale, rotation, target_mean - scale * rotation @ source_mean)


def fit_median_similarity(
    source: Float[np.ndarray, "..."], target: Float[np.ndarray, "..."]
) -> Similarity:
    """Median depth shift and median spread of paired points; no rotation is estimated.

    Args:
        source: (N, 3), first camera's frame, prediction.
        target: (N, 3), same order, first camera's frame.

    Raises:
        ShapeError: not two equal (N, 3) arrays.
        EvaluationError: no point, or a point not finite.

    Convention: medians are lower medians; the source's spread is clamped to `SPREAD_RANGE`.
    Source: the normalisation of DUSt3R-type point-map evaluation, `docs/metrics.md`.
    """
    _check_points(source, target)
    _require(len(source) > 0, "there is no valid point")
    source_z, target_z = lower_median(source[:, 2]), lower_median(target[:, 2])
    along_z = np.array([0.0, 0.0, 1.0])
    source_spread = float(np.clip(_median_spread(source - source_z * along_z), *SPREAD_RANGE))
    scale = _median_spread(target - target_z * along_z) / source_spread
    return Similarity(scale, np.eye(3), (target_z - scale * source_z) * along_z)


def _median_spread(points: Float[np.ndarray, "N 3"]) -> float:
    """Median distance to the coordinate-wise median."""
    centre = np.array([lower_median(points[:, axis]) for axis in range(3)])
    return lower_median(np.linalg.norm(points - centre, axis=1))


def _check_points(source: Float[np.ndarray, "..."], target: Float[np.ndarray, "..."]) -> None:
    if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 3:
        raise ShapeError(
            f"paired points must be two (N, 3) arrays; got {source.shape} and {target.shape}"
        )
    _require(bool(np.isfinite(source).all() and np.isfinite(target).all()), "a point is not finite")


def rotation_angles_deg(rotation: Float[np.ndarray, "*S 3 3"]) -> Float[np.ndarray, "*S"]:
    """Angles of rotation matrices, 0 to 180 degrees; accurate at both ends."""
    difference = rotation - np.swapaxes(rotation, -1, -2)
    sine = np.linalg.norm(
        np.stack([difference[..., 2, 1], difference[..., 0, 2], difference[..., 1, 0]], axis=-1),
        axis=-1,
    )
    cosine = np.trace(rotation, axis1=-2, axis2=-1) - 1
    return np.asarray(np.degrees(np.arctan2(sine, cosine)))


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise EvaluationError(f"alignment failed: {complaint}")
