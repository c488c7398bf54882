"""A GLViewWidget that draws its items when it is told to, and asks for no picture meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from OpenGL import GL
from pyqtgraph.opengl import GLViewWidget
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem
from PySide6.QtCore import QRect
from PySide6.QtGui import QMatrix4x4, QResizeEvent
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.space.view_frame import ViewFrame


class GlCanvas(GLViewWidget):
    """What the parts of a 3D view draw on: a context, a framebuffer and a tree of items."""

    _is_painting = False  # GLViewWidget asks for pictures before our own __init__ goes on

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixel_scale = 1.0
        """Device pixels of a widget pixel in the picture that is being drawn."""
        self.is_resizing = False
        """Qt paints at every size on the way; one picture of the last size is enough."""
        self._frame: ViewFrame | None = None

    @property
    def device_size(self) -> tuple[int, int]:
        """Width and height in device pixels."""
        return self.deviceWidth(), self.deviceHeight()

    def take_context(self) -> None:
        """Make the context current, ready to draw; `doneCurrent` lets it go."""
        self.makeCurrent()
        self.bind_vertex_array()

    @contextmanager
    def current(self) -> Iterator[None]:
        """A current context, ready to draw, for as long as the block lasts."""
        self.take_context()
        try:
            yield
        finally:
            self.doneCurrent()

    def bind_vertex_array(self) -> None:
        """A core profile draws nothing without one."""
        if self.default_vao.isCreated():
            self.default_vao.bind()

    @contextmanager
    def painting(self) -> Iterator[None]:
        """What is brought up to date inside is for the picture that is drawn there, and asks for
        no other one: else no view would ever rest."""
        self._is_painting = True
        try:
            yield
        finally:
            self._is_painting = False

    def draw_items(self, frame: ViewFrame, pixel_scale: float) -> None:
        """Draw every visible item into the bound target.

        Args:
            frame: camera and matrices.
            pixel_scale: device pixels of a widget pixel.
        """
        self._frame, self.pixel_scale = frame, pixel_scale
        self.setProjection(QRect(), QRect())
        self.setModelview()
        self.drawItemTree()
        GL.glDisable(GL.GL_BLEND)

    # GLViewWidget's own hooks

    def viewMatrix(self) -> QMatrix4x4:
        """Of the frame that is drawn."""
        if self._frame is None:
            return super().viewMatrix()
        return QMatrix4x4(self._frame.view_from_world.ravel().tolist())

    def projectionMatrix(self, region: object = None, viewport: object = None) -> QMatrix4x4:
        """Of the frame that is drawn."""
        if self._frame is None:
            return super().projectionMatrix(region, viewport)
        return QMatrix4x4(self._frame.clip_from_view.ravel().tolist())

    def resizeEvent(self, ev: QResizeEvent) -> None:
        """Paint once, at the last size."""
        self.is_resizing = True
        super().resizeEvent(ev)
        self.is_resizing = False
        self.update()

    def update(self, *area: object) -> None:
        """Ask for another picture, but not while one is drawn."""
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
                self.bind_vertex_array()
                one.paint()
                continue
            self._modelViewStack.append(self.currentModelView() * one.transform())
            self.drawItemTree(one)
            self._modelViewStack.pop()
