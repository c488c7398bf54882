"""The photos in the 3D view: their frusta, and the one through which the view looks."""

import numpy as np
from OpenGL import GL
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from moe3d_viewer.rendering.space.camera import Camera, Viewport, view_depth
from moe3d_viewer.rendering.space.camera_frusta import (
    PhotoAtlas,
    PhotoCameras,
    frustum_corners,
    frustum_segments,
    frustum_under,
    photo_atlas,
)
from moe3d_viewer.rendering.space.photo_quads import (
    QUAD_FRAGMENT,
    QUAD_VERTEX,
    WHOLE_PHOTO,
    quad_vertices,
)
from moe3d_viewer.rendering.space.scene_frame import Bounds, photo_camera, pivot_depth_towards
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors
from moe3d_viewer.widgets.viewport.drawing.gl_program import GlProgram
from moe3d_viewer.widgets.viewport.drawing.gl_texture import GlTexture
from moe3d_viewer.widgets.viewport.drawing.gl_vertices import GlVertices
from moe3d_viewer.widgets.viewport.drawing.line_item import LineItem

FRUSTUM_SHARE = 0.03
"""Length of a frustum as a share of the scene's robust diagonal."""
NEAR_FRUSTA = 1.3
"""Frusta whose apex is nearer to the eye than this many depths are not drawn: they would only
stand in the way."""


class PhotoItem(GLGraphicsItem):
    """Rectangles that show parts of one picture."""

    def __init__(self, hidden_by_points: bool = True) -> None:
        super().__init__()
        self._hidden_by_points = hidden_by_points
        self._image: np.ndarray | None = None
        self._vertices = GlVertices((3, 2, 1))
        self._texture = GlTexture()
        self._program = GlProgram(QUAD_VERTEX, QUAD_FRAGMENT, ("a_position", "a_place", "a_alpha"))

    def set_image(self, image: np.ndarray) -> None:
        """Take the (H, W, 3) picture; sent at the next draw."""
        self._image = image
        self.update()

    def set_quads(self, corners: np.ndarray, places: np.ndarray, alphas: np.ndarray) -> None:
        """Take (S, 4, 3) corners, their (S, 4, 2) places in the picture and S opacities."""
        self._vertices.set(quad_vertices(corners, places, alphas))
        self.update()

    def paint(self) -> None:
        """Draw the rectangles, blended over what is there."""
        if not len(self._vertices):
            return
        if self._image is not None:
            self._texture.upload_image(self._image, mipmaps=True)
            self._image = None
        GL.glEnable(GL.GL_BLEND)
        GL.glBlendFuncSeparate(
            GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA
        )
        (GL.glEnable if self._hidden_by_points else GL.glDisable)(GL.GL_DEPTH_TEST)
        matrix = np.array(self.mvpMatrix().copyDataTo()).reshape(4, 4)
        self._program.use()
        self._program.set_matrix("u_clip_from_world", matrix)
        self._program.set_int("u_photo", 0)
        self._texture.bind(0)
        self._vertices.draw()
        GL.glUseProgram(0)
        GL.glDisable(GL.GL_BLEND)


class FrustumItem(GLGraphicsItem):
    """All cameras of a scene: lines, and their photos on rectangles; rebuilt when they change."""

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
