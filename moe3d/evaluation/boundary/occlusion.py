"""Boundary F1: do prediction and truth jump between the same neighbouring pixels?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int, Shaped

from moe3d.errors import UsageError
from moe3d.evaluation.metrics.pairs import depth_pair, require_image

OCCLUSION_THRESHOLDS = np.linspace(1.05, 1.25, 10)
POOLED_THRESHOLDS = np.linspace(0.05, 0.25, 10)
SMALLEST_DEPTH = 1e-6

Block = tuple[slice, slice]
"""A rectangle of an image."""


@dataclass(frozen=True)
class BoundaryCounts:
    """Boundary pairs at every threshold (rows) and direction (columns); counts of images add up.

    F1 of a sum of counts is the score pooled over a data set.
    """

    thresholds: Float64[np.ndarray, " T"]
    both: Int[np.ndarray, "T D"]
    """Pairs that are boundaries of prediction and truth."""
    in_prediction: Int[np.ndarray, "T D"]
    in_truth: Int[np.ndarray, "T D"]

    def __add__(self, other: "BoundaryCounts") -> "BoundaryCounts":
        return BoundaryCounts(
            self.thresholds,
            self.both + other.both,
            self.in_prediction + other.in_prediction,
            self.in_truth + other.in_truth,
        )

    @property
    def precisions(self) -> Float64[np.ndarray, " T"]:
        """Mean over the directions of both / max(in_prediction, 1)."""
        return (self.both / np.maximum(self.in_prediction, 1)).mean(axis=1)

    @property
    def recalls(self) -> Float64[np.ndarray, " T"]:
        """Mean over the directions of both / max(in_truth, 1)."""
        return (self.both / np.maximum(self.in_truth, 1)).mean(axis=1)

    @property
    def f1s(self) -> Float64[np.ndarray, " T"]:
        """2PR / (P + R) at every threshold; 0 where P + R is 0."""
        total = self.precisions + self.recalls
        return 2 * self.precisions * self.recalls / np.where(total > 0, total, 1)

    @property
    def f1(self) -> float:
        """Mean of the F1s, weighted by the thresholds."""
        return self._weighted(self.f1s)

    @property
    def precision(self) -> float:
        """Mean of the precisions, weighted by the thresholds."""
        return self._weighted(self.precisions)

    @property
    def recall(self) -> float:
        """Mean of the recalls, weighted by the thresholds."""
        return self._weighted(self.recalls)

    def _weighted(self, values: Float64[np.ndarray, " T"]) -> float:
        return float(np.sum(values * self.thresholds) / np.sum(self.thresholds))


def count_occlusions(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    masked: bool = True,
) -> BoundaryCounts:
    """Scale-invariant boundary counts over neighbouring pixels in four directions.

    Pixel x occludes its neighbour y when depth(y) / depth(x) exceeds the threshold. Identical maps
    score below 1 where a direction has no boundary at all.

    Args:
        prediction: (H, W) z-depth, any scale.
        truth: (H, W) z-depth.
        mask: pixels that count, besides having truth.
        masked: False is the public form: no mask and no validity, so unknown truth (0) makes
            huge edges.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid, or a prediction not finite.

    Source: Bochkovskii et al. 2024 (Depth Pro), section 3 and eq. 4 to 6.
    """
    pair = depth_pair(prediction, truth, mask)
    require_image(pair)
    valid = pair.valid if masked else np.ones_like(pair.valid)
    return _occlusions_of(pair.prediction, pair.truth, valid)


def _occlusions_of(
    prediction: Float64[np.ndarray, "H W"],
    truth: Float64[np.ndarray, "H W"],
    valid: Bool[np.ndarray, "H W"],
) -> BoundaryCounts:
    near = 1 / np.maximum(prediction, SMALLEST_DEPTH)
    true_near = 1 / np.maximum(truth, SMALLEST_DEPTH)
    ratios = []
    for here, there in neighbour_slices():
        both_valid = valid[here] & valid[there]
        ratios.append(
            (
                np.where(both_valid, near[here] / near[there], 0),
                np.where(both_valid, true_near[here] / true_near[there], 0),
            )
        )
    return _count_above(ratios, OCCLUSION_THRESHOLDS, OCCLUSION_THRESHOLDS)


def count_pooled(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    radius: int = 1,
) -> BoundaryCounts:
    """Boundary counts over all ordered pairs within a disc, pooled over directions.

    Only pixels whose whole disc's square lies inside the image are centres, as in the public code;
    an image smaller than that has no pair.

    Args:
        prediction: (H, W) z-depth, aligned where the alignment has a shift.
        truth: (H, W) z-depth.
        mask: pixels that count, besides having truth.
        radius: of the disc, pixels; 1, 2 or 3 are usual.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid, or a prediction not finite.
        UsageError: the radius is below 1.

    Source: Wang et al. 2025 (MoGe-2), boundary sharpness; weights t / sum t, t = 0.05 to 0.25.
    """
    if radius < 1:
        raise UsageError(f"the radius must be at least 1 pixel; got {radius}")
    pair = depth_pair(prediction, truth, mask)
    require_image(pair)
    ratios = []
    for here, there in _disc_slices(radius, pair.truth.shape):
        both_valid = pair.valid[here] & pair.valid[there]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = pair.prediction[there][both_valid] / pair.prediction[here][both_valid]
        ratios.append((ratio, pair.truth[there][both_valid] / pair.truth[here][both_valid]))
    predicted, true = (np.concatenate(side) for side in zip(*ratios, strict=True))
    return _count_above([(predicted, true)], 1 + POOLED_THRESHOLDS, POOLED_THRESHOLDS)


def _count_above(
    ratios: list[tuple[Float64[np.ndarray, "..."], Float64[np.ndarray, "..."]]],
    thresholds: Float64[np.ndarray, " T"],
    weights: Float64[np.ndarray, " T"],
) -> BoundaryCounts:
    """Count (prediction, truth) ratios above every threshold, one column a direction."""
    counts = np.zeros((3, len(thresholds), len(ratios)), dtype=np.int64)
    for row, threshold in enumerate(thresholds):
        for column, (ratio, true_ratio) in enumerate(ratios):
            above, truly_above = ratio > threshold, true_ratio > threshold
            counts[:, row, column] = [
                np.count_nonzero(above & truly_above),
                np.count_nonzero(above),
                np.count_nonzero(truly_above),
            ]
    return BoundaryCounts(weights, *counts)


def neighbour_slices() -> list[tuple[Block, Block]]:
    """(x, y) for x left, right, above and below of y."""
    every, first, last = slice(None), slice(None, -1), slice(1, None)
    left, right, top, bottom = (every, first), (every, last), (first, every), (last, every)
    return [(left, right), (right, left), (top, bottom), (bottom, top)]


def _disc_slices(radius: int, shape: tuple[int, ...]) -> list[tuple[Block, Block]]:
    """(centre, neighbour) for every offset within the disc but the centre itself.

    Centres are the pixels at least a radius away from every border.
    """
    rows, columns = (max(size - 2 * radius, 0) for size in shape)
    reach = range(-radius, radius + 1)
    offsets = [(dy, dx) for dy in reach for dx in reach if 0 < dy * dy + dx * dx <= radius**2]

    def block(dy: int, dx: int) -> Block:
        top, left = radius + dy, radius + dx
        return slice(top, top + rows), slice(left, left + columns)

    return [(block(0, 0), block(dy, dx)) for dy, dx in offsets]
