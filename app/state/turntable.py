"""A video of one turn about the pivot: what is asked for, and how far it is."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from moe3d.progress import ProgressReport


@dataclass(frozen=True)
class TurntableRequest:
    """A video that is to be drawn and saved."""

    path: Path
    width: int
    """Pixels, as the height; both even, and free of the window's size."""
    height: int
    seconds: float = 8.0
    """Length of the turn."""
    frames_per_second: int = 30
    to_right: bool = True
    """The front of the scene moves to the right; else to the left."""
    about_middle: bool = False
    """Turn about the middle of the scene; else about the pivot."""
    overlays: bool = True
    """Also draw cameras, grid, section box and distances."""

    @property
    def num_frames(self) -> int:
        """At least two; the turn closes with the first frame again."""
        return max(round(self.seconds * self.frames_per_second), 2)


class TurntableState(QObject):
    """Between who asks for a video and the 3D view that draws it."""

    wanted = Signal(object)
    """TurntableRequest."""
    cancelled = Signal()
    """Nothing more is to be drawn, and nothing kept."""
    running_changed = Signal()
    """A video begins or ends, or there is a view now that can draw one."""
    progressed = Signal(object)
    """ProgressReport."""
    saved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_recorder = self._is_running = False

    @property
    def is_running(self) -> bool:
        """Whether a video is being drawn."""
        return self._is_running

    @property
    def can_start(self) -> bool:
        """Whether there is a 3D view that can draw, and that draws no other video."""
        return self._has_recorder and not self._is_running

    def offer_recorder(self) -> None:
        """Somebody listens to `wanted` from now on."""
        self._has_recorder = True
        self.running_changed.emit()

    def start(self, request: TurntableRequest) -> None:
        """Begin; only one video at a time."""
        if self.can_start:
            self._set_running(True)
            self.wanted.emit(request)

    def cancel(self) -> None:
        """Stop drawing; no file is written."""
        if self._is_running:
            self.cancelled.emit()
            self._set_running(False)

    def report(self, done: int, total: int) -> None:
        """So many frames are drawn."""
        self.progressed.emit(ProgressReport("frame", done, total))

    def end(self, is_saved: bool) -> None:
        """The file is there, or drawing failed."""
        self._set_running(False)
        if is_saved:
            self.saved.emit()

    def _set_running(self, running: bool) -> None:
        if running != self._is_running:
            self._is_running = running
            self.running_changed.emit()
