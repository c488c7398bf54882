"""Why a pixel gives no point: every rule that takes it, each by itself."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend
from app.state.cursor import CursorPixel, CursorState
from app.state.display import DisplayState
from app.state.filter_list import FilterListState
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.notices import Notices
from app.state.point_filters import PointFilters
from moe3d.scene.records import ScenePrediction


class HiddenPixelState(QObject):
    """Asks about the pixel under the cursor; the answer stays until the filters change."""

    changed = Signal()

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        display: DisplayState,
        filters: FilterListState,
        cursor: CursorState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._backend, self._display, self._filters = backend, display, filters
        self._cursor, self._notices = cursor, notices
        self._pixel: CursorPixel | None = None
        self._asked_of: ScenePrediction | None = None
        self._asked_filters: PointFilters | None = None
        self._reasons: tuple[str, ...] | None = None
        self._asking = LatestJob(runner, self)
        self._asking.succeeded.connect(self._on_answered)
        self._asking.failed.connect(self._on_failed)
        filters.changed.connect(self._forget)
        display.changed.connect(self._forget)

    @property
    def pixel(self) -> CursorPixel | None:
        """The pixel that was asked about; None when there is no answer."""
        return self._pixel if self._reasons is not None else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Names of FILTER_NAMES, or "invalid"; empty when the pixel is shown."""
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
        backend, filters = self._backend, self._filters.now
        self._pixel, self._reasons = pixel, None
        self._asked_of, self._asked_filters = prediction, filters
        self._asking.start(
            lambda progress, _publish: backend.why_hidden(prediction, pixel, filters, progress)
        )

    def stop(self) -> None:
        """Drop the question."""
        self._asking.abandon()

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
