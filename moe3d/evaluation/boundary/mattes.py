"""Boundary recall against a matte: does the prediction jump where a cut-out object ends?"""

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from moe3d.errors import EvaluationError, ShapeError
from moe3d.evaluation.boundary.occlusion import (
    OCCLUSION_THRESHOLDS,
    SMALLEST_DEPTH,
    BoundaryCounts,
    neighbour_slices,
)
from moe3d.evaluation.metrics.pairs import as_depth

FOREGROUND_ALPHA = 0.1
"""Opacity above which a pixel belongs to the object."""


def count_matte_edges(
    prediction: Shaped[np.ndarray, "..."], alpha: Shaped[np.ndarray, "..."]
) -> BoundaryCounts:
    """Boundary counts against the outline of a matte; read their `recall`.

    A true edge is a foreground pixel beside a background pixel, by direction. Predicted edges are
    those of the occlusion F1, thinned: of a run of edges along the row (the column for vertical
    neighbours) only the first largest jump is kept.

    Args:
        prediction: (H, W) z-depth, any scale.
        alpha: (H, W) opacity, 0 to 1; bool is taken too.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: not numbers, or a prediction not finite.

    Source: Bochkovskii et al. 2024 (Depth Pro), section 3, recall for segmentation and matting.
    """
    if prediction.shape != alpha.shape or prediction.ndim != 2:
        raise ShapeError(
            f"prediction and alpha must be one (H, W); got {prediction.shape} and {alpha.shape}"
        )
    depth = as_depth(prediction, "prediction")
    opacity = as_depth(alpha.astype(np.uint8) if alpha.dtype == bool else alpha, "matte")
    if not np.isfinite(depth).all():
        raise EvaluationError("the prediction is not finite everywhere; a matte has no mask")
    near, front = 1 / np.maximum(depth, SMALLEST_DEPTH), opacity > FOREGROUND_ALPHA
    counts = np.zeros((3, len(OCCLUSION_THRESHOLDS), 4), dtype=np.int64)
    for column, (here, there) in enumerate(neighbour_slices()):
        ratio, outline = near[here] / near[there], front[here] & ~front[there]
        for row, threshold in enumerate(OCCLUSION_THRESHOLDS):
            edges = _thinned(ratio, threshold, down=column >= 2)
            counts[:, row, column] = [
                np.count_nonzero(edges & outline),
                np.count_nonzero(edges),
                np.count_nonzero(outline),
            ]
    return BoundaryCounts(OCCLUSION_THRESHOLDS, *counts)


def _thinned(
    ratio: Float64[np.ndarray, "h w"], threshold: float, *, down: bool
) -> Bool[np.ndarray, "h w"]:
    """The first largest ratio of every run above the threshold, along rows or down columns."""
    if down:
        return _thinned(ratio.T, threshold, down=False).T
    above = ratio > threshold
    begins = above & ~np.pad(above, ((0, 0), (1, 0)))[:, :-1]
    runs, values = np.cumsum(begins.ravel())[above.ravel()] - 1, ratio[above]
    largest = np.full(int(begins.sum()), -np.inf)
    np.maximum.at(largest, runs, values)
    top = np.flatnonzero(values == largest[runs])
    _, first = np.unique(runs[top], return_index=True)
    kept = np.zeros(ratio.shape, bool)
    kept.flat[np.flatnonzero(above)[top[first]]] = True
    return kept
