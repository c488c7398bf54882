"""Every map of a photo as a picture."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, UInt8

from moe3d.scene.maps.color_tables import FLYING_COLOR, expert_colors
from moe3d.scene.maps.colorize import colorize
from moe3d.scene.maps.gating_picture import OverlayStyle, gating_overlay
from moe3d.scene.maps.side_picture import SideSplit, side_picture
from moe3d.scene.maps.values import MapScale, MapSource, map_scale, map_values


def flying_overlay(
    image: UInt8[np.ndarray, "H W 3"], flying: Bool[np.ndarray, "H W"] | None
) -> UInt8[np.ndarray, "H W 3"]:
    """The photo in dark grey, flying pixels in the colour that they have in 3D; without a mask
    nothing is lit."""
    grey = (0.5 * image.mean(axis=-1, keepdims=True)).astype(np.uint8)
    shown = np.repeat(grey, 3, axis=-1)
    if flying is not None:
        shown[flying] = np.asarray(FLYING_COLOR, np.uint8)
    return shown


MAPS_OF_THE_MIX = (
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
class MapStyle:
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

    def needs(self, key: str) -> tuple[object, ...]:
        """What of the style a map's picture depends on: equal answers, equal pictures."""
        if key == "photo" or key.startswith("flying:"):
            return ()
        if key == "sides":
            return self.split, self.value_range, self.color_map
        if key == "gating":
            hidden = frozenset(self.hidden_experts)
            return self.palette, self.overlay_opacity, hidden, self.contours, self.fades
        scale = self.scale(key)
        return scale.ends, scale.color_map

    def scale(self, key: str) -> MapScale:
        """What the colours of a map say; of a map that holds no numbers, the depths'."""
        return map_scale(key, self.value_range, self.other_ranges, self.color_map)


def map_picture(source: MapSource, key: str, style: MapStyle) -> UInt8[np.ndarray, "H W 3"]:
    """One map of one photo, every pixel of the network's image."""
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
    scale, valid = style.scale(key), prediction.valid_mask[view]
    values = map_values(source, key)
    return colorize(values, scale.ends, scale.color_map, valid, near_is_warm=scale.near_is_warm)


def overlay_style(source: MapSource, style: MapStyle) -> OverlayStyle:
    """How the winners are drawn."""
    return OverlayStyle(
        expert_colors(style.palette, source.prediction.num_experts),
        style.overlay_opacity,
        tuple(style.hidden_experts),
        style.contours,
        style.fades,
    )
