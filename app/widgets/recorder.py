"""Draws what is wanted of a 3D view into a file, one part in a turn of the event loop."""

from collections.abc import Callable, Generator

from OpenGL.error import GLError
from PySide6.QtCore import QObject, QTimer, Slot

from app.state.camera_requests import PictureRequest
from app.state.drawing import DrawingState
from app.state.notices import Notices
from app.state.turntable import TurntableRequest
from moe3d.errors import MoE3DError
from moe3d.progress import ProgressReport

Request = PictureRequest | TurntableRequest
Steps = Generator[ProgressReport, None, None]
"""Draws and writes; with its end the file is there. Closing it before leaves what was there."""


class Recorder(QObject):
    """Steps through the drawing, and says how it went."""

    def __init__(
        self,
        drawing: DrawingState,
        notices: Notices,
        make_steps: Callable[[Request], Steps],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._drawing, self._notices, self._make_steps = drawing, notices, make_steps
        self._request: Request | None = None
        self._steps: Steps | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)
        drawing.wanted.connect(self._on_wanted)
        drawing.cancelled.connect(self._drop)
        drawing.offer_recorder()

    @Slot(object)
    def _on_wanted(self, request: Request) -> None:
        self._request, self._steps = request, self._make_steps(request)
        self._timer.start(0)

    @Slot()
    def _draw_next(self) -> None:
        request, steps = self._request, self._steps
        if request is None or steps is None:
            return
        try:
            self._drawing.report(next(steps))
            self._timer.start(0)
        except StopIteration:
            self._drop()
            self._drawing.end(is_saved=True)
            path = request.path
            self._notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        except (MoE3DError, GLError) as error:
            self._drop()
            self._drawing.end(is_saved=False)
            is_video = isinstance(request, TurntableRequest)
            video, picture = (
                self.tr("Could not save the video"),
                self.tr("Could not save the picture"),
            )
            self._notices.raise_error(video if is_video else picture, _reason(error, request))

    @Slot()
    def _drop(self) -> None:
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()  # what is half drawn or written goes
        self._request = self._steps = None


def _reason(error: MoE3DError | GLError, request: Request) -> str:
    if isinstance(error, MoE3DError):
        return str(error)
    return (
        f"{request.path}: the graphics cannot draw {request.width} x {request.height} pixels; "
        "choose a smaller size"
    )
