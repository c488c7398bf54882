"""Where the surface faces at every point: made while a view is coloured by it, then let go."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.state.backend import Backend
from app.state.display import DisplayState
from app.state.job import JobRunner, LatestJob, error_text, was_cancelled
from app.state.notices import Notices
from app.state.view_options import ViewOptionsState
from moe3d.scene.records import ScenePrediction


class PointNormalsState(QObject):
    """Follows the colour mode and the layers that are shown; keeps nothing in other modes."""

    changed = Signal()
    """Normals of a layer are there, or are gone."""

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        display: DisplayState,
        options: ViewOptionsState,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend, self._display, self._notices = backend, display, notices
        self._prediction: ScenePrediction | None = None
        self._found: dict[str, object] = {}
        self._asked = ""
        self._job = LatestJob(runner, self)
        self._job.succeeded.connect(self._on_found)
        self._job.failed.connect(self._on_failed)
        for signal in (
            display.changed,
            display.layers_shown_changed,
            options.points_changed,
        ):
            signal.connect(self._follow)

    def of(self, layer: str) -> object | None:
        """Packed normals in the order of the layer's buffer; None while there are none."""
        return self._found.get(layer)

    def stop(self) -> None:
        """Drop all work that is under way."""
        self._job.abandon()

    @Slot()
    def _follow(self) -> None:
        prediction, wanted = self._display.prediction, self._wanted
        kept = {layer: normals for layer, normals in self._found.items() if layer in wanted}
        if prediction is not self._prediction:
            self._job.abandon()
            self._prediction, kept = prediction, {}
        if len(kept) < len(self._found):
            self._found = kept
            self.changed.emit()
        missing = [layer for layer in wanted if layer not in kept]
        if self._job.is_running and self._asked in missing:
            return
        self._job.abandon()
        if missing and prediction is not None:
            self._ask(prediction, missing[0])

    @property
    def _wanted(self) -> Sequence[str]:
        is_on = self._display.prediction is not None and self._display.color_mode == "normal"
        return self._display.layers_shown if is_on else ()

    def _ask(self, prediction: ScenePrediction, layer: str) -> None:
        backend, self._asked = self._backend, layer
        self._job.start(
            lambda progress, _publish: backend.point_normals(prediction, layer, progress)
        )

    @Slot(object)
    def _on_found(self, normals: object) -> None:
        self._found[self._asked] = normals
        self.changed.emit()
        self._follow()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not find the normals"), error_text(error))
