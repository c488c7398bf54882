"""Turns a prediction into what the panels draw: clouds, ranges, usage."""

from app.rendering.histogram import ascending_sample
from app.rendering.maps import depth_range
from app.rendering.scalar_maps import map_ranges
from app.state.confidence import ConfidenceLevels
from app.state.scene_display import CloudDisplay, DepthRanges, SceneDisplay
from moe3d.progress import Progress
from moe3d.scene.expert_use import measure_expert_use
from moe3d.scene.filters import valid_pixels
from moe3d.scene.flying import FlyingPixels
from moe3d.scene.layers import default_layer, layer_names, named_layer, sides
from moe3d.scene.multiview import confirmed_share
from moe3d.scene.records import ScenePrediction


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
    from app.workers.point_buffers import point_buffer
    from moe3d.evaluation.scene_flying import flying_pixels

    progress.report(f"points of {layer}")
    chosen = named_layer(prediction, layer)
    known = flying or flying_pixels(prediction, (layer,))[layer]
    buffer = point_buffer(prediction, layer, known.mask)
    levels = ConfidenceLevels.of(chosen.confidence, valid_pixels(prediction, chosen))
    return CloudDisplay(
        layer,
        buffer,
        levels,
        sample=buffer.sample["position"].copy(),
        has_flying="flying" in buffer.has_extras,
    )


def prepare_display(prediction: ScenePrediction, progress: Progress) -> SceneDisplay:
    """Statistics, and the clouds of the layers that are shown first."""
    from moe3d.evaluation.scene_flying import flying_pixels

    progress.report("statistics")
    ranges, use = depth_ranges(prediction), measure_expert_use(prediction)
    there = [name for name in layer_names(prediction) if not name.startswith("expert:")]
    first = [name for name in sides(prediction, default_layer(prediction)) if name in there]
    progress.report("flying points")
    flying = flying_pixels(prediction, there)
    clouds = {layer: build_cloud(prediction, layer, progress, flying[layer]) for layer in first}
    return SceneDisplay(use, ranges, clouds, flying, confirmed_shares(prediction))


def confirmed_shares(prediction: ScenePrediction) -> dict[str, float]:
    """Share of the valid pixels that another photo confirms, of every layer with support."""
    layers = [named_layer(prediction, name) for name in layer_names(prediction)]
    return {
        layer.name: confirmed_share(layer.support, valid_pixels(prediction, layer))
        for layer in layers
        if layer.support is not None
    }
