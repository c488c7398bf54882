"""The photos in the 3D view: their frusta, and the one through which the view looks."""

import numpy as np

from app.rendering.camera import Camera, Viewport, view_depth
from app.rendering.camera_frusta import PhotoCameras, frustum_corners
from app.rendering.photo_quads import WHOLE_PHOTO
from app.rendering.scene_frame import Bounds, photo_camera, pivot_depth_towards
from app.rendering.view_colors import ViewColors
from app.widgets.frustum_item import FrustumItem
from app.widgets.photo_item import PhotoItem

FRUSTUM_SHARE = 0.03
"""Length of a frustum as a share of the scene's robust diagonal."""


class PhotoLayer:
    """Two items: `frusta`, and `overlay` for the photo over the view."""

    def __init__(self) -> None:
        self.frusta = FrustumItem()
        self.overlay = PhotoItem(hidden_by_points=False)
        self.overlay.setVisible(False)
        self.cameras: PhotoCameras | None = None
        self.looked_through: int | None = None
        """The photo in whose camera the view stands."""
        self.frustum_depth = 0.1
        """Scene units."""
        self._opacity = 0.5
        self._overlay_depth = 1.0

    def set_cameras(self, cameras: PhotoCameras | None) -> None:
        """Show these photos, or none."""
        self.cameras = cameras
        self.end_look_through()
        self.frusta.set_cameras(cameras)

    def set_frustum_depth(self, depth: float) -> None:
        """Length of the frusta, scene units."""
        self.frustum_depth = depth
        self.frusta.set_depth(depth)

    def set_colors(self, colors: ViewColors) -> None:
        """Colours of the frusta."""
        self.frusta.set_colors(colors)

    def standing_in(self, index: int, viewport: Viewport, bounds: Bounds) -> Camera:
        """The view's camera in a photo's place.

        Raises:
            IndexError: there is no such photo.
        """
        if self.cameras is None:
            raise IndexError("the view knows no cameras")
        camera_from_world = self.cameras.camera_from_world[index]
        depth = self._subject_depth(index, bounds)
        intrinsics, size = self.cameras.intrinsics[index], self.cameras.photo_size
        return photo_camera(camera_from_world, intrinsics, size, viewport, depth)

    def begin_look_through(self, index: int, bounds: Bounds) -> None:
        """Lay this photo over the view, amid the scene: there no clip plane cuts it off."""
        if self.cameras is None:
            return
        self.looked_through = index
        self._overlay_depth = self._subject_depth(index, bounds)
        self.overlay.set_image(self.cameras.images[index])
        self._place_overlay()
        self.overlay.setVisible(True)

    def end_look_through(self) -> None:
        """Take the photo away."""
        self.looked_through = None
        self.overlay.setVisible(False)

    def set_opacity(self, opacity: float) -> None:
        """Of the photo over the view, 0..1."""
        self._opacity = opacity
        self._place_overlay()

    def is_before(self, index: int, camera: Camera, surface: np.ndarray) -> bool:
        """Whether a photo's frustum stands before a surface, seen from a camera."""
        if self.cameras is None:
            return False
        to_center = float(view_depth(camera, self.cameras.centers[index]))
        return to_center - self.frustum_depth < float(view_depth(camera, surface))

    def _subject_depth(self, index: int, bounds: Bounds) -> float:
        assert self.cameras is not None
        forward = self.cameras.camera_from_world[index, 2, :3]
        return pivot_depth_towards(bounds, self.cameras.centers[index], forward)

    def _place_overlay(self) -> None:
        if self.cameras is None or self.looked_through is None:
            return
        corners = frustum_corners(self.cameras, self._overlay_depth)
        corners = corners[self.looked_through : self.looked_through + 1, 1:]
        self.overlay.set_quads(corners, WHOLE_PHOTO, np.array([self._opacity], np.float32))
