"""A GLViewWidget with its own camera, whose points appear progressively under the other items."""

import logging
import time
from collections.abc import Callable
from contextlib import closing

import numpy as np
from OpenGL import GL
from pyqtgraph.opengl import GLViewWidget
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem
from PySide6.QtCore import QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QMatrix4x4, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.rendering.camera import Camera, Viewport
from app.rendering.scene_frame import UNIT_BOUNDS, Bounds
from app.rendering.view_frame import ViewFrame, view_frame
from app.state.job import error_text
from app.widgets.camera_controller import CameraController
from app.widgets.cloud_renderer import CloudRenderer
from app.widgets.drawing_steps import Drawing, finished
from app.widgets.gl_target import GlTarget
from app.widgets.point_item import PointItem

logger = logging.getLogger(__name__)
STILL_AFTER_MS = 120
ONLY_BACKDROP, ONLY_POINTS, EVERYTHING = range(3)
"""What a context's first pictures hold. Each compiles shaders, which takes long on a software
rasteriser: one after the other, so that the window answers in between."""
PRESENT_EVERY_S = 0.15


class ProgressiveView(GLViewWidget):
    """Draws; knows nothing of clouds, photos or clicks."""

    camera_changed = Signal(object)
    """The Camera, after every movement."""
    refined = Signal()
    """The picture has become equal to a full draw."""
    drawing_failed = Signal(str)
    """Nothing is drawn any more, and why, until `try_again`."""
    _is_painting = False  # GLViewWidget asks for pictures before our own __init__ goes on
    _is_resizing = False
    _has_failed = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.pixel_scale = 1.0
        """Device pixels of a widget pixel in the picture that is being drawn."""
        self.controller = CameraController(self)
        self.controller.camera_changed.connect(self._on_camera_changed)
        self._points = PointItem()
        self._renderer = CloudRenderer(self._points)
        self._drawn_bounds: Bounds = UNIT_BOUNDS
        self._scene_size = 2.0
        self._painted_frame: ViewFrame | None = None
        self._presented_s = 0.0
        self._stage = ONLY_BACKDROP
        self._refine_timer = QTimer(self)
        self._refine_timer.setSingleShot(True)
        self._refine_timer.timeout.connect(self._refine)

    @property
    def camera(self) -> Camera:
        """Where the view's camera is."""
        return self.controller.camera

    def set_camera(self, camera: Camera, animate: bool = False) -> None:
        """Go there, at once or smoothly."""
        self.controller.set_camera(camera, animate)

    @property
    def is_complete(self) -> bool:
        """Whether the shown picture equals a full draw of what is wanted now."""
        size = self.deviceWidth(), self.deviceHeight()
        if self._stage < EVERYTHING:
            return False
        return self._renderer.is_complete and self._renderer.is_current(self.frame_now(), *size)

    def frame_now(
        self, viewport: Viewport | None = None, camera: Camera | None = None
    ) -> ViewFrame:
        """Camera and matrices of the next picture; another viewport or camera may be tried."""
        view = viewport or self.controller.viewport
        return view_frame(camera or self.camera, view, self._drawn_bounds, self._scene_size)

    def image(
        self,
        width: int | None = None,
        height: int | None = None,
        overlays: bool = True,
        camera: Camera | None = None,
    ) -> QImage:
        """The whole cloud as a picture of any size; waits until it is drawn.

        Args:
            width: pixels; None takes the view's.
            height: pixels; None takes the view's.
            overlays: also draw frusta, grid and lines.
            camera: from where; None takes the view's.
        """
        width, height = width or self.deviceWidth(), height or self.deviceHeight()
        return finished(self.image_steps(width, height, overlays, camera))

    def image_steps(
        self, width: int, height: int, overlays: bool = True, camera: Camera | None = None
    ) -> Drawing:
        """As `image`, part by part, with the event loop in between."""
        scale = height / max(self.height(), 1)
        frame = self.frame_now(Viewport(width / scale, height / scale), camera)
        picture = GlTarget()
        self._take_context()
        try:
            picture.bind(width, height)
            parts = self._renderer.full_steps(frame, picture, scale)
            with closing(parts):
                for share in parts:
                    self.doneCurrent()
                    try:
                        yield share
                    finally:
                        self._take_context()
            if overlays:
                self._before_paint(frame)
                picture.bind(width, height)
                self._draw_overlays(frame, scale)
            pixels = picture.read_color()
        finally:
            picture.release()
            self.doneCurrent()
            self._refine_timer.start(STILL_AFTER_MS)
        made = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
        return made.copy()

    def _take_context(self) -> None:
        self.makeCurrent()
        self._bind_vertex_array()

    # GLViewWidget's own hooks

    def initializeGL(self) -> None:
        """A context is there, or another one than before."""
        self._stage = ONLY_BACKDROP
        self._draw_safely(super().initializeGL)
        self._draw_safely(self._renderer.context_was_replaced)

    def viewMatrix(self) -> QMatrix4x4:
        """For every other item in the view."""
        frame = self._painted_frame or self.frame_now()
        return QMatrix4x4(frame.view_from_world.ravel().tolist())

    def projectionMatrix(self, region: object = None, viewport: object = None) -> QMatrix4x4:
        """For every other item in the view."""
        frame = self._painted_frame or self.frame_now()
        return QMatrix4x4(frame.clip_from_view.ravel().tolist())

    def resizeGL(self, _width: int, _height: int) -> None:
        """Keep the controller's idea of the view's size."""
        self._take_size()

    def resizeEvent(self, ev: QResizeEvent) -> None:
        """Qt paints at every size on the way; one picture of the last size is enough."""
        self._is_resizing = True
        super().resizeEvent(ev)
        self._is_resizing = False
        self.update()

    def paintGL(self) -> None:
        """Points first, into pictures of their own, then everything over them."""
        self._take_size()
        if self._is_resizing:
            return
        self._is_painting = True
        self._draw_safely(self._paint)
        self._is_painting = False
        self._presented_s = time.perf_counter()

    def try_again(self) -> None:
        """Begin anew after a failure."""
        self._has_failed = False
        self._stage = ONLY_BACKDROP
        self.update()

    def _draw_safely(self, draw: Callable[[], None]) -> None:
        """Whatever a driver does, an error is said once, and the program goes on."""
        if self._has_failed:
            return
        try:
            draw()
        except Exception as error:  # Qt calls from C++: nobody else can catch it
            self._has_failed = True
            logger.exception("the 3D view cannot be drawn")
            self.drawing_failed.emit(error_text(error))

    def _paint(self) -> None:
        frame = self.frame_now()
        width, height = self.deviceWidth(), self.deviceHeight()
        ratio = self.devicePixelRatioF()
        self._bind_vertex_array()
        self._before_paint(frame)
        if self._stage == ONLY_BACKDROP:
            self._renderer.draw_backdrop(width, height)
        elif self._renderer.draw(frame, width, height, ratio):
            self._refine_timer.start(0 if not self._points.is_uploaded else STILL_AFTER_MS)
        self._renderer.present(frame, self.defaultFramebufferObject())
        if self._stage == EVERYTHING:
            self._draw_overlays(frame, ratio)
        else:
            self._stage += 1
            QTimer.singleShot(0, self.update)

    def update(self, *area: object) -> None:
        """Ask for another picture; not for what is brought up to date for the one being drawn,
        else no view would ever rest."""
        if not self._is_painting:
            super().update(*area)

    def drawItemTree(self, item: GLGraphicsItem | None = None, useItemNames: bool = False) -> None:
        """As GLViewWidget's own, which prints an item's error and leaves the item out."""
        items = [one for one in self.items if one.parentItem() is None]
        if item is not None:
            items = [*item.childItems(), item]
        for one in sorted(items, key=lambda one: one.depthValue()):
            if not one.visible():
                continue
            if one is item:
                self._bind_vertex_array()
                one.paint()
                continue
            self._modelViewStack.append(self.currentModelView() * one.transform())
            self.drawItemTree(one)
            self._modelViewStack.pop()

    def _before_paint(self, frame: ViewFrame) -> None:
        """For subclasses: bring overlays up to date."""

    def _draw_overlays(self, frame: ViewFrame, pixel_scale: float) -> None:
        self._painted_frame, self.pixel_scale = frame, pixel_scale
        self.setProjection(QRect(), QRect())
        self.setModelview()
        self.drawItemTree()
        GL.glDisable(GL.GL_BLEND)

    def _bind_vertex_array(self) -> None:
        if self.default_vao.isCreated():  # core profile
            self.default_vao.bind()

    def _take_size(self) -> None:
        size = Viewport(float(max(self.width(), 1)), float(max(self.height(), 1)))
        if size != self.controller.viewport:
            self.controller.viewport = size
            self._on_resized()

    def _on_resized(self) -> None:
        """For subclasses: the view has another size."""

    @Slot()
    def _refine(self) -> None:
        if self._has_failed or not self.isVisible() or not self.isValid():
            return
        if not self._points.is_uploaded:
            self.update()
            return
        if self._renderer.is_complete:
            self.refined.emit()
            return
        self._take_context()
        self._draw_safely(self._renderer.refine)
        self.doneCurrent()
        if self._has_failed:
            return
        waited_s = time.perf_counter() - self._presented_s
        if self._renderer.is_complete:
            self.update()
            self.refined.emit()
            return
        if self._renderer.shows_refinement and waited_s > PRESENT_EVERY_S:
            self.update()
        self._refine_timer.start(0)

    @Slot(object)
    def _on_camera_changed(self, camera: Camera) -> None:
        self.update()
        self.camera_changed.emit(camera)

    def _bounds_changed(self, bounds: Bounds, robust: Bounds, extra_points: np.ndarray) -> None:
        self._drawn_bounds = bounds.including(extra_points)
        self._scene_size = robust.diagonal
        self.update()
