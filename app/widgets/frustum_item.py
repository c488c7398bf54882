"""Camera frusta with their photos: lines and textured rectangles, rebuilt when they change."""

import numpy as np
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from app.rendering.camera import Camera, Viewport
from app.rendering.camera_frusta import (
    PhotoAtlas,
    PhotoCameras,
    frustum_corners,
    frustum_segments,
    frustum_under,
    photo_atlas,
)
from app.rendering.view_colors import DARK, ViewColors
from app.widgets.line_item import LineItem
from app.widgets.photo_item import PhotoItem

NEAR_FRUSTA = 1.3
"""Frusta whose apex is nearer to the eye than this many depths are not drawn: they would only
stand in the way."""


class FrustumItem(GLGraphicsItem):
    """All cameras of a scene."""

    def __init__(self) -> None:
        super().__init__()
        self._cameras: PhotoCameras | None = None
        self._atlas: PhotoAtlas | None = None
        self._colors: ViewColors = DARK
        self._depth = 0.1
        self._selected: int | None = None
        self._hovered: int | None = None
        self._hidden: frozenset[int] = frozenset()
        self._corners = np.zeros((0, 5, 3), np.float32)
        self._photos, self._lines = PhotoItem(), LineItem(1.6)
        for child, order in ((self._photos, 1), (self._lines, 2)):
            child.setParentItem(self)
            child.setDepthValue(order)

    def set_cameras(self, cameras: PhotoCameras | None) -> None:
        """Show these cameras, or none."""
        self._cameras, self._selected, self._hovered = cameras, None, None
        self._atlas = None if cameras is None else photo_atlas(cameras.images)
        if self._atlas is not None:
            self._photos.set_image(self._atlas.image)
        self._rebuild()

    def set_depth(self, depth: float) -> None:
        """Length of the frusta, scene units."""
        self._depth = depth
        self._rebuild()

    def set_colors(self, colors: ViewColors) -> None:
        """Colours of the lines."""
        self._colors = colors
        self._rebuild()

    def set_selected(self, index: int | None) -> None:
        """Which camera stays lit."""
        if index != self._selected:
            self._selected = index
            self._rebuild()

    def set_hovered(self, index: int | None) -> None:
        """Which camera is lit while the cursor is on it."""
        if index != self._hovered:
            self._hovered = index
            self._rebuild()

    def hide_near(self, eye: np.ndarray) -> None:
        """Leave out the frusta in which the viewer stands."""
        if self._cameras is None:
            return
        distance = np.linalg.norm(self._cameras.centers - eye, axis=1)
        hidden = frozenset(np.flatnonzero(distance < NEAR_FRUSTA * self._depth).tolist())
        if hidden != self._hidden:
            self._hidden = hidden
            self._rebuild()

    def camera_under(
        self, camera: Camera, viewport: Viewport, pixel: tuple[float, float]
    ) -> int | None:
        """Which photo's frustum lies under a pixel."""
        if self._cameras is None or not self.visible():
            return None
        return frustum_under(self._corners, camera, viewport, pixel, self._hidden)

    def _rebuild(self) -> None:
        if self._cameras is None or self._atlas is None:
            self._corners = np.zeros((0, 5, 3), np.float32)
            shown, places = self._corners, np.zeros((0, 4, 2), np.float32)
            kept: list[int] = []
        else:
            self._corners = frustum_corners(self._cameras, self._depth)
            kept = [i for i in range(len(self._cameras)) if i not in self._hidden]
            shown, places = self._corners[kept], self._atlas.corners[kept]
        lit = np.isin(
            kept, [index for index in (self._selected, self._hovered) if index is not None]
        )
        self._photos.set_quads(shown[:, 1:], places, np.where(lit, 1.0, 0.85).astype(np.float32))
        segments = frustum_segments(shown)
        colors = np.empty((*segments.shape[:2], 4), np.float32)
        colors[:] = (*(channel / 255 for channel in self._colors.frustum), 0.9)
        colors[lit] = (*(channel / 255 for channel in self._colors.frustum_active), 1.0)
        self._lines.set_colored(segments.reshape(-1, 2, 3), colors.reshape(-1, 4))
