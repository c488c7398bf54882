"""Pixels of a mixture as rows of experts."""

import numpy as np
from jaxtyping import Bool, Float, Float64

from moe3d.errors import EvaluationError


def masked_rows(
    values: Float[np.ndarray, "S E H W"], mask: Bool[np.ndarray, "S H W"] | None
) -> Float64[np.ndarray, "E N"]:
    """The masked pixels, one row an expert; None takes all pixels.

    Raises:
        EvaluationError: the mask leaves no pixel.
    """
    rows = np.moveaxis(values, 1, 0).astype(np.float64)  # (E, S, H, W)
    if mask is None:
        return rows.reshape(len(rows), -1)
    if not mask.any():
        raise EvaluationError("no pixel is left inside the mask")
    return rows[:, mask]
