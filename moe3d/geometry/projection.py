"""Depth maps to points, and points to pixels.

A point of a view is ``depth * ray + centre`` with a ray that is affine in (u, v), so whole maps
need three multiplications a pixel and no matrix product.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from moe3d.errors import ShapeError


@dataclass(frozen=True)
class Projection:
    """Where points fall in an image."""

    pixels: Float[np.ndarray, "*N 2"]
    """(u, v), pixels of the image of the intrinsics; NaN behind the camera."""
    depth: Float[np.ndarray, " *N"]
    """z-depth in scene units; <= 0 behind the camera."""


def camera_points_from_depth(
    depth: Float[np.ndarray, "*S H W"], intrinsics: Float[np.ndarray, "..."]
) -> Float32[np.ndarray, "*S H W 3"]:
    """Lift every pixel of a depth map into its camera's frame.

    Args:
        depth: z-depth (not ray length), scene units; NaN where unknown.
        intrinsics: (*S, 3, 3), pixels of this depth map, zero skew.

    Returns:
        Points in scene units, OpenCV axes; NaN where depth is NaN.

    Raises:
        ShapeError: intrinsics do not have one 3x3 matrix per depth map.

    Convention: pixel (u, v) has its centre at (u, v); the image starts at -0.5.
    Source: Hartley & Zisserman 2004, eq. 6.4.
    """
    identity = np.broadcast_to(np.eye(4), (*depth.shape[:-2], 4, 4))
    return world_points_from_depth(depth, intrinsics, identity)


def world_points_from_depth(
    depth: Float[np.ndarray, "*S H W"],
    intrinsics: Float[np.ndarray, "..."],
    camera_from_world: Float[np.ndarray, "..."],
) -> Float32[np.ndarray, "*S H W 3"]:
    """Lift every pixel of a depth map into the world frame.

    Args:
        depth: z-depth, scene units; NaN where unknown.
        intrinsics: (*S, 3, 3), pixels of this depth map, zero skew.
        camera_from_world: (*S, 4, 4), rigid.

    Returns:
        Points in scene units, world axes; NaN where depth is NaN.

    Raises:
        ShapeError: not one camera per depth map.
    """
    *views, height, width = depth.shape
    _check_cameras(tuple(views), intrinsics, camera_from_world)
    points = np.empty((*views, height, width, 3), np.float32)
    for view in np.ndindex(*views):
        along_u, along_v = _ray_terms(height, width, intrinsics[view], camera_from_world[view])
        centre = _centre(camera_from_world[view]).astype(np.float32)
        z_depth = depth[view].astype(np.float32, copy=False)
        for axis in range(3):  # one coordinate at a time: three times faster than (H, W, 3)
            values = along_v[axis][:, None] + along_u[axis]
            values *= z_depth
            values += centre[axis]
            points[view][..., axis] = values
    return points


def world_rays(
    height: int,
    width: int,
    intrinsics: Float[np.ndarray, "3 3"],
    camera_from_world: Float[np.ndarray, "4 4"],
) -> Float32[np.ndarray, "H W 3"]:
    """Rays of all pixels in world axes, of z-depth 1 and so not unit vectors.

    Args:
        height: pixels.
        width: pixels.
        intrinsics: pixels of this image, zero skew.
        camera_from_world: rigid.
    """
    along_u, along_v = _ray_terms(height, width, intrinsics, camera_from_world)
    return along_u.T + along_v.T[:, None]


def _ray_terms(
    height: int,
    width: int,
    intrinsics: Float[np.ndarray, "3 3"],
    camera_from_world: Float[np.ndarray, "4 4"],
) -> tuple[Float32[np.ndarray, "3 W"], Float32[np.ndarray, "3 H"]]:
    """The part of a ray that grows with u, and the part that grows with v."""
    world_from_pixel = camera_from_world[:3, :3].T @ _inverse_intrinsics(intrinsics)
    along_u = np.outer(world_from_pixel[:, 0], np.arange(width))
    along_v = np.outer(world_from_pixel[:, 1], np.arange(height)) + world_from_pixel[:, 2:]
    return along_u.astype(np.float32), along_v.astype(np.float32)


def project(
    points: Float[np.ndarray, "*N 3"],
    intrinsics: Float[np.ndarray, "3 3"],
    camera_from_world: Float[np.ndarray, "4 4"],
) -> Projection:
    """Project world points into an image.

    Args:
        points: scene units, world frame.
        intrinsics: of the image.
        camera_from_world: of the image.

    Returns:
        Pixels and z-depth in float64; pixels are NaN at and behind the camera's plane.
    """
    in_camera = points.astype(np.float64) @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
    depth = in_camera[..., 2]
    divisor = np.where(depth > 0, depth, np.nan)
    focal = np.array([intrinsics[0, 0], intrinsics[1, 1]])
    pixels = in_camera[..., :2] / divisor[..., None] * focal + intrinsics[:2, 2]
    return Projection(pixels, depth)


def _inverse_intrinsics(intrinsics: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
    fx, fy, cx, cy = intrinsics[0, 0], intrinsics[1, 1], intrinsics[0, 2], intrinsics[1, 2]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.array([[1 / fx, 0, -cx / fx], [0, 1 / fy, -cy / fy], [0, 0, 1.0]])


def _centre(camera_from_world: Float[np.ndarray, "4 4"]) -> Float[np.ndarray, "3"]:
    return -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]


def _check_cameras(
    views: tuple[int, ...],
    intrinsics: Float[np.ndarray, "..."],
    camera_from_world: Float[np.ndarray, "..."],
) -> None:
    if intrinsics.shape != (*views, 3, 3):
        raise ShapeError(
            f"intrinsics must be one 3x3 matrix per depth map, {(*views, 3, 3)}; "
            f"got {intrinsics.shape}"
        )
    if camera_from_world.shape != (*views, 4, 4):
        raise ShapeError(
            f"camera_from_world must be one 4x4 matrix per depth map, {(*views, 4, 4)}; "
            f"got {camera_from_world.shape}"
        )
