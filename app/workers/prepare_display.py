"""Turns a prediction into what the panels draw: clouds, ranges, usage, and what moves points."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from jaxtyping import Int8

from moe3d import (
    FlyingPixels,
    Progress,
    ScenePrediction,
    default_layer,
    depth_range,
    layer_names,
    map_ranges,
    measure_expert_use,
    named_layer,
    valid_pixels,
)
from moe3d.scene.multiview import confirmed_share
from moe3d_viewer.rendering.pictures.histogram import ascending_sample
from moe3d_viewer.rendering.points.point_order import PointPlaces
from moe3d_viewer.rendering.quiet_moment import wait_until_drawn
from moe3d_viewer.state.layers.scene_display import CloudDisplay, DepthRanges, SceneDisplay
from moe3d_viewer.state.layers.what_if import Remixer


def depth_ranges(prediction: ScenePrediction) -> DepthRanges:
    """Ranges of every photo, the scene, both networks' depth, and the maps that hold no depth."""
    depth, mask, base = prediction.depth, prediction.valid_mask, prediction.baseline
    photos = tuple(depth_range([d], [m]) for d, m in zip(depth, mask, strict=True))
    scene = depth_range([depth], [mask])
    both = scene if base is None else depth_range([depth, base.depth], [mask, mask])
    depths = [depth] if base is None else [depth, base.depth]
    spread = ascending_sample(depths, [mask] * len(depths))
    return DepthRanges(photos, scene, both, map_ranges(prediction), spread)


def build_cloud(
    prediction: ScenePrediction,
    layer: str,
    progress: Progress,
    flying: FlyingPixels | None = None,
) -> CloudDisplay:
    """All valid points of one layer; the confidence filter is left to the 3D view.

    Args:
        prediction: is not changed.
        layer: depth layer of the points.
        progress: told before the work begins.
        flying: the layer's flying pixels, where they are known already.
    """
    from moe3d import flying_pixels
    from moe3d_viewer.workers.point_buffers import point_buffer

    progress.report(f"points of {layer}")
    known = flying or flying_pixels(prediction, (layer,))[layer]
    buffer = point_buffer(prediction, layer, known.mask)
    return CloudDisplay(
        layer,
        buffer,
        buffer.levels,
        places=buffer.places,
        sample=buffer.sample["position"].copy(),
        has_flying="flying" in buffer.has_extras,
    )


def build_cloud_when_drawn(
    prediction: ScenePrediction,
    layer: str,
    progress: Progress,
    flying: FlyingPixels | None = None,
) -> CloudDisplay:
    """`build_cloud` beside a result that has just come: what is due is drawn before."""
    wait_until_drawn()
    return build_cloud(prediction, layer, progress, flying)


def prepare_display(
    prediction: ScenePrediction, layers: Sequence[str], progress: Progress
) -> SceneDisplay:
    """Statistics, and the clouds of what is shown first.

    Args:
        prediction: is not changed.
        layers: whose points are wanted, besides those of the result's first layer.
        progress: told before each part, or cancelled.
    """
    from moe3d import flying_pixels

    first = tuple(dict.fromkeys((default_layer(prediction), *layers)))
    there = [name for name in layer_names(prediction) if not name.startswith("expert:")]
    progress.report("flying points")
    flying = flying_pixels(prediction, there)

    def build(layer: str) -> CloudDisplay:
        return build_cloud(prediction, layer, progress, flying.get(layer))

    with ThreadPoolExecutor(max_workers=2) as pool:  # numpy lets both go on
        clouds = pool.map(build, first)
        ranges = pool.submit(depth_ranges, prediction)
        use = pool.submit(measure_expert_use, prediction)
        confirmed = pool.submit(confirmed_shares, prediction)
        by_layer = dict(zip(first, clouds, strict=True))
    return SceneDisplay(use.result(), ranges.result(), by_layer, flying, confirmed.result())


def confirmed_shares(prediction: ScenePrediction) -> dict[str, float]:
    """Share of the valid pixels that another photo confirms, of every layer with support."""
    layers = [named_layer(prediction, name) for name in layer_names(prediction)]
    return {
        layer.name: confirmed_share(layer.support, valid_pixels(prediction, layer))
        for layer in layers
        if layer.support is not None
    }


def point_normals(
    prediction: ScenePrediction, layer: str, places: PointPlaces, progress: Progress
) -> Int8[np.ndarray, "N 4"]:
    """Normals from each photo's depth, by the very code that exports them; see `packed_normals`.

    Args:
        prediction: is not changed.
        layer: depth layer of the points.
        places: those of the layer's buffer.
        progress: told before the work begins.

    Returns:
        Towards the camera that saw the point, in the order of the layer's buffer.
    """
    from moe3d import point_cloud
    from moe3d_viewer.rendering.points.point_normals import packed_normals

    progress.report(f"normals of {layer}")
    cloud = point_cloud(prediction, layer=layer, confidence_percentile=0.0, normals=True)
    assert cloud.normals is not None
    by_pixel = np.zeros((*prediction.depth.shape, 4), np.int8)
    by_pixel.reshape(prediction.num_views, -1, 4)[cloud.view_index, cloud.pixel_index] = (
        packed_normals(cloud.normals)
    )
    return by_pixel.reshape(-1, 4)[places.sources()]


def prepare_remix(prediction: ScenePrediction, places: PointPlaces, progress: Progress) -> Remixer:
    """What moves the points of the fused cloud, which lie at these places of its buffer."""
    from moe3d_viewer.rendering.points.remix_cloud import remix_cloud

    progress.report("points of the mixture")
    return remix_cloud(prediction, places)
