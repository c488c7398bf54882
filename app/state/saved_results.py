"""Opening and saving predictions as files."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.metric_scale import MetricScaleState
from app.state.notices import Notices
from app.state.reconstruction import ReconstructionState
from app.state.session import SessionState
from moe3d.errors import MoE3DError
from moe3d.scene.records import ScenePrediction

SUFFIX = ".npz"


class SavedResultsState(QObject):
    """Reads a saved prediction into the window, and writes the shown one."""

    busy_changed = Signal(bool)
    opened = Signal(object)
    """Path."""
    saved = Signal(object)
    """Path."""

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        session: SessionState,
        reconstruction: ReconstructionState,
        scale: MetricScaleState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._scale = scale
        self._backend, self._session = backend, session
        self._reconstruction, self._notices = reconstruction, notices
        self._path = Path()
        self._reading = LatestJob(runner, self)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_read_failed)
        self._writing = LatestJob(runner, self)
        self._writing.succeeded.connect(self._on_written)
        self._writing.failed.connect(self._on_write_failed)

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read or written."""
        return self._reading.is_running or self._writing.is_running

    def open(self, path: Path) -> None:
        """Show a saved prediction; the scene on the screen stays until it is read."""
        self._path, backend = path, self._backend
        self._reading.start(lambda progress, _publish: backend.read_prediction(path, progress))
        self.busy_changed.emit(True)

    def save(self, path: Path) -> None:
        """Write the result on the screen, in its units."""
        prediction, backend = self._reconstruction.prediction, self._backend
        scaled = self._scale.now()
        if prediction is None:
            return
        target = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        self._writing.start(
            lambda progress, _publish: backend.write_prediction(
                scaled(prediction), target, progress
            )
        )
        self.busy_changed.emit(True)

    @Slot(object)
    def _on_read(self, prediction: ScenePrediction) -> None:
        self._session.show_prediction(prediction, self._path)
        self._reconstruction.show(prediction)
        self.busy_changed.emit(False)
        self.opened.emit(self._path)

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self.busy_changed.emit(False)
        self._notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        self.saved.emit(path)

    @Slot(object)
    def _on_read_failed(self, error: Exception) -> None:
        self._fail(self.tr("Could not open the saved result"), error)

    @Slot(object)
    def _on_write_failed(self, error: Exception) -> None:
        self._fail(self.tr("Could not save the result"), error)

    def _fail(self, title: str, error: Exception) -> None:
        self.busy_changed.emit(False)
        if not was_cancelled(error):
            code = error.exit_code if isinstance(error, MoE3DError) else 1
            self._notices.raise_error(title, error_text(error), code)
