"""A prediction beside its truth: checked once, in float64, with the pixels that count.

Truth is valid where it is finite and above 0 (NaN and 0 both mean unknown) and the mask, if given,
is True. A prediction must be finite wherever truth is valid: leaving hard pixels out must not
raise a score.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from moe3d.errors import EvaluationError, ShapeError
from moe3d.geometry.alignment import AlignmentMethod, DepthAlignment, fit_depth_alignment


@dataclass(frozen=True)
class DepthPair:
    """Two depth maps (any number of axes) and the pixels at which they are compared."""

    prediction: Float64[np.ndarray, "*S"]
    """z-depth; finite where valid."""
    truth: Float64[np.ndarray, "*S"]
    """z-depth; finite and above 0 where valid, anything elsewhere."""
    valid: Bool[np.ndarray, "*S"]

    @property
    def num_valid(self) -> int:
        """Pixels that are compared."""
        return int(np.count_nonzero(self.valid))

    def fit(self, method: AlignmentMethod) -> DepthAlignment:
        """The alignment of the prediction over the valid pixels."""
        return fit_depth_alignment(self.prediction[self.valid], self.truth[self.valid], method)

    def aligned(self, alignment: DepthAlignment, clip_above: float | None = None) -> "DepthPair":
        """The same pair with the prediction aligned, then clipped above (Sintel: 70 m)."""
        prediction = alignment.apply(self.prediction)
        if clip_above is not None:
            prediction = np.minimum(prediction, clip_above)
        return DepthPair(prediction, self.truth, self.valid)


def depth_pair(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    allow_missing: bool = False,
) -> DepthPair:
    """Check two depth maps and join them.

    Args:
        prediction: z-depth, any scale.
        truth: z-depth, same shape; 0, negative or not finite where unknown.
        mask: same shape, bool or numbers; False or 0 leaves a pixel out. None keeps all.
        allow_missing: leave out pixels where the prediction is not finite instead of refusing it.

    Raises:
        ShapeError: shapes differ.
        EvaluationError: not numbers, no valid pixel, or a prediction not finite at a valid pixel.
    """
    _check_shapes(prediction, truth, mask)
    values, known = as_depth(prediction, "prediction"), as_depth(truth, "truth")
    valid = np.isfinite(known) & (known > 0)
    if mask is not None:
        valid &= as_mask(mask)
    if allow_missing:
        valid &= np.isfinite(values)
    if not valid.any():
        raise EvaluationError(
            f"no pixel of {truth.shape} is valid: truth must be finite and above 0 somewhere"
            + (" inside the mask" if mask is not None else "")
        )
    missing = int(np.count_nonzero(valid & ~np.isfinite(values)))
    if missing:
        raise EvaluationError(
            f"the prediction is not finite at {missing} of {int(valid.sum())} valid pixels; "
            "mask them out, or allow missing predictions"
        )
    return DepthPair(values, known, valid)


def as_depth(array: Shaped[np.ndarray, "..."], name: str) -> Float64[np.ndarray, "..."]:
    """A depth array in float64.

    Raises:
        EvaluationError: the array does not hold real numbers.
    """
    if array.dtype.kind not in "fiu":
        raise EvaluationError(f"the {name} must hold real numbers; got dtype {array.dtype}")
    return array.astype(np.float64)


def as_mask(mask: Shaped[np.ndarray, "..."]) -> Bool[np.ndarray, "..."]:
    """A mask as bool.

    Raises:
        EvaluationError: the mask holds neither bool, whole numbers nor just 0.0 and 1.0.
    """
    if mask.dtype.kind == "f" and not np.isin(mask, (0, 1)).all():
        raise EvaluationError("a mask of fractions must hold just 0 and 1")
    if mask.dtype.kind not in "biuf":
        raise EvaluationError(f"the mask must hold bool or whole numbers; got dtype {mask.dtype}")
    return mask.astype(bool)


def require_image(pair: DepthPair) -> None:
    """Refuse a pair that is not one image.

    Raises:
        ShapeError: the maps do not have two axes.
    """
    if pair.truth.ndim != 2:
        raise ShapeError(f"this metric takes one (H, W) depth map; got {pair.truth.shape}")


def _check_shapes(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None,
) -> None:
    if prediction.shape != truth.shape:
        raise ShapeError(
            f"prediction and truth must have one shape; got {prediction.shape} and {truth.shape}"
        )
    if mask is not None and mask.shape != truth.shape:
        raise ShapeError(f"the mask must be {truth.shape} like the truth; got {mask.shape}")
