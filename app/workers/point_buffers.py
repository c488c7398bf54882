"""Points of a layer in the form that the 3D view uploads."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from moe3d import PointCloud, ScenePrediction

if TYPE_CHECKING:
    from moe3d_viewer.rendering.points.point_buffer import PointBuffer


def point_buffer(
    prediction: ScenePrediction,
    layer: str,
    flying: Bool[np.ndarray, "S H W"] | None = None,
) -> "PointBuffer":
    """Every valid point of a layer, unfiltered, with what colours and filters need beyond it.

    Args:
        prediction: is not changed.
        layer: depth layer of the points.
        flying: pixels of this layer that hang between two surfaces.
    """
    from moe3d import point_cloud
    from moe3d_viewer.rendering.points.point_buffer import (
        PointExtras,
        SortedPoints,
        build_point_buffer,
    )

    cloud = point_cloud(prediction, layer=layer, confidence_percentile=0.0)
    with ThreadPoolExecutor(max_workers=1) as beside:
        known = beside.submit(SortedPoints.of, cloud)
        extras = PointExtras(
            gate_entropy=_entropy_at(prediction, cloud),
            difference=_difference_at(prediction, layer, cloud),
            flying=None if flying is None else flying[_place(prediction, cloud)],
            sky=None if prediction.sky is None else prediction.sky[_place(prediction, cloud)],
            edge_jump=_jump_at(prediction, layer, cloud),
            other=_other_at(prediction, layer, cloud),
            support=cloud.support,
            other_support=_other_support_at(prediction, layer, cloud),
        )
    return build_point_buffer(cloud, extras, prediction.depth.shape, known.result())


def _place(prediction: ScenePrediction, cloud: PointCloud) -> tuple[np.ndarray, ...]:
    """View, row and column of each point's pixel."""
    width = prediction.depth.shape[2]
    return cloud.view_index, cloud.pixel_index // width, cloud.pixel_index % width


def _entropy_at(prediction: ScenePrediction, cloud: PointCloud) -> np.ndarray | None:
    """Gate entropy of each point's pixel, a view at a time to keep memory low."""
    from moe3d import gate_entropy, gate_weights

    if prediction.num_experts == 1:
        return None
    found = np.empty(len(cloud), np.float32)
    for index in range(prediction.num_views):
        chosen = np.flatnonzero(cloud.view_index == index)
        logits = prediction.gate_logits[index : index + 1]
        entropy = gate_entropy(gate_weights(logits, prediction.gate_temperature))
        found[chosen] = entropy.ravel()[cloud.pixel_index[chosen]]
    return found


def _difference_at(prediction: ScenePrediction, layer: str, cloud: PointCloud) -> np.ndarray | None:
    """MoE3D's minus VGGT's depth at each point's pixel, in shares of VGGT's: both raw, or both
    refined, as the layer is."""
    from moe3d import depth_layer
    from moe3d.scene.layers import sides

    if prediction.baseline is None:
        return None
    place = _place(prediction, cloud)
    first, second = (depth_layer(prediction, side)[place] for side in sides(prediction, layer))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (first - second) / second


def _other_at(prediction: ScenePrediction, layer: str, cloud: PointCloud) -> np.ndarray | None:
    """Until when the other network keeps each point's pixel."""
    from moe3d import named_layer, valid_pixels
    from moe3d.scene.filters.kinds.other_side import kept_until, other_side

    if prediction.baseline is None:
        return None
    other = named_layer(prediction, other_side(prediction, layer))
    levels = kept_until(other.confidence, valid_pixels(prediction, other))
    return levels[_place(prediction, cloud)]


def _other_support_at(
    prediction: ScenePrediction, layer: str, cloud: PointCloud
) -> np.ndarray | None:
    """How many photos confirm the other network's depth at each point's pixel."""
    if prediction.baseline is None:
        return None
    is_vggt = layer.startswith("vggt")
    support = prediction.support if is_vggt else prediction.baseline.support
    return None if support is None else support[_place(prediction, cloud)]


def _jump_at(prediction: ScenePrediction, layer: str, cloud: PointCloud) -> np.ndarray:
    """How far the layer's depth spans around each point's pixel, as a share of its depth."""
    from moe3d import named_layer
    from moe3d.geometry.edges import depth_jumps

    found = np.empty(len(cloud), np.float32)
    for index, depth in enumerate(named_layer(prediction, layer).depth):
        chosen = np.flatnonzero(cloud.view_index == index)
        found[chosen] = depth_jumps(depth).ravel()[cloud.pixel_index[chosen]]
    return found
