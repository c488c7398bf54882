"""The line along which every depth is read, and how it is drawn."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from moe3d import ProfileLine, Progress
from moe3d_viewer.state.file_writing import FileWriting
from moe3d_viewer.state.job import JobKind, Jobs
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.remembered import Chosen, Remembered

Numbers = tuple[int, ...]
WRITE_FILE = JobKind[Callable[[Path, bytes, Progress], Path]]("write_file")
"""Write a small file; replaces one, since the file dialog has asked."""


def _line(value: object) -> Numbers:
    """No number, or view, first column and row, last column and row."""
    if not isinstance(value, list | tuple) or len(value) not in (0, 5):
        raise TypeError(f"wanted no number or five, got {value!r}")
    if not all(isinstance(item, int) and item >= 0 for item in value):
        raise ValueError(f"wanted pixels, got {value!r}")
    return tuple(value)


class ProfileState(Remembered):
    """Armed by a key, drawn by a drag on any map, then shown until another one is drawn."""

    line_changed = Signal()
    armed_changed = Signal(bool)
    file_wanted = Signal(str)
    """Ask for a file of this suffix: csv, pdf, svg or png."""
    drawn = Signal()
    """A line has been drawn to its end."""

    numbers = Chosen[Numbers]((), _line, "set_numbers", in_history=False)
    """The line as plain numbers; see `line`."""

    def __init__(self, jobs: Jobs, display: DisplayState, notices: Notices) -> None:
        super().__init__()
        self._jobs, self._display = jobs, display
        self._is_armed = False
        problem = self.tr("Could not save the profile")
        self._writing = FileWriting(jobs, notices, problem, self)
        display.depths_changed.connect(self._on_display_changed)

    @property
    def is_armed(self) -> bool:
        """Whether the next drag on a map draws a line."""
        return self._is_armed

    @property
    def line(self) -> ProfileLine | None:
        """What is read, cut to the pictures of the result; None without a line or a result."""
        prediction = self._display.prediction
        if prediction is None or not self.numbers:
            return None
        view, *places = self.numbers
        _, height, width = prediction.depth.shape
        if view >= prediction.num_views:
            return None
        x0, y0, x1, y1 = (
            min(place, (width, height)[index % 2] - 1) for index, place in enumerate(places)
        )
        return ProfileLine(view, (x0, y0), (x1, y1))

    def arm(self, armed: bool) -> None:
        """Let the next drag on a map draw a line, or not."""
        if armed != self._is_armed:
            self._is_armed = armed
            self.armed_changed.emit(armed)

    def draw(self, view: int, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Take a line; also while it is being dragged."""
        self.set_numbers((view, *start, *end))

    def finish(self) -> None:
        """The drag is over."""
        self.arm(False)
        if self.line is not None:
            self.drawn.emit()

    def set_numbers(self, numbers: Numbers) -> None:
        """Take a line as plain numbers, or none."""
        if self._keep("numbers", tuple(numbers)):
            self.line_changed.emit()

    def clear(self) -> None:
        """Take the line away."""
        self.set_numbers(())

    def save(self, path: Path, content: bytes) -> None:
        """Write a table or picture of the profile."""
        jobs = self._jobs
        self._writing.start(lambda progress, _publish: jobs[WRITE_FILE](path, content, progress))

    @Slot()
    def _on_display_changed(self) -> None:
        self.arm(False)
        self.line_changed.emit()
