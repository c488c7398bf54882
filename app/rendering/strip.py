"""The tiles of the 2D strip as pictures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import UInt8

from app.rendering.flying_picture import flying_overlay
from app.rendering.gating_picture import OverlayStyle, gating_overlay
from app.rendering.map_palettes import expert_colors
from app.rendering.maps import colorize
from app.rendering.scalar_maps import MapSource, colors_of, is_depth, map_values, range_of
from app.rendering.side_picture import SideSplit, side_picture

OF_THE_MIX = (
    "fused",
    "sides",
    "gating",
    "difference",
    "error:fused",
    "entropy",
    "margin",
    "spread",
)
"""Maps that a what-if changes."""


@dataclass(frozen=True)
class StripStyle:
    """How the maps are coloured."""

    value_range: tuple[float, float]
    """Of the depths."""
    color_map: str = "turbo"
    palette: str = "okabe-ito"
    overlay_opacity: float = 0.65
    hidden_experts: Collection[int] = ()
    contours: bool = False
    fades: bool = False
    split: SideSplit = field(default_factory=SideSplit)
    """Of the picture that shows both networks."""
    other_ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Ends of the colours of the maps that hold no depth, by key."""


def tile_picture(source: MapSource, key: str, style: StripStyle) -> UInt8[np.ndarray, "H W 3"]:
    """One tile of one view."""
    prediction, view = source.prediction, source.view_index
    if key == "photo":
        return prediction.images[view]
    if key == "sides":
        return side_picture(source, style.split, style.value_range, style.color_map)
    if key.startswith("flying:"):
        found = source.flying.get(key.removeprefix("flying:"))
        return flying_overlay(prediction.images[view], None if found is None else found.mask[view])
    if key == "gating":
        return gating_overlay(
            prediction.images[view],
            source.weights,
            overlay_style(source, style),
            prediction.valid_mask[view],
        )
    return colorize(
        map_values(source, key),
        range_of(key, style.value_range, style.other_ranges),
        colors_of(key, style.color_map),
        prediction.valid_mask[view],
        near_is_warm=is_depth(key),
    )


def overlay_style(source: MapSource, style: StripStyle) -> OverlayStyle:
    """How the winners are drawn."""
    return OverlayStyle(
        expert_colors(style.palette, source.prediction.num_experts),
        style.overlay_opacity,
        tuple(style.hidden_experts),
        style.contours,
        style.fades,
    )


def picture_key(key: str, style: StripStyle) -> tuple[object, ...]:
    """What of the style a tile's picture depends on: equal keys, equal pictures."""
    if key == "photo" or key.startswith("flying:"):
        return ()
    if key == "sides":
        return style.split, style.value_range, style.color_map
    if key == "gating":
        hidden = frozenset(style.hidden_experts)
        return style.palette, style.overlay_opacity, hidden, style.contours, style.fades
    return range_of(key, style.value_range, style.other_ranges), colors_of(key, style.color_map)
