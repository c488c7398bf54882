"""What the next run would see and need: crop frames and memory, asked of a job before Run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from moe3d import Progress
from moe3d.scene.pixel_transform import LARGEST_LOSS
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob
from moe3d_viewer.state.run.photo_selection import PhotoSelectionState
from moe3d_viewer.state.run.run_options import RunOptionsState, RunRequest

REST_MS = 1000
"""After a run its result is drawn first: an estimate takes a second of Python's time."""


@dataclass(frozen=True)
class RunPlan:
    """What a run would see and need."""

    frames: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    """By photo name the part that the network sees: left, top, right, bottom, as shares of the
    photo's width and height."""
    total_bytes: int = 0
    """0 when it is not known."""
    available_bytes: int = 0
    verdict: str = "unknown"
    """ "fits", "fits" or "fits with" and the measures, "does not fit" or "unknown"."""
    measures: str = ""
    """What the run would do to fit in memory; empty for nothing."""


PLAN_RUN = JobKind[Callable[[RunRequest, Progress], RunPlan]]("plan_run")
"""Crop frames and memory of a run, without doing it."""


class RunPlanState(QObject):
    """Asks again whenever photos or options change; without an answer nothing is claimed."""

    changed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        selection: PhotoSelectionState,
        options: RunOptionsState,
    ) -> None:
        super().__init__()
        self._jobs, self._selection, self._options = jobs, selection, options
        self._plan: RunPlan | None = None
        self._asking = LatestJob(jobs, self)
        self._asking.succeeded.connect(self._on_planned)
        self._asking.failed.connect(self._on_failed)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REST_MS)
        self._later.timeout.connect(self._ask)
        selection.selection_changed.connect(self._ask)
        options.changed.connect(self._ask)

    @property
    def plan(self) -> RunPlan | None:
        """The newest answer; None while there is none."""
        return self._plan

    def frame(self, name: str) -> tuple[float, float, float, float] | None:
        """The part of a photo that the network sees; None while it is not known."""
        return self._plan.frames.get(name) if self._plan is not None else None

    def cut_text(self, name: str) -> str:
        """How much of a photo the network will not see; empty for nothing, or when not known."""
        lost = self._lost(name)
        if round(100 * lost) == 0:
            return ""
        return self.tr("{:.0%} of the photo is cut off").format(lost)

    def warning(self, name: str) -> str:
        """A warning about a photo of which too much is cut off; empty for the others."""
        lost = self._lost(name)
        return self.tr("{:.0%} cut off").format(lost) if lost > LARGEST_LOSS else ""

    def _lost(self, name: str) -> float:
        left, top, right, bottom = self.frame(name) or (0.0, 0.0, 1.0, 1.0)
        return 1 - (right - left) * (bottom - top)

    @property
    def memory_text(self) -> str:
        """The estimate in a few words; empty while it is not known."""
        plan = self._plan
        if plan is None or not plan.total_bytes:
            return ""
        need = self.tr("about {:.1f} GB").format(plan.total_bytes / 1e9)
        if not plan.available_bytes:
            return need
        told = self.tr("{} of {:.1f} GB free").format(need, plan.available_bytes / 1e9)
        return f"{told}, {plan.measures}" if plan.measures else told

    @property
    def is_too_big(self) -> bool:
        """Whether the run would not fit in memory."""
        return self._plan is not None and self._plan.verdict == "does not fit"

    def make_way(self, for_run: bool) -> None:
        """Drop an unanswered question while a run takes the machine; ask it again after."""
        if for_run:
            self._later.stop()
            self._asking.abandon()
        elif self._plan is None:
            self._later.start()

    @Slot()
    def _ask(self) -> None:
        self._later.stop()
        chosen = self._selection.chosen
        if not len(chosen) or not self._selection.can_run:
            self._asking.abandon()
            self._take(None)
            return
        request, jobs = self._options.request(chosen), self._jobs
        self._asking.start(lambda progress, _publish: jobs[PLAN_RUN](request, progress))

    @Slot(object)
    def _on_planned(self, plan: RunPlan) -> None:
        self._take(plan)

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        self._take(None)  # the run itself will say what is wrong

    def _take(self, plan: RunPlan | None) -> None:
        if plan != self._plan:
            self._plan = plan
            self.changed.emit()
