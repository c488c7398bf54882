"""`--run` and `--screenshot`: does without a hand what a user would do, then saves and quits."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from moe3d import OutputError
from moe3d.io.files.atomic import new_file
from moe3d.io.photos.own_pictures import MARK, MARK_KEY
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.notices import ErrorNotice

logger = logging.getLogger(__name__)
POLL_MS = 50
SETTLED_POLLS = 4
"""Polls in a row that must find nothing left to draw."""


class PictureRun(QObject):
    """Opens the paths, runs if asked, and takes the picture once everything is drawn."""

    finished = Signal(int)
    """Exit code; only sent when a picture was asked for."""

    def __init__(
        self,
        arguments: Arguments,
        state: AppState,
        window: QWidget,
        is_drawn: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """Set up.

        Args:
            arguments: what to open, whether to run, where the picture goes.
            state: the window's.
            window: of which the picture is taken.
            is_drawn: whether the 3D view is there and has nothing left to draw.
            parent: owns this.
        """
        super().__init__(parent)
        self._is_drawn = is_drawn
        self._arguments, self._state, self._window = arguments, state, window
        self._calm_polls = 0
        self.error = ""
        self._is_over = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._on_poll)
        state.session.views_changed.connect(self._on_views_changed)
        if arguments.screenshot is not None:
            state.notices.error_raised.connect(self._on_error)

    def start(self) -> None:
        """Open what was named on the command line, in the layout that was."""
        if self._arguments.layout is not None:
            self._state.work.choose(self._arguments.layout)
        self._state.open_paths([path.absolute() for path in self._arguments.paths])
        if self._arguments.screenshot is not None:
            self._timer.start()

    @Slot()
    def _on_views_changed(self) -> None:
        if self._arguments.run:
            self._state.session.views_changed.disconnect(self._on_views_changed)
            QTimer.singleShot(0, self._state.reconstruction.start)

    @Slot(object)
    def _on_error(self, notice: ErrorNotice) -> None:
        self.error = notice.text
        self._finish(notice.exit_code)

    @Slot()
    def _on_poll(self) -> None:
        self._calm_polls = self._calm_polls + 1 if self._is_complete() else 0
        if self._calm_polls >= SETTLED_POLLS and self._arguments.screenshot is not None:
            saved = save_window(self._window, self._arguments.screenshot)
            if not saved:
                self.error = f"{self._arguments.screenshot} cannot be written"
            self._finish(0 if saved else 7)

    def _is_complete(self) -> bool:
        state = self._state
        if state.session.is_drawing or state.saved.is_busy or state.object_files.is_loading:
            return False
        if state.shows_objects_alone:
            return self._is_drawn()
        if state.session.views is None:
            return False
        if not self._arguments.run and state.reconstruction.prediction is None:
            return True
        is_over = not state.reconstruction.is_running and not state.display.is_preparing
        is_over = is_over and not state.display.is_building
        return state.display.prediction is not None and is_over and self._is_drawn()

    def _finish(self, code: int) -> None:
        self._timer.stop()
        if not self._is_over:
            self._is_over = True
            self.finished.emit(code)


def save_window(window: QWidget, path: Path) -> bool:
    """Save the window as PNG; a file is never left half-written."""
    for message in window.findChildren(QWidget, "toast"):
        message.hide()  # its news is of the moment, the picture is not
    try:
        with new_file(path, overwrite=True) as part:
            picture = window.grab().toImage()
            picture.setText(MARK_KEY, MARK)
            if not picture.save(str(part), "PNG"):  # type: ignore[call-overload]
                raise OutputError(f"{path} cannot be written")
    except OutputError as error:
        logger.warning("could not save the picture: %s", error)
        return False
    return True
