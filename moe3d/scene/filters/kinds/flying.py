"""Flying points: those that hang between two surfaces."""

import numpy as np
from jaxtyping import Bool

from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Region,
    Settings,
    Switch,
)
from moe3d.scene.flying_without_truth import count_without_truth


def _flying(scene: FilteredLayer, _settings: Settings) -> Mask:
    prediction, depth = scene.prediction, scene.layer.depth

    def mask(region: Region) -> Bool[np.ndarray, "H W"]:
        view = region.view
        references = [prediction.depth[view]]
        if prediction.baseline is not None:
            references.append(prediction.baseline.depth[view])
        (found,) = count_without_truth(
            [depth[view]], prediction.valid_mask[view], references, asked=region.asked
        )
        return found.flying[region.rows, region.columns]

    return mask


def _highest(settings: Settings, _cloud: DrawnCloud) -> float:
    return 0.5 if settings.hide_flying else np.inf


FLYING = PointFilter(
    name="flying",
    place=70,
    title=lambda _settings: "flying points",
    options=(
        FilterOption(
            "hide_flying",
            bool,
            off=False,
            help="Leave out flying points: those that hang between two surfaces.",
            mask=_flying,
        ),
    ),
    drawn=(DrawnLimits("flying", high=_highest),),
    controls=(
        Switch(
            "hide_flying",
            key="flying_hidden",
            label="Flying points",
            tip="Hide points that hang between two surfaces",
        ),
    ),
)
