"""Points of the sky."""

import numpy as np

from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    Switch,
    Words,
)
from moe3d.scene.sky import USUAL_SHARE, SkyChoice

WORDS: dict[str, SkyChoice] = {"auto": "auto", "on": True, "off": False}
"""What the command line calls them."""


def _sky(scene: FilteredLayer, _settings: Settings) -> Mask:
    return lambda region: scene.sky[region.place]


def _decide(scene: FilteredLayer, choice: SkyChoice) -> bool:
    if choice != "auto":
        return choice
    valid = scene.prediction.valid_mask
    shown = int(np.count_nonzero(scene.sky & valid))
    return shown / max(int(np.count_nonzero(valid)), 1) > USUAL_SHARE


def _word(choice: SkyChoice) -> tuple[str, ...]:
    return tuple(word for word, meant in WORDS.items() if meant == choice)


def _highest(settings: Settings, _cloud: DrawnCloud) -> float:
    return 0.5 if settings.hide_sky else np.inf


SKY = PointFilter(
    name="sky",
    place=80,
    title=lambda _settings: "sky",
    options=(
        FilterOption(
            "hide_sky",
            SkyChoice,
            off=False,
            help="Leave out the sky; auto: where it is more than a hundredth of the points.",
            mask=_sky,
            decide=_decide,
            words=Words(kind=tuple(WORDS), default="auto", read=WORDS.__getitem__, write=_word),
        ),
    ),
    drawn=(DrawnLimits("sky", high=_highest),),
    controls=(
        Switch(
            "hide_sky",
            key="sky_hidden",
            label="Sky",
            tip="Hide the sky; on by itself where it is more than a hundredth of the points",
            is_automatic=True,
        ),
    ),
)
