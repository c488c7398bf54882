"""The run: its phase, its progress, its result, and what an error said."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import MoE3DError, Progress, ProgressReport, ScenePrediction, ViewSet
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Publish, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.run.photo_selection import PhotoSelectionState
from moe3d_viewer.state.run.run_options import RunOptionsState, RunRequest
from moe3d_viewer.state.scene.session import SessionState

RECONSTRUCT = JobKind[Callable[[RunRequest, Progress, Publish], ScenePrediction]]("reconstruct")
"""Load the model if needed, and run it; the network's own answer is published as soon as it is
there, where the photos refine it then."""


class Phase(StrEnum):
    """Where the run is."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"
    PREPARING = "preparing"
    """There is a result; what the window shows of it is being made."""
    FAILED = "failed"
    READY = "ready"


class ReconstructionState(QObject):
    """Runs one reconstruction at a time; the last good result stays until a better one comes."""

    phase_changed = Signal(object)
    """Phase."""
    progressed = Signal(object)
    """ProgressReport of the running stage."""
    replacing = Signal()
    """A new result is there, and the one before is about to go."""
    prediction_changed = Signal()
    answer_changed = Signal()
    """There is something else to be shown: a result, or the network's own answer before it."""
    run_finished = Signal()
    """The result of a run is on the screen."""

    def __init__(
        self,
        jobs: Jobs,
        session: SessionState,
        selection: PhotoSelectionState,
        options: RunOptionsState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._jobs, self._session, self._selection = jobs, session, selection
        self._options, self._notices = options, notices
        self._phase = Phase.IDLE
        self._error = ""
        self._stages: list[ProgressReport] = []
        self._prediction: ScenePrediction | None = None
        self._network_answer: ScenePrediction | None = None
        self._asked: RunRequest | None = None
        self._made_by: RunRequest | None = None
        self._before: tuple[ScenePrediction | None, RunRequest | None] = (None, None)
        self._waiting: Callable[[], ViewSet] | None = None
        self._job = LatestJob(jobs, self)
        self._job.progressed.connect(self._on_progressed)
        self._job.published.connect(self._on_published)
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
        """Whether a run goes on, is about to stop, or its result is not on the screen yet."""
        return self._phase in (Phase.RUNNING, Phase.CANCELLING, Phase.PREPARING)

    @property
    def can_start(self) -> bool:
        """Whether Run does anything; while photos are read it waits for them."""
        return (self._session.can_run or self._session.is_loading) and not self.is_running

    @property
    def can_cancel(self) -> bool:
        """Whether Cancel does anything now."""
        return self._phase is Phase.RUNNING or self._is_preparing_run

    @property
    def _is_preparing_run(self) -> bool:
        return self._phase is Phase.PREPARING and self._made_by is not None

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
    def answer(self) -> ScenePrediction | None:
        """What there is to be shown: the result, or while its first run goes on the network's own
        answer."""
        return self._prediction if self._prediction is not None else self._network_answer

    @property
    def request(self) -> RunRequest | None:
        """What the run was asked for that goes on or ended last; None before, and for a result
        from a file."""
        return self._asked

    @property
    def is_provisional(self) -> bool:
        """Whether what there is to be shown will be replaced when the run is over."""
        return self._prediction is None and self._network_answer is not None

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
        jobs = self._jobs
        self._set_phase(Phase.RUNNING)
        self._job.start(lambda progress, publish: jobs[RECONSTRUCT](request, progress, publish))

    def cancel(self) -> None:
        """Stop the run at its next safe point; what was on the screen before it stays."""
        if self._phase is Phase.RUNNING:
            self._set_phase(Phase.CANCELLING)
            self._job.cancel()
        elif self._is_preparing_run:
            self._prediction, self._made_by = self._before
            self._keep_network_answer()
            self._set_phase(Phase.IDLE if self._prediction is None else Phase.READY)
            self.prediction_changed.emit()
            self.answer_changed.emit()

    @Slot(object)
    def take_shown(self, answer: ScenePrediction) -> None:
        """What there was to be shown is on the screen, or cannot be shown."""
        if self._phase is Phase.PREPARING and answer is self._prediction:
            self._network_answer = None
            is_of_run = self._is_preparing_run
            self._set_phase(Phase.READY)
            if is_of_run:
                self.run_finished.emit()

    def show(self, prediction: ScenePrediction) -> None:
        """Take a result that came from a file."""
        self._job.abandon()
        self._error = ""
        self._asked = None
        self._prediction, self._made_by, self._network_answer = prediction, None, None
        self._set_phase(Phase.PREPARING)
        self.prediction_changed.emit()
        self.answer_changed.emit()

    @Slot()
    def _on_views_changed(self) -> None:
        self._job.abandon()
        self._stages, self._error = [], ""
        had_result, had_answer = self._prediction is not None, self.answer is not None
        self._prediction = self._network_answer = None
        self._set_phase(Phase.IDLE)
        if had_result:
            self.prediction_changed.emit()
        if had_answer:
            self.answer_changed.emit()
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
    def _on_published(self, network_answer: ScenePrediction) -> None:
        """An older result stays until the new one is whole."""
        if self._prediction is None:
            self._network_answer = network_answer
            self.answer_changed.emit()

    @Slot(object)
    def _on_succeeded(self, prediction: ScenePrediction) -> None:
        self.replacing.emit()
        self._before = self._prediction, self._made_by
        self._prediction, self._made_by = prediction, self._asked
        self._set_phase(Phase.PREPARING)
        self.prediction_changed.emit()
        self.answer_changed.emit()

    def _keep_network_answer(self) -> bool:
        """The run ended early: what the network said is the result, if there is no other one."""
        answer, self._network_answer = self._network_answer, None
        if answer is None or self._prediction is not None or self._asked is None:
            return False
        self._prediction, self._made_by = answer, replace(self._asked, refine="off")
        self._notices.raise_toast(
            self.tr("Stopped. What you see is the network's own answer, not refined.")
        )
        return True

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        has_kept = self._keep_network_answer()
        if was_cancelled(error):
            self._set_phase(Phase.READY if self._prediction is not None else Phase.IDLE)
            if has_kept:
                self.prediction_changed.emit()
            return
        self._error = error_text(error)
        self._set_phase(Phase.FAILED)
        if has_kept:
            self.prediction_changed.emit()
        code = error.exit_code if isinstance(error, MoE3DError) else 1
        self._notices.raise_error(self.tr("The reconstruction failed"), self._error, code)

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self.phase_changed.emit(phase)
