"""The tiles of the 2D strip: photo, fused, every expert, gating overlay, VGGT."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from app.rendering.map_palettes import expert_colors
from app.rendering.maps import colorize, gating_overlay
from moe3d.scene.layers import layer_names
from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class StripStyle:
    """How the maps are coloured."""

    value_range: tuple[float, float]
    color_map: str = "turbo"
    palette: str = "okabe-ito"
    overlay_opacity: float = 0.65
    hidden_experts: Collection[int] = ()


def tile_keys(prediction: ScenePrediction) -> tuple[str, ...]:
    """Which tiles this prediction gives, from left to right: "photo", layer names, "gating".

    A single expert is the fused depth, so it gets neither a tile of its own nor an overlay.
    """
    layers = layer_names(prediction)
    if prediction.num_experts == 1:
        return ("photo", "fused", *(name for name in layers if name == "vggt"))
    experts = tuple(name for name in layers if name.startswith("expert:"))
    return ("photo", "fused", *experts, "gating", *(name for name in layers if name == "vggt"))


def tile_picture(
    prediction: ScenePrediction, key: str, view_index: int, style: StripStyle
) -> UInt8[np.ndarray, "H W 3"]:
    """One tile of one view."""
    if key == "photo":
        return prediction.images[view_index]
    if key == "gating":
        return gating_overlay(
            prediction.images[view_index],
            prediction.gate_logits[view_index].argmax(axis=0).astype(np.uint8),
            expert_colors(style.palette, prediction.num_experts),
            style.overlay_opacity,
            style.hidden_experts,
        )
    mask = prediction.valid_mask[view_index]
    return colorize(_depth(prediction, key, view_index), style.value_range, style.color_map, mask)


def _depth(prediction: ScenePrediction, key: str, view_index: int) -> np.ndarray:
    if key.startswith("expert:"):
        return prediction.expert_depths[view_index, int(key.removeprefix("expert:")) - 1]
    if key == "vggt" and prediction.baseline is not None:
        return prediction.baseline.depth[view_index]
    return prediction.depth[view_index]
