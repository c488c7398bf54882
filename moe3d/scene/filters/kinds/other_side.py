"""Points whose pixel the other network does not keep: else the filter, not the network, decides a
comparison.

The 3D view holds, of every point, until when the other network keeps its pixel, as a level.
"""

import numpy as np
from jaxtyping import Bool, Float32, UInt16

from moe3d.scene.filters.kinds.confidence import CONFIDENCE
from moe3d.scene.filters.kinds.support import SUPPORT, lowest_code
from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Region,
    Settings,
)
from moe3d.scene.layers import OF_VGGT, named_layer, sides
from moe3d.scene.records import ScenePrediction

STEPS = 1000
"""Tenths of a per cent, from dropping nothing to dropping all."""


def other_side(prediction: ScenePrediction, layer: str) -> str:
    """The layer that a layer is compared with: raw with raw, refined with refined."""
    first, second = sides(prediction, layer)
    return first if layer in OF_VGGT else second


def kept_until(
    confidence: Float32[np.ndarray, "S H W"], valid: Bool[np.ndarray, "S H W"]
) -> UInt16[np.ndarray, "S H W"]:
    """One more than the largest number of tenths of a per cent at which a pixel still stays.

    Agrees with `confidence_threshold`: a pixel of level L stays when the lowest p % are dropped as
    long as 10 p < L. 0 for pixels that are not valid. NaN is the lowest.
    """
    levels = np.zeros(confidence.shape, np.uint16)
    values = np.nan_to_num(confidence[valid], nan=-np.inf, posinf=np.inf)
    if values.size:
        steps = range(1, STEPS + 1)
        ranks = [min(int(values.size * (step / 10) / 100), values.size - 1) for step in steps]
        thresholds = np.sort(values)[ranks]
        levels[valid] = 1 + np.searchsorted(thresholds, values, side="right")
    return levels


def level_at(percentile: float | int) -> int:
    """The lowest level that stays when this share is dropped; rounded to tenths of a per cent."""
    return round(10 * percentile) + 1


def _not_kept(scene: FilteredLayer, settings: Settings) -> Mask:
    prediction = scene.prediction
    other = FilteredLayer(
        prediction, named_layer(prediction, other_side(prediction, scene.layer.name))
    )
    options = [option for item in (CONFIDENCE, SUPPORT) for option in item.options]
    masks = [
        option.mask(other, settings)
        for option in options
        if option.name != "confidence_min" and option.is_on(getattr(settings, option.name))
    ]

    def mask(region: Region) -> Bool[np.ndarray, "H W"]:
        there = Region(other, region.view, region.rows, region.columns)
        gone = ~other.valid[there.place]
        for takes in masks:
            gone |= takes(there)
        return gone

    return mask


def _decide(scene: FilteredLayer, same: bool) -> bool:
    return same and scene.prediction.baseline is not None


def _is_drawn(settings: Settings, cloud: DrawnCloud) -> bool:
    return settings.same_pixels and cloud.has_other


def _lowest_level(settings: Settings, cloud: DrawnCloud) -> float:
    if not _is_drawn(settings, cloud):
        return -np.inf
    return level_at(settings.confidence_percentile) - 0.5


def _lowest_support(settings: Settings, cloud: DrawnCloud) -> float:
    return lowest_code(settings, cloud) if _is_drawn(settings, cloud) else -np.inf


OTHER_SIDE = PointFilter(
    name="other_side",
    place=20,
    title=lambda _settings: "the other side's cut",
    options=(
        FilterOption(
            "same_pixels",
            bool,
            off=False,
            help="Leave out points whose pixel the other network (VGGT, or MoE3D for VGGT's "
            "layers) lacks, or drops by the same confidence percentile and support.",
            mask=_not_kept,
            decide=_decide,
        ),
    ),
    drawn=(
        DrawnLimits("other", low=_lowest_level),
        DrawnLimits("known_other_support", low=_lowest_support),
    ),
)
