"""The 3D view of one cloud: a widget that joins its parts, and what the window may ask of it."""

import numpy as np
from jaxtyping import Int8
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_growth import PointGrowth
from moe3d_viewer.rendering.points.point_picking import PickedPoint
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.rendering.space.camera import Camera, Viewport
from moe3d_viewer.rendering.space.camera_frusta import PhotoCameras
from moe3d_viewer.rendering.space.section_handles import Pixel
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.cloud_pictures import CloudPictures, Drawing, finished
from moe3d_viewer.widgets.viewport.drawing.cloud_renderer import CloudRenderer
from moe3d_viewer.widgets.viewport.drawing.drawing_pace import DrawingPace
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.drawing.point_item import PointItem
from moe3d_viewer.widgets.viewport.drawing.point_look import PointLook
from moe3d_viewer.widgets.viewport.drawing.point_storage import PointStorage
from moe3d_viewer.widgets.viewport.drawing.progressive_drawing import ProgressiveDrawing
from moe3d_viewer.widgets.viewport.drawn_objects import DrawnObjects
from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController
from moe3d_viewer.widgets.viewport.input.navigation import Navigation
from moe3d_viewer.widgets.viewport.input.point_picker import PointPicker
from moe3d_viewer.widgets.viewport.overlays import Overlays
from moe3d_viewer.widgets.viewport.pointing import Pointing


