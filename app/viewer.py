"""One running viewer: its state, its jobs, its window, and how they end."""

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.arguments import Arguments
from app.exception_hook import ExceptionHook
from app.garbage_timer import GarbageTimer
from app.picture_run import PictureRun, save_window
from app.state.app_state import AppState
from app.state.backend import Backend
from app.state.export import UNFINISHED
from app.state.job import Job
from app.state.settings import Settings
from app.widgets.gl_support import GlSupport
from app.widgets.main_window import MainWindow
from app.widgets.theme import Theme
from app.workers.memory_meter import MemoryMeter
from app.workers.recovery_folder import RecoveryFolder
from app.workers.thread_runner import ThreadRunner
from moe3d.io.workplace import sweep

CLOSE_LIMIT_S = 10.0


class Viewer(QObject):
    """Builds everything and joins it."""

    finished = Signal(int)
    """A run without a hand is over; the exit code."""

    def __init__(
        self,
        arguments: Arguments,
        backend: Backend,
        store: QSettings,
        sample_path: Path | None = None,
        recovery_root: Path | None = None,
    ) -> None:
        super().__init__()
        self._arguments = arguments
        self.exit_code: int | None = None
        self._is_closed = False
        self.runner = ThreadRunner(self)
        settings = Settings(store, self)
        if arguments.theme is not None:
            settings.set_theme(arguments.theme)
        recovery = RecoveryFolder(recovery_root) if recovery_root is not None else None
        self.state = AppState(backend, self.runner, settings, sample_path, recovery)
        if arguments.model is not None:
            self.state.run_options.set_model(arguments.model)
        self.theme = Theme(settings, self)
        self.theme.apply()
        self._graphics = GlSupport(self.theme, self)
        self.window = MainWindow(self.state, self.theme, self._graphics.make_scene_view)
        if arguments.size is not None:
            self.window.resize(*arguments.size)
        self.state.session.views_changed.connect(self._graphics.load_ahead)
        self._hook = ExceptionHook(self.state.notices)
        self._garbage = GarbageTimer(self)
        self._meter = MemoryMeter(parent=self)
        self._meter.measured.connect(self.window.show_memory)
        self._picture = PictureRun(arguments, self.state, self.window)
        self._picture.finished.connect(self._on_picture_finished)
        self.window.shot_requested.connect(self._on_shot_requested)
        self.window.closing.connect(self._on_closing)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._on_kept)

    @property
    def error(self) -> str:
        """What went wrong in a run without a hand; empty when nothing did."""
        return self._picture.error

    def show(self) -> None:
        """Show the window, then open what was named on the command line."""
        self._hook.install()
        self._garbage.start()
        self.window.show()
        self._meter.start()
        QTimer.singleShot(0, self._picture.start)
        self._end_unfinished_export()
        if self.state.autosave is not None and self._arguments.screenshot is None:
            self.state.autosave.look()

    def close_down(self, limit_s: float = CLOSE_LIMIT_S) -> bool:
        """End all work; whether every job has stopped within the limit."""
        self._hook.remove()
        self._meter.stop()
        self.state.stop()
        has_ended = self.runner.shutdown(limit_s)
        self._garbage.stop()
        return has_ended

    def _end_unfinished_export(self) -> None:
        """A kill may have come between two files that belong together, or two folders."""
        folder = self.state.settings.value(UNFINISHED, "")
        if folder:
            self.runner.start(Job(lambda _progress, _publish: sweep(Path(folder))))

    @Slot(int)
    def end(self, code: int) -> None:
        """Close with this exit code; nobody is asked, and what is unsaved is kept for next time."""
        if self.exit_code is not None:
            return
        self.exit_code = code
        if self.state.autosave is None:
            self._on_kept()
            return
        self._patience.start(round(CLOSE_LIMIT_S * 1000))
        self.state.autosave.settled.connect(self._on_kept)
        self.state.autosave.settle()

    @Slot()
    def _on_closing(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.window.hide()  # a job may take a moment to stop
            self.close_down()

    @Slot(int)
    def _on_picture_finished(self, code: int) -> None:
        self.exit_code = code
        self.window.close_at_once()
        self.finished.emit(code)

    @Slot()
    def _on_kept(self) -> None:
        self._patience.stop()
        if not self._is_closed:
            self.window.close_at_once()
            self.finished.emit(self.exit_code or 0)

    @Slot()
    def _on_shot_requested(self) -> None:
        dialog = QFileDialog(self.window, self.tr("Save picture of the window"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PNG picture (*.png)")])
        dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(self._on_shot_chosen)
        dialog.open()

    @Slot(str)
    def _on_shot_chosen(self, text: str) -> None:
        path = Path(text)
        if save_window(self.window, path):
            self.state.notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        else:
            self.state.notices.raise_error(
                self.tr("Could not save the picture"), f"{path} cannot be written"
            )
