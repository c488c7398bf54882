"""The numbers of the comparison and the places of disagreement, kept up to date while wanted."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from moe3d import AlignedTruth, Comparison, Place, Progress, ScenePrediction
from moe3d_viewer.state.cursor import CursorPixel, CursorState
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Publish, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.scene.truth import TruthState

SETTLE_MS = 300
"""A slider that moves is waited for this long."""


@dataclass(frozen=True)
class CompareRequest:
    """Which sides are measured, and how."""

    prediction: ScenePrediction
    truth: AlignedTruth | None
    percentile: float
    """Share of lowest confidence that each side drops, %."""
    sides: tuple[str, str] = ("fused", "vggt")
    """Layers: MoE3D's and VGGT's."""


COMPARE = JobKind[Callable[[CompareRequest, Progress, Publish], Comparison]]("compare")
"""Measure both sides; publishes what needs no truth first."""


class ComparisonReportState(QObject):
    """Measured in a job, and only while somebody looks."""

    changed = Signal()
    """Numbers came, went, or are being measured."""
    place_chosen = Signal(object)
    """Place that every view is to show; the photo is selected already."""

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        truth: TruthState,
        options: ViewOptionsState,
        cursor: CursorState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._display, self._truth = jobs, display, truth
        self._options, self._cursor = options, cursor
        self._report: Comparison | None = None
        self._error = ""
        self._is_wanted = self._is_stale = False
        self._sides = display.sides
        self._job = LatestJob(jobs, self)
        self._job.published.connect(self._on_measured)
        self._job.succeeded.connect(self._on_measured)
        self._job.failed.connect(self._on_failed)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._measure)
        display.depths_changed.connect(self._on_display_changed)
        display.layers_shown_changed.connect(self._on_layers_shown)
        truth.changed.connect(self._on_changed)
        options.percentile_changed.connect(self._on_percentile_changed)

    @property
    def report(self) -> Comparison | None:
        """The newest numbers; None without any."""
        return self._report

    @property
    def is_measuring(self) -> bool:
        """Whether newer numbers are on their way."""
        return self._job.is_running or self._settle.isActive()

    @property
    def error(self) -> str:
        """Why there are no numbers; empty otherwise."""
        return self._error

    @Slot(bool)
    def want(self, wanted: bool) -> None:
        """Measure from now on, or no longer: the panel is seen, or is not."""
        self._is_wanted = wanted
        if wanted and self._is_stale:
            self._measure()

    def show_place(self, place: Place) -> None:
        """Go to a place in the maps and in the 3D view."""
        self._options.select_view(place.view_index)
        self._cursor.move_to(CursorPixel(place.view_index, place.x, place.y, "difference"))
        self.place_chosen.emit(place)

    @Slot()
    def _on_display_changed(self) -> None:
        self._report, self._error = None, ""
        self._on_changed()

    @Slot()
    def _on_layers_shown(self) -> None:
        """Raw depths are measured while a raw layer is shown, refined ones while a refined one."""
        if self._display.sides != self._sides:
            self._sides = self._display.sides
            self._on_display_changed()

    @Slot(float)
    def _on_percentile_changed(self, _percentile: float) -> None:
        if self._is_wanted or self.is_measuring:
            self._on_changed()
        else:
            self._is_stale = self._display.has_baseline  # measured once somebody looks

    @Slot()
    def _on_changed(self) -> None:
        self._job.abandon()
        self._is_stale = self._display.has_baseline
        if self._is_stale and self._is_wanted:
            self._settle.start()
        self.changed.emit()

    @Slot()
    def _measure(self) -> None:
        prediction, jobs = self._display.prediction, self._jobs
        if prediction is None or not self._is_wanted or prediction.baseline is None:
            return
        self._is_stale, self._error = False, ""
        self._sides = self._display.sides
        request = CompareRequest(
            prediction, self._truth.truth, self._options.percentile, self._sides
        )
        self._job.start(lambda progress, publish: jobs[COMPARE](request, progress, publish))
        self.changed.emit()

    @Slot(object)
    def _on_measured(self, report: Comparison) -> None:
        self._report = report
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._error = error_text(error)
        self.changed.emit()
