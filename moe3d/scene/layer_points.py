"""Which pixels of a depth layer give points, and where these lie in the world."""

import numpy as np
from jaxtyping import Bool, Float, Float32

from moe3d.geometry.projection import world_points_from_depth, world_rays
from moe3d.scene.layers import DepthLayer
from moe3d.scene.records import ScenePrediction

MAX_DEPTH = 1e18
"""Larger depths are no measurement: their squares leave float32."""
WHOLE = np.s_[:]


def valid_pixels(prediction: ScenePrediction, layer: DepthLayer) -> Bool[np.ndarray, "S H W"]:
    """Pixels whose depth and camera give a finite point. A fresh array."""
    valid = np.empty(layer.depth.shape, bool)
    for view in range(len(valid)):
        valid[view] = valid_in_view(prediction, layer, view)
    return valid


def valid_in_view(
    prediction: ScenePrediction,
    layer: DepthLayer,
    view: int,
    rows: slice = WHOLE,
    columns: slice = WHOLE,
) -> Bool[np.ndarray, "H W"]:
    """The same of one view, or of a part of it. A fresh array."""
    depth = layer.depth[view, rows, columns]
    if not _camera_is_usable(layer, view):
        return np.zeros(depth.shape, bool)
    with np.errstate(invalid="ignore"):
        return (depth > 0) & (depth < MAX_DEPTH) & prediction.valid_mask[view, rows, columns]


def usable_cameras(layer: DepthLayer) -> Bool[np.ndarray, " S"]:
    """Views whose camera is finite and gives finite points."""
    return np.array([_camera_is_usable(layer, view) for view in range(len(layer.depth))], bool)


def kept_points(layer: DepthLayer, keep: Bool[np.ndarray, "S H W"]) -> Float32[np.ndarray, "N 3"]:
    """World points of the kept pixels, view by view, row by row."""
    ends = np.cumsum(np.count_nonzero(keep, axis=(1, 2)))
    points = np.empty((int(ends[-1]), 3), np.float32)
    for view, end in enumerate(ends):
        kept = np.flatnonzero(keep[view])
        points[end - len(kept) : end] = view_points(layer, view).take(kept, axis=0)
    return points


def view_points(
    layer: DepthLayer, view: int, rows: slice = WHOLE, columns: slice = WHOLE
) -> Float[np.ndarray, "N 3"]:
    """World points of one view's pixels, row by row; not finite where not valid.

    Args:
        layer: depth and cameras.
        view: which photo.
        rows: of a part of it; all by default.
        columns: likewise.
    """
    intrinsics = layer.intrinsics[view]
    if rows.start or columns.start:
        corner = [[0, 0, columns.start or 0], [0, 0, rows.start or 0], [0, 0, 0]]
        intrinsics = intrinsics.astype(np.float64) - np.array(corner, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        return world_points_from_depth(
            layer.depth[view, rows, columns], intrinsics, layer.camera_from_world[view]
        ).reshape(-1, 3)


def _camera_is_usable(layer: DepthLayer, view: int) -> bool:
    height, width = layer.depth.shape[1:]
    intrinsics, camera_from_world = layer.intrinsics[view], layer.camera_from_world[view]
    if not (np.isfinite(intrinsics).all() and np.isfinite(camera_from_world).all()):
        return False
    if not (intrinsics[0, 0] > 0 and intrinsics[1, 1] > 0):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        rays = world_rays(2, 2, intrinsics / [[max(width, 2)], [max(height, 2)], [1]], np.eye(4))
    reach = np.abs(camera_from_world).max()
    return bool(np.isfinite(rays).all() and np.abs(rays).max() < MAX_DEPTH and reach < MAX_DEPTH)
