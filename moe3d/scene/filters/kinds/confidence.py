"""Points of low confidence: the scene's lowest share, or all below a value."""

import numpy as np
from jaxtyping import Bool, Float32

from moe3d.errors import UsageError
from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    nothing,
)
from moe3d.scene.filters.ranks import kth_smallest

LARGE_SCENE = 1 << 24
"""Pixels above which memory counts more than a tenth of a second."""


def confidence_threshold(
    confidence: Float32[np.ndarray, "S H W"],
    valid: Bool[np.ndarray, "S H W"],
    percentile: float | int,
) -> float:
    """The confidence below which the given percentage of the valid pixels lies.

    NaN counts as the lowest. Pixels equal to the threshold stay, so equal confidences stay
    together. -inf when nothing is valid.
    """
    count = int(np.count_nonzero(valid))
    if count == 0:
        return -np.inf
    rank = min(int(count * percentile / 100), count - 1)
    if count > LARGE_SCENE:
        views = range(len(valid))
        return kth_smallest(lambda: (confidence[view][valid[view]] for view in views), rank)
    values = confidence.ravel() if valid.all() else confidence[valid]
    values = np.where(np.isnan(values), np.float32(-np.inf), values)
    return float(np.partition(values, rank)[rank])


def _lowest_share(scene: FilteredLayer, settings: Settings) -> Mask:
    percentile = settings.confidence_percentile
    return _below(confidence_threshold(scene.layer.confidence, scene.valid, percentile))


def _low(_scene: FilteredLayer, settings: Settings) -> Mask:
    return _below(settings.confidence_min)


def _below(lowest: float | int) -> Mask:
    limit = np.float32(lowest)
    if limit == -np.inf:
        return nothing
    return lambda region: ~(region.confidence >= limit)  # NaN goes


def _check_percentile(percentile: float | int) -> None:
    if not 0 <= percentile <= 100:
        raise UsageError(f"the confidence percentile must be 0 to 100; got {percentile}")


def _title(settings: Settings) -> str:
    if settings.confidence_min is None:
        return "lowest {confidence_percentile} % confidence"
    if settings.confidence_percentile == 0:
        return "confidence below {confidence_min}"
    return "lowest {confidence_percentile} % confidence, or below {confidence_min}"


def _lowest_level(_settings: Settings, cloud: DrawnCloud) -> float:
    return cloud.threshold_level - 0.5


CONFIDENCE = PointFilter(
    name="confidence",
    place=10,
    title=_title,
    options=(
        FilterOption(
            "confidence_percentile",
            float | int,
            off=0,
            usual=20.0,
            help="Leave out this share of the least confident points of the scene, in percent; 0 "
            "keeps all.",
            mask=_lowest_share,
            check=_check_percentile,
        ),
        FilterOption(
            "confidence_min",
            float | int | None,
            off=None,
            help="Leave out points below this confidence (1 and more; its meaning depends on the "
            "model).",
            mask=_low,
        ),
    ),
    drawn=(DrawnLimits("level", low=_lowest_level),),
)
