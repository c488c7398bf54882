"""Where the surface faces at every point: made while a view is coloured by it, then let go."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress, ScenePrediction
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Work, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.scene_display import CloudDisplay
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.newest_wish import NewestWish
from moe3d_viewer.state.notices import Notices

POINT_NORMALS = JobKind[Callable[[ScenePrediction, str, Any, Progress], object]]("point_normals")
"""Where the surface faces at every point of a layer, at their places in its buffer."""


class PointNormalsState(QObject):
    """Follows the colour mode and the layers that are shown; keeps nothing in other modes."""

    changed = Signal()
    """Normals of a layer are there, or are gone."""

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        options: ViewOptionsState,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._display, self._notices = jobs, display, notices
        self._prediction: ScenePrediction | None = None
        self._found: dict[str, object] = {}
        self._asked = ""
        self._job = NewestWish(LatestJob(jobs, self), self._next_normals)
        self._job.succeeded.connect(self._on_found)
        self._job.failed.connect(self._on_failed)
        for signal in (
            display.depths_changed,
            display.layers_shown_changed,
            display.cloud_ready,
            options.points_changed,
        ):
            signal.connect(self._follow)

    def of(self, layer: str) -> object | None:
        """Packed normals in the order of the layer's buffer; None while there are none."""
        return self._found.get(layer)

    @Slot()
    def _follow(self) -> None:
        prediction, wanted = self._display.prediction, self._wanted
        kept = {layer: normals for layer, normals in self._found.items() if layer in wanted}
        if prediction is not self._prediction:
            self._asked = ""
            self._prediction, kept = prediction, {}
        if len(kept) < len(self._found):
            self._found = kept
            self.changed.emit()
        if self._asked not in [cloud.layer for cloud in self._missing]:
            self._job.abandon()  # nobody waits for what is being made
        self._job.ask()

    @property
    def _wanted(self) -> Sequence[str]:
        is_on = self._display.prediction is not None and self._display.color_mode == "normal"
        return self._display.layers_shown if is_on else ()

    @property
    def _missing(self) -> Sequence[CloudDisplay]:
        """Clouds that are there and wait for their normals."""
        clouds = [self._display.cloud(layer) for layer in self._wanted if layer not in self._found]
        return [cloud for cloud in clouds if cloud is not None]

    def _next_normals(self) -> Work | None:
        prediction, jobs = self._prediction, self._jobs
        if prediction is None or not self._missing:
            return None
        layer, places = self._missing[0].layer, self._missing[0].places
        self._asked = layer
        return lambda progress, _publish: jobs[POINT_NORMALS](prediction, layer, places, progress)

    @Slot(object)
    def _on_found(self, normals: object) -> None:
        self._found[self._asked] = normals
        self.changed.emit()
        self._job.ask()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not find the normals"), error_text(error))
