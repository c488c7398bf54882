"""Opening and saving predictions as files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import MoE3DError, Progress, ScenePrediction
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.run.reconstruction import ReconstructionState
from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState

SUFFIX = ".npz"
READ_PREDICTION = JobKind[Callable[[Path, Progress], ScenePrediction]]("read_prediction")
"""Open a saved prediction."""
IS_PREDICTION = JobKind[Callable[[Path, Progress], bool]]("is_prediction")
"""Whether a file holds a prediction, or arrays of something else."""
WRITE_PREDICTION = JobKind[Callable[[ScenePrediction, Path, Progress], Path]]("write_prediction")
"""Save a prediction, over an older one if the user said so."""


class SavedResultsState(QObject):
    """Reads a saved prediction into the window, and writes the shown one."""

    busy_changed = Signal(bool)
    opened = Signal(object)
    """Path."""
    saved = Signal(object)
    """Path."""

    def __init__(
        self,
        jobs: Jobs,
        session: SessionState,
        reconstruction: ReconstructionState,
        scale: MetricScaleState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._scale = scale
        self._jobs, self._session = jobs, session
        self._reconstruction, self._notices = reconstruction, notices
        self._path = Path()
        self._reading = LatestJob(jobs, self)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_read_failed)
        self._looking = LatestJob(jobs, self)
        self._looking.succeeded.connect(self._on_looked)
        self._looking.failed.connect(self._on_not_looked)
        self._when_known: Callable[[bool], None] = _nobody_asked
        self._writing = LatestJob(jobs, self)
        self._writing.succeeded.connect(self._on_written)
        self._writing.failed.connect(self._on_write_failed)

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read or written."""
        return any(job.is_running for job in (self._looking, self._reading, self._writing))

    @property
    def is_opening(self) -> bool:
        """Whether a result is being read, and will take the scene's place."""
        return self._reading.is_running

    def open(self, path: Path) -> None:
        """Show a saved prediction; the scene on the screen stays until it is read."""
        self._path, jobs = path, self._jobs
        self._reading.start(lambda progress, _publish: jobs[READ_PREDICTION](path, progress))
        self.busy_changed.emit(True)

    def look(self, path: Path, when_known: Callable[[bool], None]) -> None:
        """Tell whether a file holds a saved prediction; one that cannot be read is taken for one,
        and opening it says why."""
        self._when_known, jobs = when_known, self._jobs
        self._looking.start(lambda progress, _publish: jobs[IS_PREDICTION](path, progress))

    def save(self, path: Path) -> None:
        """Write the result on the screen, in its units."""
        prediction, jobs = self._reconstruction.prediction, self._jobs
        scaled = self._scale.now()
        if prediction is None:
            return
        target = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        self._writing.start(
            lambda progress, _publish: jobs[WRITE_PREDICTION](scaled(prediction), target, progress)
        )
        self.busy_changed.emit(True)

    @Slot(object)
    def _on_looked(self, is_prediction: bool) -> None:
        self._when_known(is_prediction)

    @Slot(object)
    def _on_not_looked(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._when_known(True)

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


def _nobody_asked(_is_prediction: bool) -> None:
    pass
