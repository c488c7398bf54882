"""When the picture on the screen is drawn: coarse at once, then refined while the view rests."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.state.job import error_text
from moe3d_viewer.widgets.viewport.drawing.cloud_renderer import CloudRenderer
from moe3d_viewer.widgets.viewport.drawing.drawing_pace import DrawingPace
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas

logger = logging.getLogger(__name__)
STILL_AFTER_MS = 120
ONLY_BACKDROP, ONLY_POINTS, EVERYTHING = range(3)
"""What a context's first pictures hold. Each compiles shaders, which takes long on a software
rasteriser: one after the other, so that the window answers in between."""
TURN_MS = 5
"""Until a view asks again whether it is its turn."""


class ProgressiveDrawing(QObject):
    """Points and meshes first, into pictures of their own, then everything over them."""

    failed = Signal(str)
    """Nothing is drawn any more, and why, until `try_again`."""
    settled = Signal()
    """All points and meshes of a picture that differs from the one before are on the screen."""

    def __init__(
        self,
        canvas: GlCanvas,
        renderer: CloudRenderer,
        pace: DrawingPace,
        frame_now: Callable[[], ViewFrame],
        prepare_items: Callable[[ViewFrame], None],
    ) -> None:
        """Wait for the canvas to ask for a picture.

        Args:
            canvas: what is drawn on.
            renderer: draws points and meshes.
            pace: shared with the views that are looked at together.
            frame_now: camera and matrices of the canvas's next picture.
            prepare_items: brings the canvas's items up to date for a picture.
        """
        super().__init__(canvas)
        self._canvas, self._renderer = canvas, renderer
        self._frame_now, self._prepare_items = frame_now, prepare_items
        self._stage = ONLY_BACKDROP
        self._has_failed = False
        self._pace = pace
        pace.join(self)
        self._refine_timer = QTimer(self)
        self._refine_timer.setSingleShot(True)
        self._refine_timer.timeout.connect(self._refine)

    @property
    def is_refining(self) -> bool:
        """Whether the picture on the screen will be replaced by a finer one."""
        can_draw = self._canvas.isVisible() and self._canvas.isValid() and not self._has_failed
        return can_draw and self._refine_timer.isActive()

    @property
    def drawn_share(self) -> float:
        """Of the points, in the picture on the screen; 0 to 1."""
        return self._renderer.drawn_share

    @property
    def is_complete(self) -> bool:
        """Whether the shown picture equals a full draw of what is wanted now."""
        if self._stage < EVERYTHING or not self._renderer.is_complete:
            return False
        return self._renderer.is_current(self._frame_now(), *self._canvas.device_size)

    def begin_context(self, initialize: Callable[[], None]) -> None:
        """A context is there, or another one than before.

        Args:
            initialize: what the canvas itself has to do in it.
        """
        self._stage = ONLY_BACKDROP
        self._safely(initialize)
        self._safely(self._renderer.context_was_replaced)

    def paint(self) -> None:
        """Draw what the time allows onto the canvas; the context is current."""
        with self._canvas.painting():
            self._safely(self._paint)

    def try_again(self) -> None:
        """Begin anew after a failure."""
        self._has_failed = False
        self._stage = ONLY_BACKDROP
        self._canvas.update()

    def refine_soon(self) -> None:
        """Go on with the picture on the screen, unless it moves meanwhile."""
        self._refine_timer.start(STILL_AFTER_MS)

    def _safely(self, draw: Callable[[], None]) -> None:
        """Whatever a driver does, an error is said once, and the program goes on."""
        if self._has_failed:
            return
        try:
            draw()
        except Exception as error:  # Qt calls from C++: nobody else can catch it
            self._has_failed = True
            logger.exception("the 3D view cannot be drawn")
            self.failed.emit(error_text(error))

    def _paint(self) -> None:
        canvas, frame = self._canvas, self._frame_now()
        width, height = canvas.device_size
        ratio = canvas.devicePixelRatioF()
        canvas.bind_vertex_array()
        self._prepare_items(frame)
        if self._stage == ONLY_BACKDROP:
            self._renderer.draw_backdrop(width, height)
        elif self._renderer.draw(frame, width, height, ratio):
            self._refine_timer.start(0 if not self._renderer.is_uploaded else STILL_AFTER_MS)
            if self._renderer.is_complete:
                self.settled.emit()
        self._renderer.present(frame, canvas.defaultFramebufferObject())
        if self._stage == EVERYTHING:
            canvas.draw_items(frame, ratio)
        else:
            self._stage += 1
            QTimer.singleShot(0, canvas.update)

    @Slot()
    def _refine(self) -> None:
        if self._has_failed or not self._canvas.isVisible() or not self._canvas.isValid():
            return
        if not self._renderer.is_uploaded:
            self._canvas.update()
            return
        if self._renderer.is_complete:
            return
        if not self._pace.is_turn_of(self):
            self._refine_timer.start(TURN_MS)
            return
        level = self._renderer.level
        with self._canvas.current():
            self._safely(self._renderer.refine)
        if self._has_failed:
            return
        if self._renderer.level != level:
            self._canvas.update()
        if self._renderer.is_complete:
            self.settled.emit()
        else:
            self._refine_timer.start(0)
