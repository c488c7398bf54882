"""Pictures of a 3D view, of any size, for files: drawn part by part, off the screen."""

from collections.abc import Generator
from contextlib import closing

from PySide6.QtGui import QImage, QPainter

from moe3d_viewer.rendering.space.camera import Camera, Viewport
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.cloud_renderer import CloudRenderer
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.drawing.gl_target import GlTarget
from moe3d_viewer.widgets.viewport.drawing.progressive_drawing import ProgressiveDrawing
from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController
from moe3d_viewer.widgets.viewport.overlays import Overlays

Drawing = Generator[float, None, QImage]
"""A picture that is drawn part by part: yields the share that is drawn, 0..1; returns the picture.
Closing it frees what was begun."""


def finished(drawing: Drawing) -> QImage:
    """The picture, however long it takes."""
    while True:
        try:
            next(drawing)
        except StopIteration as end:
            return end.value


class CloudPictures:
    """Shares the canvas's context with the screen, which waits in between."""

    def __init__(
        self,
        canvas: GlCanvas,
        controller: CameraController,
        renderer: CloudRenderer,
        overlays: Overlays,
        screen: ProgressiveDrawing,
    ) -> None:
        self._canvas, self._controller, self._renderer = canvas, controller, renderer
        self._overlays, self._screen = overlays, screen

    def plain_steps(self, width: int, height: int, overlays: bool) -> Drawing:
        """As the screen shows it: the section box has its handles, distances no labels.

        Args:
            width: pixels.
            height: pixels; the picture shows as much from top to bottom as the view.
            overlays: also draw frusta, grid and lines.
        """
        return self._steps(self._frame(width, height, None), width, height, overlays)

    def saved_steps(
        self, width: int, height: int, overlays: bool, legend: bool, camera: Camera | None
    ) -> Drawing:
        """With the labels of distances, and always with the note of what it shows.

        Args:
            width: pixels.
            height: pixels; the picture shows as much from top to bottom as the view.
            overlays: also draw frusta, grid, lines and labels.
            legend: also say what the colours mean.
            camera: from where; None takes the view's.
        """
        frame = self._frame(width, height, camera)
        handles = self._overlays.section
        handles.is_on, could_grab = False, handles.is_on
        try:
            image = yield from self._steps(frame, width, height, overlays)
        finally:
            handles.is_on = could_grab
        painter = QPainter(image)
        painter.scale(width / frame.viewport.width, height / frame.viewport.height)
        if overlays:
            self._overlays.paint_labels(painter, frame)
        note = self._overlays.paint_note(painter)
        if legend:
            self._overlays.paint_legends(painter, frame.viewport, note)
        painter.end()
        return image

    def _frame(self, width: int, height: int, camera: Camera | None) -> ViewFrame:
        scale = self._scale(height)
        return self._controller.view_frame(Viewport(width / scale, height / scale), camera)

    def _scale(self, height: int) -> float:
        """Pixels of the picture in one of the view."""
        return height / max(self._canvas.height(), 1)

    def _steps(self, frame: ViewFrame, width: int, height: int, overlays: bool) -> Drawing:
        scale = self._scale(height)
        picture = GlTarget()
        self._canvas.take_context()
        try:
            picture.bind(width, height)
            with closing(self._renderer.full_steps(frame, picture, scale)) as parts:
                for share in parts:
                    self._canvas.doneCurrent()
                    try:
                        yield share
                    finally:
                        self._canvas.take_context()
            if overlays:
                self._overlays.prepare(frame)
                picture.bind(width, height)
                self._canvas.draw_items(frame, scale)
            pixels = picture.read_color()
        finally:
            picture.release()
            self._canvas.doneCurrent()
            self._screen.refine_soon()
        made = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
        return made.copy()
