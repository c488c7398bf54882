"""Bring a depth map of unknown scale onto the truth.

Every fit is in float64 and exact; the approximations of public scripts are not used.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from moe3d.errors import EvaluationError, UsageError
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
