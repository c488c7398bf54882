"""Points that too few other photos confirm."""

import math
from typing import Literal

from moe3d.errors import UsageError
from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    Words,
    nothing,
)
from moe3d.scene.multiview import confirmed_share, usual_min_support


def _unconfirmed(scene: FilteredLayer, settings: Settings) -> Mask:
    support = scene.layer.support
    if support is None:
        return nothing
    return lambda region: support[region.place] < settings.min_support


def _check(least: int | str) -> None:
    if least != "auto" and (not isinstance(least, int) or least < 0):
        raise UsageError(f"the support must be at least 0, or auto; got {least}")


def _decide(scene: FilteredLayer, least: int | Literal["auto"]) -> int:
    if least == "auto":
        return usual_min_support(confirmed_share(scene.layer.support, scene.valid))
    baseline = scene.prediction.baseline
    either = scene.prediction.support, None if baseline is None else baseline.support
    return 0 if all(support is None for support in either) else least


def _title(settings: Settings) -> str:
    if settings.min_support == "auto" or settings.min_support <= 1:
        return "not confirmed by another photo"
    return "confirmed by fewer than {min_support} other photos"


def lowest_code(settings: Settings, _cloud: DrawnCloud) -> float:
    """The lowest code of known support that stays; a code is one more than the photos."""
    return settings.min_support + 0.5 if settings.min_support else -math.inf


SUPPORT = PointFilter(
    name="support",
    place=30,
    title=_title,
    options=(
        FilterOption(
            "min_support",
            int | Literal["auto"],
            off=0,
            help="Leave out points that fewer other photos confirm; 0 keeps all, auto is 1 where "
            "at least a third of the points is confirmed. Without effect where photos were not "
            "compared.",
            mask=_unconfirmed,
            check=_check,
            decide=_decide,
            words=Words(default="auto"),
        ),
    ),
    drawn=(DrawnLimits("known_support", low=lowest_code),),
)
