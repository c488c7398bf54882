"""What a 3D view draws into a file, part by part: who asks, who draws, how far it is."""

from PySide6.QtCore import QObject, Signal

from moe3d import ProgressReport
from moe3d_viewer.state.closing import Closing
from moe3d_viewer.state.viewport.camera_requests import PictureRequest
from moe3d_viewer.state.viewport.turntable import TurntableRequest


class DrawingState(QObject):
    """Between who asks for a picture or a video and the 3D view that draws it."""

    wanted = Signal(object)
    """PictureRequest or TurntableRequest."""
    cancelled = Signal()
    """Nothing more is to be drawn, and nothing kept."""
    running_changed = Signal()
    """Drawing begins or ends, or there is a view now that can draw."""
    progressed = Signal(object)
    """ProgressReport."""
    saved = Signal()

    def __init__(self, closing: Closing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_recorder = self._is_running = False
        closing.add(self.cancel)

    @property
    def is_running(self) -> bool:
        """Whether something is being drawn."""
        return self._is_running

    @property
    def can_start(self) -> bool:
        """Whether there is a 3D view that can draw, and that draws nothing else of the kind."""
        return self._has_recorder and not self._is_running

    def offer_recorder(self) -> None:
        """Somebody listens to `wanted` from now on."""
        self._has_recorder = True
        self.running_changed.emit()

    def start(self, request: PictureRequest | TurntableRequest) -> None:
        """Begin; only one at a time."""
        if self.can_start:
            self._set_running(True)
            self.wanted.emit(request)

    def cancel(self) -> None:
        """Stop drawing; no file is written."""
        if self._is_running:
            self.cancelled.emit()
            self._set_running(False)

    def report(self, report: ProgressReport) -> None:
        """So much is drawn."""
        self.progressed.emit(report)

    def end(self, is_saved: bool) -> None:
        """The file is there, or drawing failed."""
        self._set_running(False)
        if is_saved:
            self.saved.emit()

    def _set_running(self, running: bool) -> None:
        if running != self._is_running:
            self._is_running = running
            self.running_changed.emit()
