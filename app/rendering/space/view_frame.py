"""All that one picture of the 3D view needs to know about its camera."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d_viewer.rendering.space.camera import (
    Camera,
    Viewport,
    clip_from_view,
    clip_planes,
    view_depth_from_buffer,
    view_from_world,
    world_from_pixel,
)
from moe3d_viewer.rendering.space.scene_frame import Bounds


@dataclass(frozen=True, eq=False)
class ViewFrame:
    """A camera, the view it fills, and its matrices."""

    camera: Camera
    viewport: Viewport
    near: float
    far: float
    view_from_world: Float[np.ndarray, "4 4"]
    clip_from_view: Float[np.ndarray, "4 4"]

    @property
    def clip_from_world(self) -> Float[np.ndarray, "4 4"]:
        """Projection after view."""
        return self.clip_from_view @ self.view_from_world

    def world_from_depth(self, pixel: tuple[float, float], value: float) -> Float[np.ndarray, "3"]:
        """The world point at a pixel whose depth-buffer value is this."""
        depth = view_depth_from_buffer(value, self.camera, self.near, self.far)
        return world_from_pixel(self.camera, self.viewport, pixel, depth)


def view_frame(camera: Camera, viewport: Viewport, bounds: Bounds, scene_size: float) -> ViewFrame:
    """Matrices whose clip planes hold these bounds.

    Args:
        camera: the view's camera.
        viewport: the view.
        bounds: of everything that is drawn.
        scene_size: what is small and what is large here; a robust diagonal.
    """
    near, far = clip_planes(camera, bounds.corners, scene_size)
    return ViewFrame(
        camera,
        viewport,
        near,
        far,
        view_from_world(camera),
        clip_from_view(camera, viewport, near, far),
    )
