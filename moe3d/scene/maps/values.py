"""Scalar maps: what each holds, and over what its colours are spread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float32

from moe3d.scene.flying import FlyingPixels
from moe3d.scene.gate import gate_entropy, top_margin
from moe3d.scene.layers import depth_layer, layer_names
from moe3d.scene.maps.color_tables import MANY_PHOTOS
from moe3d.scene.maps.colorize import depth_range
from moe3d.scene.mixture import MODELS_OWN, Remix, expert_spread, remix_weights
from moe3d.scene.records import ScenePrediction

Range = tuple[float, float]
DEPTH_KEYS = ("fused", "refined", "vggt", "vggt-refined", "truth")
SAMPLED_VIEWS = 64
"""Scenes with more views have the ranges of an even choice of them."""


@dataclass(frozen=True)
class MapSource:
    """What the maps of one view are computed from."""

    prediction: ScenePrediction
    view_index: int
    fused: Float32[np.ndarray, "S H W"]
    """Fused depth as it is shown: the model's, or that of a what-if."""
    remix: Remix = MODELS_OWN
    truth: Float32[np.ndarray, "S H W"] | None = None
    """True depth in the prediction's units, NaN where unknown."""
    flying: Mapping[str, FlyingPixels] = field(default_factory=dict)
    """Flying points by layer."""
    compared: tuple[str, str] = ("fused", "vggt")
    """Layers whose difference is shown: MoE3D's and VGGT's."""

    @cached_property
    def weights(self) -> Float32[np.ndarray, "E H W"]:
        """Gate weights as they are shown."""
        logits = self.prediction.gate_logits[self.view_index][None]
        return remix_weights(logits, self.prediction.gate_temperature, self.remix)[0]


def is_depth(key: str) -> bool:
    """Whether a map holds depths, so that it shares the locked range."""
    return key in DEPTH_KEYS or key.startswith("expert:")


def map_values(source: MapSource, key: str) -> Float32[np.ndarray, "H W"]:
    """The values of one map; NaN where unknown.

    Raises:
        KeyError: there is no such map.
    """
    prediction, view = source.prediction, source.view_index
    if key in layer_names(prediction) and key != "fused":
        return depth_layer(prediction, key)[view]
    if key == "difference" and prediction.baseline is not None:
        first, second = (map_values(source, side) for side in source.compared)
        return relative_difference(first, second)
    if key == "support" and prediction.support is not None:
        return np.minimum(prediction.support[view], MANY_PHOTOS).astype(np.float32)
    if source.truth is not None and key == "truth":
        return source.truth[view]
    if source.truth is not None and key.startswith("error:"):
        depth = map_values(source, key.removeprefix("error:"))
        return relative_difference(depth, source.truth[view])
    if key in ("entropy", "margin"):
        measure = gate_entropy if key == "entropy" else top_margin
        return measure(source.weights[None])[0]
    if key == "spread":
        return expert_spread(prediction.expert_depths[view][None], source.fused[view][None])[0]
    return {"fused": source.fused[view], "confidence": prediction.confidence[view]}[key]


def relative_difference(
    depth: Float32[np.ndarray, "H W"], other: Float32[np.ndarray, "H W"]
) -> Float32[np.ndarray, "H W"]:
    """A depth minus the other one, in shares of the other; NaN where that is not positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(other > 0, (depth - other) / other, np.float32(np.nan))


def map_ranges(prediction: ScenePrediction) -> dict[str, Range]:
    """Ends of the colours of every map that holds no depth, over the whole scene."""
    step = -(-prediction.num_views // SAMPLED_VIEWS)
    views = range(0, prediction.num_views, step)
    masks = [prediction.valid_mask[view] for view in views]
    ranges: dict[str, Range] = {"entropy": (0.0, 1.0), "margin": (0.0, 1.0)}
    ranges["confidence"] = depth_range([prediction.confidence[view] for view in views], masks)
    sources = [MapSource(prediction, view, prediction.depth) for view in views]
    if prediction.num_experts > 1:
        spreads = [map_values(source, "spread") for source in sources]
        ranges["spread"] = (0.0, depth_range(spreads, masks)[1])
    if prediction.baseline is not None:
        sizes = [np.abs(map_values(source, "difference")) for source in sources]
        most = depth_range(sizes, masks)[1]
        ranges["difference"] = (-most, most)
    if prediction.support is not None:
        ranges["support"] = (0.0, float(MANY_PHOTOS))
    return ranges


@dataclass(frozen=True)
class MapScale:
    """What the colours of a map say."""

    ends: Range
    """Values of the first and the last colour."""
    color_map: str
    """Name of a colour table."""
    near_is_warm: bool
    """Whether the table is turned round: depths, small ones on top of a colour bar."""


def map_scale(
    key: str, depths: Range, others: Mapping[str, Range], depth_colors: str = "turbo"
) -> MapScale:
    """What the colours of a map say.

    Args:
        key: of the map.
        depths: ends of the colours of all depths.
        others: those of maps that hold no depth, by key.
        depth_colors: colour table of all depths.
    """
    if is_depth(key):
        return MapScale(depths, depth_colors, near_is_warm=True)
    kind = key.partition(":")[0]
    named = {"difference": "difference", "error": "difference", "confidence": "viridis"}
    table = "support" if key == "support" else named.get(kind, "undecided")
    return MapScale(others.get(key, (0.0, 1.0)), table, near_is_warm=False)
