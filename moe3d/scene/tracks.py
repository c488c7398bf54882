"""Which photos see a point: projected into every view and tested against that view's depth."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int64

from moe3d.geometry.projection import project
from moe3d.progress import Progress
from moe3d.scene.layer_points import usable_cameras
from moe3d.scene.layers import DepthLayer

OCCLUSION_RTOL = 0.015
"""Largest |projected depth - seen depth| over seen depth of a point that is not hidden."""


@dataclass(frozen=True)
class Observations:
    """Points seen in photos, sorted by view, then by point."""

    point_index: Int64[np.ndarray, " M"]
    view_index: Int64[np.ndarray, " M"]
    pixels: Float[np.ndarray, "M 2"]
    """(u, v), pixels of the network's image, centres at integers."""


def observe(
    points: Float32[np.ndarray, "N 3"],
    view_index: Int[np.ndarray, " N"],
    layer: DepthLayer,
    valid: Bool[np.ndarray, "S H W"],
    progress: Progress | None = None,
) -> Observations:
    """Find every photo that sees each point.

    Args:
        points: world frame.
        view_index: the view that each point comes from; it always sees it.
        layer: depth and cameras.
        valid: pixels whose depth may hide or confirm a point.
        progress: told after every view.
    """
    reporter = progress or Progress()
    seen: list[Observations] = []
    for view in np.flatnonzero(usable_cameras(layer)).tolist():
        reporter.report("find tracks", view, len(layer.depth))
        projection = project(points, layer.intrinsics[view], layer.camera_from_world[view])
        visible = _is_confirmed(projection.pixels, projection.depth, layer.depth[view], valid[view])
        visible |= view_index == view
        visible &= np.isfinite(projection.pixels).all(axis=1)
        index = np.flatnonzero(visible)
        seen.append(Observations(index, np.full(len(index), view), projection.pixels[index]))
    if not seen:
        nothing = np.zeros(0, np.int64)
        return Observations(nothing, nothing, np.zeros((0, 2)))
    return Observations(
        np.concatenate([part.point_index for part in seen]),
        np.concatenate([part.view_index for part in seen]),
        np.concatenate([part.pixels for part in seen]),
    )


def _is_confirmed(
    pixels: Float[np.ndarray, "N 2"],
    depth: Float[np.ndarray, " N"],
    seen_depth: Float32[np.ndarray, "H W"],
    valid: Bool[np.ndarray, "H W"],
) -> Bool[np.ndarray, " N"]:
    height, width = seen_depth.shape
    with np.errstate(invalid="ignore"):
        inside = (pixels > -0.5).all(axis=1) & (pixels < [width - 0.5, height - 0.5]).all(axis=1)
    confirmed = np.zeros(len(pixels), bool)
    index = np.flatnonzero(inside)
    columns, rows = np.rint(pixels[index]).astype(np.int64).T
    there = seen_depth[rows, columns].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.abs(depth[index] - there) < OCCLUSION_RTOL * there
    confirmed[index] = close & valid[rows, columns]
    return confirmed
