"""A prediction's pixels as coloured points."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int64

from moe3d.geometry.normals import normals_from_depth
from moe3d.scene.filters import CloudOptions, Selection, select_pixels
from moe3d.scene.layer_points import view_points
from moe3d.scene.layers import DepthLayer
from moe3d.scene.records import PointCloud, ScenePrediction
from moe3d.scene.sky import SkyChoice


def point_cloud(
    prediction: ScenePrediction,
    layer: str = "fused",
    confidence_percentile: float | int = 20.0,
    confidence_min: float | int | None = None,
    edge_rtol: float | int | None = None,
    views: Sequence[int] | None = None,
    normals: bool = False,
    max_points: int | None = None,
    voxel_size: float | int | None = None,
    min_support: int | Literal["auto"] = 0,
    hide_sky: SkyChoice = False,
) -> PointCloud:
    """The points of a prediction, filtered by what is wanted most; `filtered_cloud` knows every
    filter. The same for every call.

    Args:
        prediction: is not changed.
        layer: depth layer: "fused", "refined", "vggt", "vggt-refined", "expert:2".
        confidence_percentile: share of the scene's valid pixels of lowest confidence that goes,
            percent; 0 removes none.
        confidence_min: lowest confidence that stays.
        edge_rtol: relative depth jump in 3x3 pixels above which a pixel goes; 0.03 is usual.
        views: views that give points, 0-based; None takes all. The percentile stays that of the
            whole scene.
        normals: compute normals from the pixel grid, turned towards the camera.
        max_points: thin evenly to this many.
        voxel_size: keep the first point of every voxel of this edge, scene units.
        min_support: pixels that fewer other photos confirm go, where photos were compared; "auto"
            is 1 where a third or more of the valid pixels is confirmed, else 0.
        hide_sky: leave out the sky; "auto": where it is more than a hundredth of the pixels.

    Returns:
        Points view by view, row by row; possibly none.

    Raises:
        UsageError: an option that cannot be meant, such as a layer that is not there.
    """
    options = CloudOptions(
        layer=layer,
        views=views,
        confidence_percentile=confidence_percentile,
        confidence_min=confidence_min,
        min_support=min_support,
        edge_rtol=edge_rtol,
        voxel_size=voxel_size,
        max_points=max_points,
        normals=normals,
        hide_sky=hide_sky,
    )
    return filtered_cloud(prediction, options)


def filtered_cloud(prediction: ScenePrediction, options: CloudOptions) -> PointCloud:
    """The points of a prediction that every filter of the options leaves.

    Args:
        prediction: is not changed.
        options: any filter of the window and of `moe3d export`; `help(CloudOptions)` lists them.

    Returns:
        Points view by view, row by row; possibly none.

    Raises:
        UsageError: an option that cannot be meant, such as a layer that is not there.
    """
    selection = select_pixels(prediction, options)
    cloud = join_clouds(list(iterate_clouds(prediction, selection, options.normals)), selection)
    return replace(cloud, normals=cloud.points) if options.normals and len(cloud) == 0 else cloud


def iterate_clouds(
    prediction: ScenePrediction, selection: Selection, normals: bool = False
) -> Iterator[PointCloud]:
    """The selected points, one view at a time: memory stays that of one view."""
    for view in range(prediction.num_views):
        kept = np.flatnonzero(selection.keep[view])
        if len(kept) == 0:
            continue
        support = selection.layer.support
        winner = prediction.gate_logits[view].argmax(axis=0).astype(np.uint8).ravel()
        yield PointCloud(
            points=view_points(selection.layer, view).take(kept, axis=0),
            colors=prediction.images[view].reshape(-1, 3).take(kept, axis=0),
            confidence=selection.layer.confidence[view].ravel().take(kept),
            view_index=np.full(len(kept), view, np.int32),
            pixel_index=kept.astype(np.int32),
            expert_index=winner.take(kept),
            normals=_world_normals(selection.layer, view, kept) if normals else None,
            support=None if support is None else support[view].ravel().take(kept),
        )


def join_clouds(parts: Sequence[PointCloud], selection: Selection) -> PointCloud:
    """One cloud of all parts, with the counts of the selection."""
    if not parts:
        empty = np.zeros((0, 3), np.float32)
        nothing = np.zeros(0, np.int32)
        parts = [
            PointCloud(
                points=empty,
                colors=empty.astype(np.uint8),
                confidence=nothing.astype(np.float32),
                view_index=nothing,
                pixel_index=nothing,
                expert_index=nothing.astype(np.uint8),
            )
        ]
    normals = [part.normals for part in parts if part.normals is not None]
    support = [part.support for part in parts if part.support is not None]
    return PointCloud(
        points=np.concatenate([part.points for part in parts]),
        colors=np.concatenate([part.colors for part in parts]),
        confidence=np.concatenate([part.confidence for part in parts]),
        view_index=np.concatenate([part.view_index for part in parts]),
        pixel_index=np.concatenate([part.pixel_index for part in parts]),
        expert_index=np.concatenate([part.expert_index for part in parts]),
        normals=np.concatenate(normals) if normals else None,
        support=np.concatenate(support) if support else None,
        num_valid=selection.num_valid,
        removed_by=dict(selection.removed_by),
    )


def _world_normals(
    layer: DepthLayer, view: int, kept: Int64[np.ndarray, " N"]
) -> Float32[np.ndarray, "N 3"]:
    """Normals of the kept pixels; a pixel without one faces its camera."""
    intrinsics = layer.intrinsics[view]
    in_camera = normals_from_depth(layer.depth[view], intrinsics).reshape(-1, 3).take(kept, axis=0)
    unknown = np.flatnonzero(~np.isfinite(in_camera).all(axis=1))
    in_camera[unknown] = (0, 0, -1)
    return in_camera @ layer.camera_from_world[view, :3, :3].astype(np.float32)
