"""Why a pixel gives no point: every rule that takes it, each by itself."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress, ScenePrediction
from moe3d_viewer.state.cursor import CursorPixel, CursorState
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.points.filter_list import FilterListState
from moe3d_viewer.state.points.point_filters import PointFilters

WHY_HIDDEN = JobKind[
    Callable[[ScenePrediction, CursorPixel, PointFilters, Progress], tuple[str, ...]]
]("why_hidden")
"""Names of the filters that take a pixel, each asked by itself."""


class HiddenPixelState(QObject):
    """Asks about the pixel under the cursor; the answer stays until the filters change."""

    changed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        filters: FilterListState,
        cursor: CursorState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._jobs, self._display, self._filters = jobs, display, filters
        self._cursor, self._notices = cursor, notices
        self._pixel: CursorPixel | None = None
        self._asked_of: ScenePrediction | None = None
        self._asked_filters: PointFilters | None = None
        self._reasons: tuple[str, ...] | None = None
        self._asking = LatestJob(jobs, self)
        self._asking.succeeded.connect(self._on_answered)
        self._asking.failed.connect(self._on_failed)
        filters.changed.connect(self._forget)  # also when other depths are shown

    @property
    def pixel(self) -> CursorPixel | None:
        """The pixel that was asked about; None when there is no answer."""
        return self._pixel if self._reasons is not None else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Names of FILTERS, or INVALID; empty when the pixel is shown."""
        return self._reasons or ()

    @Slot()
    def ask(self) -> None:
        """Ask about the pixel under the cursor: of its layer, or over a map that has none, of the
        layer on the screen."""
        pixel, prediction = self._cursor.pixel, self._display.prediction
        if prediction is None:
            return
        if pixel is None:
            self._notices.raise_toast(
                self.tr("Move the mouse over a map or a point, then press the key again")
            )
            return
        if pixel.layer not in self._display.layers:
            pixel = replace(pixel, layer=self._display.layer)
        jobs, filters = self._jobs, self._filters.now
        self._pixel, self._reasons = pixel, None
        self._asked_of, self._asked_filters = prediction, filters
        self._asking.start(
            lambda progress, _publish: jobs[WHY_HIDDEN](prediction, pixel, filters, progress)
        )

    @Slot()
    def _forget(self) -> None:
        is_same = self._asked_of is self._display.prediction
        if is_same and self._asked_filters == self._filters.now:
            return  # only a count has come
        self._asking.abandon()
        if self._reasons is not None:
            self._reasons = None
            self.changed.emit()

    @Slot(object)
    def _on_answered(self, reasons: tuple[str, ...]) -> None:
        self._reasons = reasons
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not say why"), error_text(error))
