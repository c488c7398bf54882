"""How big a scene is, and cameras that look at it well.

Photo cameras have OpenCV axes (x right, y down, z forward); the view's camera has OpenGL axes.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d import SceneFrame
from moe3d_viewer.rendering.space.camera import Camera, Viewport
from moe3d_viewer.rendering.space.rotation import normalized, orthonormalized

OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Bounds:
    """An axis-aligned box in the world."""

    lower: Float[np.ndarray, "3"]
    upper: Float[np.ndarray, "3"]

    @property
    def center(self) -> Float[np.ndarray, "3"]:
        """Middle of the box."""
        return (self.lower + self.upper) / 2

    @property
    def diagonal(self) -> float:
        """Length of the box's diagonal; never zero."""
        return max(float(np.linalg.norm(self.upper - self.lower)), 1e-6)

    @property
    def corners(self) -> Float[np.ndarray, "8 3"]:
        """The eight corners."""
        picks = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, 8).T
        return np.where(picks == 0, self.lower, self.upper)

    def including(self, points: Float[np.ndarray, "N 3"]) -> "Bounds":
        """The box that also holds these points."""
        both = np.vstack([self.lower, self.upper, points])
        return Bounds(both.min(axis=0), both.max(axis=0))


UNIT_BOUNDS = Bounds(-np.ones(3), np.ones(3))


def robust_bounds(points: Float[np.ndarray, "N 3"], percent: float = 3.0) -> Bounds:
    """The box between two percentiles of each axis; the unit box if there is no point."""
    if len(points) == 0:
        return UNIT_BOUNDS
    lower, upper = np.percentile(points, [percent, 100 - percent], axis=0)
    return Bounds(lower.astype(float), upper.astype(float))


def camera_centers(camera_from_world: Float[np.ndarray, "S 4 4"]) -> Float[np.ndarray, "S 3"]:
    """Where cameras stand."""
    rotation, translation = camera_from_world[:, :3, :3], camera_from_world[:, :3, 3]
    return -np.einsum("sji,sj->si", rotation, translation)


def upright_rotation(
    forward: Float[np.ndarray, "3"], up: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3 3"]:
    """world_from_view of a camera that looks along `forward` with `up` towards the top."""
    backward = -normalized(np.asarray(forward, float))
    right = np.cross(up, backward)
    if np.linalg.norm(right) < 1e-6:
        right = np.cross(np.eye(3)[np.argmin(np.abs(backward))], backward)
    right = normalized(right)
    return np.stack([right, np.cross(backward, right), backward], axis=1)


def camera_that_frames(
    bounds: Bounds,
    rotation: Float[np.ndarray, "3 3"],
    viewport: Viewport,
    fov_y_deg: float = 50.0,
    orthographic: bool = False,
) -> Camera:
    """A camera of this rotation from which the box just fills the view."""
    tangent = np.tan(np.radians(fov_y_deg) / 2)
    in_view = (bounds.corners - bounds.center) @ rotation
    needed = np.maximum(np.abs(in_view[:, 1]), np.abs(in_view[:, 0]) / viewport.aspect) / tangent
    distance = needed.max() if orthographic else (needed + in_view[:, 2]).max()
    distance = max(1.08 * float(distance), 1e-3 * bounds.diagonal)
    eye = bounds.center + distance * rotation[:, 2]
    return Camera(eye, rotation, bounds.center, fov_y_deg, orthographic)


def opening_camera(
    camera_from_world: Float[np.ndarray, "S 4 4"],
    bounds: Bounds,
    frame: SceneFrame,
    viewport: Viewport,
) -> Camera:
    """The first look at a scene: the reference photo's, stepped back and a little aside.

    Without cameras, the whole box from the front.
    """
    if len(camera_from_world) == 0:
        forward = frame.front - 0.35 * frame.up + 0.25 * frame.right
        return camera_that_frames(bounds, upright_rotation(forward, frame.up), viewport)
    rotation = camera_from_world[0, :3, :3].astype(float)
    eye, forward = -rotation.T @ camera_from_world[0, :3, 3], rotation[2]
    depth = pivot_depth_towards(bounds, eye, forward)
    pivot = eye + depth * forward
    stepped_back = eye + depth * (-0.3 * frame.front + 0.14 * frame.up - 0.1 * frame.right)
    return Camera(stepped_back, upright_rotation(pivot - stepped_back, frame.up), pivot)


def pivot_depth_towards(
    bounds: Bounds, eye: Float[np.ndarray, "3"], forward: Float[np.ndarray, "3"]
) -> float:
    """How far in front of a photo's camera its subject probably lies: the box's middle."""
    return max(float((bounds.center - eye) @ forward), 0.15 * bounds.diagonal)


def photo_camera(
    camera_from_world: Float[np.ndarray, "4 4"],
    intrinsics: Float[np.ndarray, "3 3"],
    photo_size: tuple[int, int],
    viewport: Viewport,
    pivot_depth: float,
) -> Camera:
    """The view's camera standing in a photo's camera, wide enough to hold the whole photo.

    Args:
        camera_from_world: the photo's camera, OpenCV axes.
        intrinsics: pixels of the photo.
        photo_size: its width and height, pixels.
        viewport: the view.
        pivot_depth: how far in front the pivot goes, scene units.
    """
    rotation = orthonormalized(camera_from_world[:3, :3].astype(float))
    eye = -rotation.T @ camera_from_world[:3, 3]
    world_from_view = rotation.T @ OPENGL_FROM_OPENCV
    width, height = photo_size
    reach_x = max(intrinsics[0, 2] + 0.5, width - 0.5 - intrinsics[0, 2]) / intrinsics[0, 0]
    reach_y = max(intrinsics[1, 2] + 0.5, height - 0.5 - intrinsics[1, 2]) / intrinsics[1, 1]
    tangent = max(reach_y, reach_x / viewport.aspect)
    fov_y_deg = float(np.degrees(2 * np.arctan(tangent)))
    return Camera(eye, world_from_view, eye + pivot_depth * rotation[2], fov_y_deg)