class CloudView(GlCanvas):
    """Shows a PointBuffer with cameras, colours and filters. Nothing here takes longer than a
    frame except `image` and `picture`."""

    camera_changed = Signal(object)
    """The Camera, after every movement."""
    projection_changed = Signal(bool)
    """Whether it is parallel now."""
    drawing_failed = Signal(str)
    """Nothing is drawn any more, and why, until `try_again`."""
    camera_clicked = Signal(int)
    """A photo's frustum was clicked; the view is already on its way there."""
    point_hovered = Signal(object)
    """PickedPoint under the resting cursor, or None."""
    point_picked = Signal(object)
    """PickedPoint that was clicked."""
    look_through_ended = Signal()
    """The view left the photo through which it looked."""
    leave_wanted = Signal()
    """Escape, when there was nothing in this view to leave."""
    flip_wanted = Signal()
    """Tab, while `takes_tab` is set."""
    point_size_stepped = Signal(int)
    """Ctrl + wheel: 1 or -1."""
    frustum_size_stepped = Signal(int)
    """Alt + wheel: 1 or -1."""

    def __init__(self, parent: QWidget | None = None, pace: DrawingPace | None = None) -> None:
        """A pace that is shared with views beside this one lets all be refined together."""
        super().__init__(parent)
        pace = pace or DrawingPace()
        self.setObjectName("cloudView")
        self.setAccessibleName(self.tr("3D view"))
        self.setMinimumSize(160, 120)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.takes_tab = False
        """Whether Tab asks for the other side; Shift+Tab always leaves the view."""
        self._own_points: PointStorage | None = None
        self.controller = CameraController(self)
        self._points = PointItem()
        self._renderer = CloudRenderer(self._points, pace)
        self.look = PointLook(self, self._points, self._renderer)
        """Colours, sizes and light of the points."""
        self.overlays = Overlays(self, self.controller)
        """What is drawn around the points."""
        self._drawing = ProgressiveDrawing(
            self, self._renderer, pace, self.controller.view_frame, self.overlays.prepare
        )
        self._pictures = CloudPictures(
            self, self.controller, self._renderer, self.overlays, self._drawing
        )
        self._navigation = Navigation(
            self.controller, self._points, self._renderer.meshes, self.overlays.photos, self
        )
        self.objects = DrawnObjects(self, self._renderer, self._navigation)
        """What is drawn beside the points."""
        self._picker = PointPicker(
            self, self.controller, self._renderer, self._points, self.overlays.photos
        )
        self._pointing = Pointing(
            self, self.controller, self._navigation, self._picker, self.overlays
        )
        self._input = self._pointing.input
        self._join_parts()
        self.set_colors(DARK)

    def _join_parts(self) -> None:
        self.controller.camera_changed.connect(self._on_camera_changed)
        for told, told_on in (
            (self.controller.projection_changed, self.projection_changed),
            (self._drawing.failed, self.drawing_failed),
            (self._drawing.settled, self._input.look_again),
            (self._navigation.look_through_ended, self.look_through_ended),
            (self._pointing.camera_clicked, self.camera_clicked),
            (self._pointing.point_hovered, self.point_hovered),
            (self._pointing.point_picked, self.point_picked),
            (self._pointing.leave_wanted, self.leave_wanted),
            (self._input.point_size_stepped, self.point_size_stepped),
            (self._input.frustum_size_stepped, self.frustum_size_stepped),
        ):
            told.connect(told_on)

    # what is shown

    @property
    def buffer(self) -> PointBuffer | None:
        """What is shown, without its vertices once they are on the GPU."""
        return self._points.buffer

    def set_buffer(self, buffer: PointBuffer | None) -> None:
        """Show this cloud alone, or nothing. Drop the buffer: its arrays go after the upload."""
        before = self._own_points
        self._own_points = None if buffer is None else PointStorage(buffer)
        self.set_points(self._own_points)
        if before is not None:
            self.free(before)

    def set_points(self, points: PointStorage | None, cameras: PhotoCameras | None = None) -> None:
        """Show points that other views may show, too, or nothing, and the photos that saw them. The
        camera stays where the user moved it, else it takes the opening view."""
        if points is None:
            self._navigation.forget()
        self._points.set_storage(points)
        self._picker.forget()
        if cameras is not None:
            self._take_cameras(cameras, None)
        self._show_scene()

    def free(self, points: PointStorage) -> None:
        """Give the memory of points back that no view shows any more."""
        if self.isValid():
            with self.current():
                points.release()

    def move_points(self, growth: PointGrowth | None) -> None:
        """Move the points along their photos' rays, as often as a slider moves, or back."""
        self._points.move(growth)
        self._picker.forget()
        self._navigation.take_bounds()
        self.update()

    def set_normals(self, normals: Int8[np.ndarray, "N 4"] | None) -> None:
        """Packed normals of the shown points, in their order; None lets them go."""
        self._points.set_normals(normals)
        self.update()

    def set_cameras(self, cameras: PhotoCameras | None, size: float | None = None) -> None:
        """The photos that saw the points, or none.

        Args:
            size: length of the frusta in scene units; None: 3 % of the scene's diagonal.
        """
        self._take_cameras(cameras, size)
        self._show_scene()

    def _take_cameras(self, cameras: PhotoCameras | None, size: float | None) -> None:
        self.overlays.photos.set_cameras(cameras)
        known = None if cameras is None else (cameras.camera_from_world, cameras.intrinsics)
        self._points.set_cameras(known)
        self.overlays.set_frustum_size(size)

    def set_up(self, up: np.ndarray | None) -> None:
        """Take another direction as the scene's up, and stand upright in it; None: the photos'."""
        self._navigation.set_up(up)
        self.overlays.fit_grid()

    def _show_scene(self) -> None:
        self._navigation.take_scene()
        self.overlays.fit_scene()
        self._navigation.open_scene()
        self.update()

    # how the points look

    @property
    def style(self) -> PointStyle:
        """Colours, filters and sizes of the points."""
        return self.look.style

    def set_style(self, style: PointStyle) -> None:
        """Change uniforms and small tables; nothing is sent that has one value a point."""
        self.look.set_style(style)

    def visible_count(self) -> int:
        """Points that the filters leave, wherever the camera looks."""
        return self.look.visible_count()

    def set_colors(self, colors: ViewColors) -> None:
        """Background, grid, lines and letters, for a dark or a light window."""
        self._renderer.backdrop.colors = colors
        self._points.set_plain_color(colors.plain)
        self._renderer.meshes.set_colors(colors)
        self.overlays.set_colors(colors)
        self.update()

    # where the camera goes

    @property
    def camera(self) -> Camera:
        """Where the view's camera is."""
        return self.controller.camera

    @property
    def was_moved(self) -> bool:
        """Whether the user left the opening view, in this view."""
        return self._navigation.was_steered

    def follow(self, camera: Camera) -> None:
        """Take the camera of another view, and keep it when a cloud comes."""
        self._navigation.go_to(camera, animate=False)

    def go_to(self, camera: Camera) -> None:
        """Fly to another place; linked views follow."""
        self._navigation.steer()
        self._navigation.go_to(camera, animate=True)

    def reset_camera(self) -> None:
        """Forget where the user went: the opening view."""
        self._navigation.reset()

    def frame_all(self, animate: bool = True) -> None:
        """Show the whole cloud from the same direction."""
        self.controller.frame_all(animate)

    def frame_camera(self, index: int, animate: bool = True) -> None:
        """Go to where a photo was taken."""
        self._navigation.stand_in(index, animate)

    def focus_on_middle(self) -> None:
        """What lies in the middle of the view becomes the pivot."""
        self._pointing.focus_on(None)

    def set_orthographic(self, orthographic: bool) -> None:
        """Parallel or perspective projection, of equal size at the pivot."""
        self.controller.set_orthographic(orthographic)

    def look_through(self, index: int, animate: bool = True) -> None:
        """Go to where a photo was taken and lay the photo over the view, until the user moves."""
        self.frame_camera(index, animate)
        self.lay_photo_over(index)

    def lay_photo_over(self, index: int) -> None:
        """Lay a photo over the view, wherever the camera is."""
        self.overlays.photos.begin_look_through(index, self.controller.bounds)
        self.update()

    def end_look_through(self) -> None:
        """Take the photo away."""
        self._navigation.end_look_through()

    # pictures

    @property
    def is_complete(self) -> bool:
        """Whether the shown picture equals a full draw of what is wanted now."""
        return self._drawing.is_complete

    def try_again(self) -> None:
        """Begin to draw anew after a failure."""
        self._drawing.try_again()

    def frame_now(
        self, viewport: Viewport | None = None, camera: Camera | None = None
    ) -> ViewFrame:
        """Camera and matrices of the next picture; another viewport or camera may be tried."""
        return self.controller.view_frame(viewport, camera)

    def image(
        self, width: int | None = None, height: int | None = None, overlays: bool = True
    ) -> QImage:
        """The whole cloud as a picture, as large as the view unless said otherwise, with frusta,
        grid and lines if wanted; waits until it is drawn."""
        width, height = width or self.deviceWidth(), height or self.deviceHeight()
        return finished(self._pictures.plain_steps(width, height, overlays))

    def picture(
        self,
        width: int,
        height: int,
        overlays: bool = True,
        legend: bool = True,
        camera: Camera | None = None,
    ) -> QImage:
        """As `image`, with labels of distances, legends, and always the note of what it shows."""
        return finished(self._pictures.saved_steps(width, height, overlays, legend, camera))

    def picture_steps(self, width: int, height: int, overlays: bool, legend: bool) -> Drawing:
        """As `picture`, part by part, with the event loop in between."""
        return self._pictures.saved_steps(width, height, overlays, legend, None)

    # what the user does

    def surface_at(self, pixel: Pixel) -> np.ndarray | None:
        """World position of the points drawn under a widget pixel; None for the background."""
        return self._picker.surface_at(pixel)

    def pick(self, pixel: Pixel) -> PickedPoint | None:
        """The point of the cloud under a widget pixel."""
        return self._picker.pick(pixel)

    def set_picking(self, picking: bool) -> None:
        """Whether a click means a point, whatever frustum stands before it."""
        self._pointing.set_picking(picking)

    @Slot(object)
    def _on_camera_changed(self, camera: Camera) -> None:
        self.update()
        self.overlays.follow_camera()
        self.camera_changed.emit(camera)

    # Qt's events, handed on

    def initializeGL(self) -> None:
        """A context is there, or another one than before."""
        self._drawing.begin_context(super().initializeGL)

    def resizeGL(self, _width: int, _height: int) -> None:
        """Keep the controller's idea of the view's size."""
        self._take_size()

    def paintGL(self) -> None:
        """See ProgressiveDrawing."""
        self._take_size()
        if not self.is_resizing:
            self._drawing.paint()

    def _take_size(self) -> None:
        size = Viewport(float(max(self.width(), 1)), float(max(self.height(), 1)))
        if size != self.controller.viewport:
            self.controller.viewport = size
            self.overlays.fit_canvas()
            self._navigation.open_scene()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.press(ev)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.move(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.release(ev)

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.double_click(ev)

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """See ViewInput."""
        self._input.wheel(ev)
        ev.accept()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Keys of the view; all others go on to the window."""
        ev.setAccepted(self._input.key_press(ev))

    def keyReleaseEvent(self, ev: QKeyEvent) -> None:
        """See ViewInput."""
        ev.setAccepted(self._input.key_release(ev))

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Tab; called by Qt before the key is anybody's."""
        if next_one and self.takes_tab:
            self.flip_wanted.emit()
            return True
        return super().focusNextPrevChild(next_one)

    def focusOutEvent(self, ev: QFocusEvent) -> None:
        """Flying stops."""
        self._input.focus_lost()
        super().focusOutEvent(ev)

    def leaveEvent(self, ev: object) -> None:
        """The cursor left."""
        self._input.leave()
