"""One running viewer: its state, its jobs, its window, and how they end."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from moe3d import SampleScene
from moe3d.io.files.workplace import sweep
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.exception_hook import ExceptionHook
from moe3d_viewer.garbage_timer import GarbageTimer
from moe3d_viewer.picture_run import PictureRun, save_window
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.exports.export import UNFINISHED
from moe3d_viewer.state.job import Functions, Job, Jobs
from moe3d_viewer.state.settings import Settings
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.shell.main_window import MainWindow
from moe3d_viewer.widgets.viewport.scene_view import SceneViewMaker
from moe3d_viewer.workers.earlier_folder import EarlierFolder
from moe3d_viewer.workers.memory_meter import MemoryMeter
from moe3d_viewer.workers.recovery_folder import RecoveryFolder
from moe3d_viewer.workers.thread_runner import ThreadRunner

CLOSE_LIMIT_S = 10.0


class Viewer(QObject):
    """Builds everything and joins it."""

    finished = Signal(int)
    """A run without a hand is over; the exit code."""

    def __init__(
        self,
        arguments: Arguments,
        functions: Functions,
        store: QSettings,
        samples: Sequence[SampleScene] = (),
        sample_path: Path | None = None,
        recovery_root: Path | None = None,
    ) -> None:
        super().__init__()
        self._arguments = arguments
        self.exit_code: int | None = None
        self._is_closed = False
        self.runner = ThreadRunner(self)
        self.jobs = Jobs(functions, self.runner)
        self.jobs.closing.add_timers(self)
        settings = Settings(store, self)
        if arguments.theme is not None:
            settings.set_theme(arguments.theme)
        recovery = RecoveryFolder(recovery_root) if recovery_root is not None else None
        earlier = None
        if recovery is not None and recovery_root is not None:
            earlier = EarlierFolder(recovery_root.with_name("earlier"), recovery)
        self.state = AppState(self.jobs, settings, sample_path, recovery, earlier)
        self.state.recents.offer(samples)
        if arguments.model is not None:
            self.state.run_options.set_model(arguments.model)
        self.theme = Theme(settings, self)
        self.theme.apply()
        self._scene_views = SceneViewMaker(self.theme, self.jobs, self)
        self.window = MainWindow(self.state, self.theme, self._scene_views.make)
        self._scene_views.make_room(self.window)
        self._scene_views.loaded.connect(self.window.make_view_ahead)
        self.jobs.closing.add_timers(self.window)
        if arguments.size is not None:
            self.window.resize(*arguments.size)
        self.state.session.views_changed.connect(self._scene_views.load_ahead)
        self._hook = ExceptionHook(self.state.notices)
        self._garbage = GarbageTimer(self)
        self._meter = MemoryMeter(parent=self)
        self._meter.measured.connect(self.window.show_memory)
        self._picture = PictureRun(arguments, self.state, self.window, self._is_drawn, self)
        self._picture.finished.connect(self._on_picture_finished)
        self.window.painted.connect(self._load_rest)
        self.window.shot_requested.connect(self._on_shot_requested)
        self.window.closing.connect(self._on_closing)
        self.state.leaving.session_ended.connect(self._on_session_ended)
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
        self.jobs.closing.stop_all()
        has_ended = self.runner.shutdown(limit_s)
        self._garbage.stop()
        return has_ended

    @Slot()
    def _load_rest(self) -> None:
        """OpenCV is slow to load from a cold disk, and would be missed with the first photos."""
        import_module("cv2")

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
    def expect_session_end(self) -> None:
        """The desktop is about to end, unless somebody calls it off: keep what is unsaved."""
        self.state.leaving.expect_session_end()
        if self.state.autosave is not None:
            self.state.autosave.save_now()

    @Slot()
    def _on_session_ended(self) -> None:
        self.end(0)

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

    def _is_drawn(self) -> bool:
        view = self.window.scene_view
        return view is not None and view.is_settled

    @Slot(str)
    def _on_shot_chosen(self, text: str) -> None:
        path = Path(text)
        if save_window(self.window, path):
            self.state.notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        else:
            self.state.notices.raise_error(
                self.tr("Could not save the picture"), f"{path} cannot be written"
            )
