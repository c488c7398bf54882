"""Bring a prediction of unknown scale onto the truth: depth alignments and similarities of points.

Every fit is in float64 and exact; the approximations of public scripts are not used.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from moe3d.errors import EvaluationError, ShapeError, UsageError
from moe3d.geometry import least_absolute

AlignmentMethod = Literal[
    "none",
    "median",
    "scale-l1",
    "affine-l1",
    "affine-l2",
    "disparity-affine",
    "scale-relative-l1",
    "affine-relative-l1",
]
ALIGNMENT_METHODS: tuple[str, ...] = get_args(AlignmentMethod)
DEGENERATE_SPREAD = 1e-12
"""Second singular value, relative to the first, at which points count as one line."""
SPREAD_RANGE = (1e-3, 1e3)
"""What the median alignment clamps the prediction's spread to."""


@dataclass(frozen=True)
class DepthAlignment:
    """``scale * depth + shift``; of disparity when `min_disparity` is given."""

    method: str
    scale: float = 1.0
    shift: float = 0.0
    min_disparity: float | None = None
    """Set by the disparity alignment: 1/largest true depth, the floor of the aligned disparity."""

    def apply(self, depth: Float[np.ndarray, "*S"]) -> Float[np.ndarray, "*S"]:
        """Aligned z-depth in the truth's units."""
        if self.min_disparity is None:
            return self.scale * depth + self.shift
        with np.errstate(divide="ignore"):
            disparity = self.scale / depth + self.shift
        return 1 / np.maximum(disparity, self.min_disparity)


@dataclass(frozen=True)
class Similarity:
    """``target = scale * rotation @ source + translation``."""

    scale: float
    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]

    def apply(self, points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Points of the source frame in the target frame."""
        return self.scale * points @ self.rotation.T + self.translation

    @property
    def angle_deg(self) -> float:
        """Angle of the rotation, degrees."""
        return float(rotation_angles_deg(self.rotation))


def alignment_method(name: str) -> AlignmentMethod:
    """The method of this name; case and underscores do not matter.

    Raises:
        UsageError: there is none.
    """
    plain = name.strip().lower().replace("_", "-")
    for method in get_args(AlignmentMethod):
        if method == plain:
            return method
    raise UsageError(f"no alignment {name!r}; there are {', '.join(ALIGNMENT_METHODS)}")


def lower_median(values: Float[np.ndarray, " N"]) -> float:
    """The middle value; for an even count the smaller of the two middle ones, as torch takes it."""
    middle = (values.size - 1) // 2
    return float(np.partition(values, middle)[middle])


def fit_depth_alignment(
    prediction: Float[np.ndarray, " N"], truth: Float[np.ndarray, " N"], method: AlignmentMethod
) -> DepthAlignment:
    """Fit the alignment of a depth map on its valid pixels.

    Args:
        prediction: z-depth at the valid pixels, finite, any scale.
        truth: z-depth at the same pixels, above 0.
        method: median: ratio of lower medians; l1: least absolute deviations (exact); l2: least
            squares; disparity: least squares of 1/depth, clamped at 1/largest true depth;
            relative: each deviation divided by the true depth.

    Raises:
        EvaluationError: the prediction is constant, not positive, or otherwise leaves the fit open.
    """
    ones = np.ones_like(truth)
    if method == "none":
        return DepthAlignment(method)
    if method == "median":
        return DepthAlignment(method, _median_scale(prediction, truth))
    if method == "disparity-affine":
        return _fit_disparity(prediction, truth)
    weights = 1 / truth if "relative" in method else ones
    if method.startswith("scale"):
        _require(bool(np.any(prediction != 0)), "the prediction is 0 everywhere: it has no scale")
        return DepthAlignment(method, least_absolute.fit_scale(prediction, truth, weights))
    _require_spread(prediction)
    if method == "affine-l2":
        return DepthAlignment(method, *_least_squares_line(prediction, truth))
    scale, shift = least_absolute.fit_scale_and_shift(prediction, truth, weights)
    return DepthAlignment(method, scale, shift)


def _median_scale(prediction: Float[np.ndarray, " N"], truth: Float[np.ndarray, " N"]) -> float:
    median = lower_median(prediction)
    _require(median > 0, f"the prediction's median depth is {median:g}; it must be above 0")
    return lower_median(truth) / median


def _fit_disparity(
    prediction: Float[np.ndarray, " N"], truth: Float[np.ndarray, " N"]
) -> DepthAlignment:
    _require(
        bool(np.all(prediction > 0)),
        "the disparity alignment needs a prediction above 0 at every valid pixel",
    )
    disparity = 1 / prediction
    _require_spread(disparity)
    scale, shift = _least_squares_line(disparity, 1 / truth)
    return DepthAlignment("disparity-affine", scale, shift, min_disparity=1 / float(truth.max()))


def _least_squares_line(
    source: Float[np.ndarray, " N"], target: Float[np.ndarray, " N"]
) -> tuple[float, float]:
    centred = source - source.mean()
    scale = float(np.sum(centred * (target - target.mean())) / np.sum(centred**2))
    return scale, float(target.mean() - scale * source.mean())


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise EvaluationError(f"alignment failed: {complaint}")


def _require_spread(values: Float[np.ndarray, " N"]) -> None:
    spread = float(values.max() - values.min())
    _require(
        spread > DEGENERATE_SPREAD * float(np.abs(values).max()),
        "the prediction is constant, so scale and shift cannot be told apart",
    )


def fit_similarity(
    source: Float[np.ndarray, "..."], target: Float[np.ndarray, "..."], with_scale: bool = True
) -> Similarity:
    """Least-squares similarity between paired points.

    Args:
        source: (N, 3), scene units of the prediction.
        target: (N, 3), same order.
        with_scale: False fits a rigid motion.

    Raises:
        ShapeError: not two equal (N, 3) arrays.
        EvaluationError: fewer than three points, points on one line, or a point not finite.

    Source: Umeyama 1991, eq. 34 to 43.
    """
    _check_points(source, target)
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    centred = source - source_mean
    covariance = (target - target_mean).T @ centred / len(source)
    left, spread, right = np.linalg.svd(covariance)
    _require(
        len(source) >= 3 and bool(spread[1] > DEGENERATE_SPREAD * spread[0]),
        f"a similarity needs three points that are not on one line; got {len(source)}",
    )
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = left * signs @ right
    variance = float(np.mean(np.sum(centred**2, axis=1)))
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
