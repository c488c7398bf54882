"""Depth maps as points, in float64 for metrics."""

import numpy as np
from jaxtyping import Float, Float64


def camera_points(
    depth: Float[np.ndarray, "H W"], intrinsics: Float[np.ndarray, "3 3"]
) -> Float64[np.ndarray, "H W 3"]:
    """Lift every pixel into its camera's frame.

    Convention: pixel (u, v) has its centre at (u, v): x = (u - cx) z / fx.
    Source: Hartley & Zisserman 2004, eq. 6.4.
    """
    height, width = depth.shape
    z = depth.astype(np.float64)
    x = (np.arange(width) - intrinsics[0, 2]) / intrinsics[0, 0] * z
    y = ((np.arange(height) - intrinsics[1, 2]) / intrinsics[1, 1])[:, None] * z
    return np.stack([x, y, z], axis=-1)


def world_points(
    depth: Float[np.ndarray, "H W"],
    intrinsics: Float[np.ndarray, "3 3"],
    camera_from_world: Float[np.ndarray, "4 4"],
) -> Float64[np.ndarray, "H W 3"]:
    """Lift every pixel into the world frame; `camera_from_world` is rigid."""
    rotation, translation = camera_from_world[:3, :3], camera_from_world[:3, 3]
    return (camera_points(depth, intrinsics) - translation) @ rotation  # R^T (x - t)
