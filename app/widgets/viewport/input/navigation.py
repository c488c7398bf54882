"""Where a 3D view stands: the opening view until the user moves, then where the user went."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from moe3d import scene_frame
from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.rendering.space.scene_frame import (
    UNIT_BOUNDS,
    Bounds,
    camera_that_frames,
    opening_camera,
)
from moe3d_viewer.widgets.viewport.drawing.mesh_layer import MeshLayer
from moe3d_viewer.widgets.viewport.drawing.photo_layer import PhotoLayer
from moe3d_viewer.widgets.viewport.drawing.point_item import PointItem
from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController

NO_POSES = np.zeros((0, 4, 4))


class Navigation(QObject):
    """Tells the camera about the scene, and takes it to photos and to other views' cameras."""

    look_through_ended = Signal()
    """The view left the photo through which it looked."""

    def __init__(
        self,
        controller: CameraController,
        points: PointItem,
        meshes: MeshLayer,
        photos: PhotoLayer,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._meshes = meshes
        self._controller, self._points, self._photos = controller, points, photos
        self._up: np.ndarray | None = None
        self._further: Bounds | None = None
        self.user_moved = False
        """Whether the camera stays where it is when another scene or another size comes."""
        self.was_steered = False
        """Whether that is because of what was done in this view, not in a linked one."""

    # what the scene is

    def take_scene(self) -> None:
        """Other points or other photos are shown."""
        buffer = self._points.buffer
        self._take_frame()
        alone = self._further or UNIT_BOUNDS
        self._controller.bounds = alone if buffer is None else buffer.robust
        self.take_bounds()

    def take_bounds(self) -> None:
        """The points were moved, or other meshes are shown."""
        buffer = self._points.buffer
        bounds = (self._further or UNIT_BOUNDS) if buffer is None else buffer.bounds
        if self._further is not None:
            bounds = bounds.including(self._further.corners)
        cameras = self._photos.cameras
        centers = np.zeros((0, 3)) if cameras is None else cameras.centers
        self._controller.drawn_bounds = self._meshes.including(bounds.including(centers))

    def take_further(self, bounds: Bounds | None) -> None:
        """What is shown beside the points holds this box; without points, it is the scene."""
        is_wider = bounds is not None and not _holds(self._further, bounds)
        self._further = bounds
        if self._points.buffer is not None:
            self.take_bounds()
            return
        self.take_scene()
        if is_wider:
            self.open_scene()

    def frame(self, bounds: Bounds, animate: bool = True) -> None:
        """Show this box from the same direction."""
        camera, viewport = self._controller.camera, self._controller.viewport
        framed = camera_that_frames(
            bounds, camera.world_from_view, viewport, camera.fov_y_deg, camera.orthographic
        )
        self.go_to(framed, animate)

    def set_up(self, up: np.ndarray | None) -> None:
        """Take another direction as the scene's up, and stand upright in it; None: the photos'."""
        was = self._controller.frame.up
        self._up = up
        self._take_frame()
        if not np.allclose(was, self._controller.frame.up, atol=1e-9):
            self._controller.stand_upright()

    # where the camera goes

    def open_scene(self) -> None:
        """Take the opening view, unless the user went elsewhere."""
        if not self.user_moved:
            self.reset()

    def steer(self) -> None:
        """The user moves the camera of this view."""
        self.user_moved = self.was_steered = True

    def forget(self) -> None:
        """Whatever the user did in this view is over."""
        self.user_moved = self.was_steered = False

    def reset(self) -> None:
        """Forget where the user went: the opening view."""
        self.forget()
        if self._points.buffer is None and self._further is None:
            return  # an empty view moves no linked one
            return
        controller = self._controller
        opening = opening_camera(
            self._poses, controller.bounds, controller.frame, controller.viewport
        )
        is_parallel = controller.camera.orthographic
        controller.set_camera(replace(opening, orthographic=is_parallel))

    def go_to(self, camera: Camera, animate: bool) -> None:
        """Go there, and stay there when a cloud comes."""
        self.user_moved = True
        self._controller.set_camera(camera, animate)

    def stand_in(self, photo: int, animate: bool = True) -> None:
        """Go to where a photo was taken."""
        controller = self._controller
        self.was_steered = True
        self.go_to(self._photos.standing_in(photo, controller.viewport, controller.bounds), animate)

    def end_look_through(self) -> bool:
        """Take the photo that lies over the view away; False if there is none."""
        if self._photos.looked_through is None:
            return False
        self._photos.end_look_through()
        self.look_through_ended.emit()
        return True

    def _take_frame(self) -> None:
        self._controller.frame = scene_frame(self._poses, self._up)

    @property
    def _poses(self) -> np.ndarray:
        cameras = self._photos.cameras
        return NO_POSES if cameras is None else cameras.camera_from_world


def _holds(outer: Bounds | None, inner: Bounds) -> bool:
    if outer is None:
        return False
    return bool((outer.lower <= inner.lower).all() and (outer.upper >= inner.upper).all())
