"""Points that are black or white all over: masked backgrounds that no camera saw."""

import numpy as np
from jaxtyping import Bool, Float, UInt8

from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    DrawnPoints,
    DrawnValue,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    Switch,
)

BLACK_LEVEL, WHITE_LEVEL = 16, 240
"""Black: no channel above the first. White: no channel below the second. Of 255."""


def black_pixels(image: UInt8[np.ndarray, "*P 3"]) -> Bool[np.ndarray, "*P"]:
    """Pixels none of whose channels is above BLACK_LEVEL."""
    return image.max(axis=-1) <= BLACK_LEVEL


def white_pixels(image: UInt8[np.ndarray, "*P 3"]) -> Bool[np.ndarray, "*P"]:
    """Pixels none of whose channels is below WHITE_LEVEL."""
    return image.min(axis=-1) >= WHITE_LEVEL


def _black(_scene: FilteredLayer, _settings: Settings) -> Mask:
    return lambda region: black_pixels(region.image)


def _white(_scene: FilteredLayer, _settings: Settings) -> Mask:
    return lambda region: white_pixels(region.image)


def _above_black(settings: Settings, _cloud: DrawnCloud) -> float:
    return (BLACK_LEVEL + 0.5) / 255 if settings.hide_black else -np.inf


def _below_white(settings: Settings, _cloud: DrawnCloud) -> float:
    return (WHITE_LEVEL - 0.5) / 255 if settings.hide_white else np.inf


def _brightest(points: DrawnPoints) -> Float[np.ndarray, " N"]:
    return points.colors.max(axis=1) / 255


def _darkest(points: DrawnPoints) -> Float[np.ndarray, " N"]:
    return points.colors.min(axis=1) / 255


BRIGHTEST = DrawnValue("max(max(a_color.r, a_color.g), a_color.b)", _brightest)
DARKEST = DrawnValue("min(min(a_color.r, a_color.g), a_color.b)", _darkest)
BLACK = PointFilter(
    name="black",
    place=90,
    title=lambda _settings: "black",
    options=(
        FilterOption(
            "hide_black",
            bool,
            off=False,
            help="Leave out points as black as a masked background (no channel above 16 of 255).",
            mask=_black,
        ),
    ),
    drawn=(DrawnLimits(BRIGHTEST, low=_above_black),),
    controls=(
        Switch(
            "hide_black",
            key="black_hidden",
            label="Black",
            tip="Hide points as black as a masked background",
        ),
    ),
)
WHITE = PointFilter(
    name="white",
    place=100,
    title=lambda _settings: "white",
    options=(
        FilterOption(
            "hide_white",
            bool,
            off=False,
            help="Leave out points as white as a masked background (no channel below 240 of 255).",
            mask=_white,
        ),
    ),
    drawn=(DrawnLimits(DARKEST, high=_below_white),),
    controls=(
        Switch(
            "hide_white",
            key="white_hidden",
            label="White",
            tip="Hide points as white as a masked background",
        ),
    ),
)
