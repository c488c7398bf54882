"""The run: its phase, its progress, its result, and what an error said."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend, RunRequest
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.notices import Notices
from app.state.photo_selection import PhotoSelectionState
from app.state.run_options import RunOptionsState
from app.state.session import SessionState
from moe3d.errors import MoE3DError
from moe3d.progress import ProgressReport
from moe3d.scene.agreement_text import summary_text
from moe3d.scene.records import ScenePrediction, ViewSet


class Phase(StrEnum):
    """Where the run is."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"
    FAILED = "failed"
    READY = "ready"


class ReconstructionState(QObject):
    """Runs one reconstruction at a time; the last good result stays until a better one comes."""

    phase_changed = Signal(object)
    """Phase."""
    progressed = Signal(object)
    """ProgressReport of the running stage."""
    prediction_changed = Signal()

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        session: SessionState,
        selection: PhotoSelectionState,
        options: RunOptionsState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._backend, self._session, self._selection = backend, session, selection
        self._options, self._notices = options, notices
        self._phase = Phase.IDLE
        self._error = ""
        self._stages: list[ProgressReport] = []
        self._prediction: ScenePrediction | None = None
        self._asked: RunRequest | None = None
        self._made_by: RunRequest | None = None
        self._waiting: Callable[[], ViewSet] | None = None
        self._job = LatestJob(runner, self)
        self._job.progressed.connect(self._on_progressed)
        self._job.succeeded.connect(self._on_succeeded)
        self._job.failed.connect(self._on_failed)
        session.views_changed.connect(self._on_views_changed)
        session.loading_changed.connect(self._on_loading_changed)

    @property
    def phase(self) -> Phase:
        """Where the run is."""
        return self._phase

    @property
    def is_running(self) -> bool:
        """Whether a run goes on, or is about to stop."""
        return self._phase in (Phase.RUNNING, Phase.CANCELLING)

    @property
    def can_start(self) -> bool:
        """Whether Run does anything; while photos are read it waits for them."""
        return (self._session.can_run or self._session.is_loading) and not self.is_running

    @property
    def can_cancel(self) -> bool:
        """Whether Cancel does anything now."""
        return self._phase is Phase.RUNNING

    @property
    def error(self) -> str:
        """What the last failure said; empty unless the phase is failed."""
        return self._error

    @property
    def stages(self) -> tuple[ProgressReport, ...]:
        """Newest report of every stage of this run, in order; the last one is under way."""
        return tuple(self._stages)

    @property
    def prediction(self) -> ScenePrediction | None:
        """The last good result of the open scene."""
        return self._prediction

    @property
    def is_stale(self) -> bool:
        """Whether photos or options have changed since the result on the screen."""
        prediction, made_by = self._prediction, self._made_by
        if prediction is None or not self._session.can_run:
            return False
        chosen = self._selection.chosen
        if made_by is None:  # from a file: only the photos can be compared
            return chosen.names != prediction.names
        return self._options.request(chosen) != replace(made_by, views=chosen) or (
            chosen.names != prediction.names
        )

    def start(self) -> None:
        """Reconstruct the chosen photos, or those that are being read once they are there.

        Ignored while a run goes on.
        """
        self._start(lambda: self._selection.chosen)

    def start_preview(self) -> None:
        """Reconstruct a few of the chosen photos, evenly spaced."""
        self._start(lambda: self._selection.preview)

    def _start(self, choose: Callable[[], ViewSet]) -> None:
        if not self.can_start:
            return
        if self._session.is_loading:
            self._waiting = choose
            return
        views = choose()
        if not len(views):
            return
        request = self._asked = self._options.request(views)
        self._stages, self._error = [], ""
        backend = self._backend
        self._set_phase(Phase.RUNNING)
        self._job.start(lambda progress, _publish: backend.reconstruct(request, progress))

    def cancel(self) -> None:
        """Stop the run at its next safe point."""
        if self.can_cancel:
            self._set_phase(Phase.CANCELLING)
            self._job.cancel()

    def show(self, prediction: ScenePrediction) -> None:
        """Take a result that came from a file."""
        self._job.abandon()
        self._error = ""
        self._prediction, self._made_by = prediction, None
        self._set_phase(Phase.READY)
        self.prediction_changed.emit()

    def stop(self) -> None:
        """Drop the run; for the end of the program."""
        self._job.abandon()

    @Slot()
    def _on_views_changed(self) -> None:
        self._job.abandon()
        self._stages, self._error = [], ""
        had_result = self._prediction is not None
        self._prediction = None
        self._set_phase(Phase.IDLE)
        if had_result:
            self.prediction_changed.emit()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._start(waiting)

    @Slot()
    def _on_loading_changed(self) -> None:
        """Other photos are read, or none were found: nothing waits for these."""
        self._waiting = None

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        if self._stages and self._stages[-1].stage == report.stage:
            self._stages[-1] = report
        else:
            self._stages.append(report)
        self.progressed.emit(report)

    @Slot(object)
    def _on_succeeded(self, prediction: ScenePrediction) -> None:
        self._prediction, self._made_by = prediction, self._asked
        self._set_phase(Phase.READY)
        self.prediction_changed.emit()
        if prediction.agreement is not None:
            self._notices.raise_toast(summary_text(prediction.agreement))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if was_cancelled(error):
            self._set_phase(Phase.READY if self._prediction is not None else Phase.IDLE)
            return
        self._error = error_text(error)
        self._set_phase(Phase.FAILED)
        code = error.exit_code if isinstance(error, MoE3DError) else 1
        self._notices.raise_error(self.tr("The reconstruction failed"), self._error, code)

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self.phase_changed.emit(phase)
