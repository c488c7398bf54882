"""The points of a result's layers: those that are there, and those that are being built."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import FlyingPixels, Progress, ScenePrediction, layer_names
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Work
from moe3d_viewer.state.layers.scene_display import CloudDisplay
from moe3d_viewer.state.newest_wish import NewestWish

BUILD_CLOUD = JobKind[
    Callable[[ScenePrediction, str, Progress, FlyingPixels | None], CloudDisplay]
]("build_cloud")
"""The points of one layer, unfiltered, ready for the 3D view; its flying pixels where known."""


class LayerClouds(QObject):
    """Builds points in jobs, one layer at a time; a layer on the screen is built to its end."""

    ready = Signal(str)
    """Points of this layer are there."""
    failed = Signal(object)
    """Why points of a layer on the screen could not be built."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._prediction: ScenePrediction | None = None
        self._found: dict[str, CloudDisplay] = {}
        self._flying: Mapping[str, FlyingPixels] = {}
        self._shown: tuple[str, ...] = ()
        self._impossible: set[str] = set()
        self._being_built = self._wanted = ""
        self._building = NewestWish(LatestJob(jobs, self), self._next)
        self._building.succeeded.connect(self._on_built)
        self._building.failed.connect(self._on_failed)

    @property
    def is_building(self) -> bool:
        """Whether a job is under way."""
        return self._building.is_running

    def take_over(
        self,
        prediction: ScenePrediction | None,
        clouds: Mapping[str, CloudDisplay],
        flying: Mapping[str, FlyingPixels],
    ) -> None:
        """Another result, with the points and the flying pixels that are there already."""
        self.stop()
        self._prediction, self._found, self._impossible = prediction, dict(clouds), set()
        self._flying = flying

    def stop(self) -> None:
        """Drop what is under way."""
        self._building.abandon()

    def get(self, layer: str) -> CloudDisplay | None:
        """Points of one layer, or None while they are not there."""
        return self._found.get(layer)

    def take_points(self, layer: str) -> object | None:
        """Hand out a layer's points for good; None, and they are built, when they are not there."""
        cloud = self._found.get(layer)
        if cloud is None or cloud.buffer is None:
            self._build(layer)
            return None
        self._found[layer] = replace(cloud, buffer=None)
        return cloud.buffer

    def threshold(self, layer: str, percentile: float) -> float:
        """Smallest confidence above a percentile; -inf where no points are known."""
        cloud = self._found.get(layer)
        return cloud.levels.threshold(percentile) if cloud is not None else -math.inf

    def kept(self, layer: str, percentile: float) -> int:
        """Points that the filter leaves."""
        cloud = self._found.get(layer)
        return cloud.levels.kept(percentile) if cloud is not None else 0

    def total(self, layer: str) -> int:
        """Points before the filter."""
        cloud = self._found.get(layer)
        return cloud.levels.total if cloud is not None else 0

    def want(self, shown: Sequence[str], next_ones: Sequence[str]) -> None:
        """Build what is missing of the layers on the screen, then of those that may come next."""
        self._shown = tuple(shown)
        missing = [layer for layer in shown if layer not in self._found]
        others = [layer for layer in next_ones if layer not in {*self._found, *self._impossible}]
        for layer in missing or others[:1]:
            self._build(layer)

    def _build(self, layer: str) -> None:
        if self._prediction is None or layer not in layer_names(self._prediction):
            return
        if self._being_built not in {layer, *self._shown}:
            self._building.abandon()
        self._wanted = layer
        self._building.ask()

    def _next(self) -> Work | None:
        prediction, jobs, layer = self._prediction, self._jobs, self._wanted
        if prediction is None or layer not in layer_names(prediction):
            return None
        self._being_built, flying = layer, self._flying.get(layer)
        return lambda progress, _publish: jobs[BUILD_CLOUD](prediction, layer, progress, flying)

    @Slot(object)
    def _on_built(self, cloud: CloudDisplay) -> None:
        if cloud.layer == self._wanted:
            self._wanted = ""
        self._found[cloud.layer] = cloud
        self.ready.emit(cloud.layer)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._wanted == self._being_built:
            self._wanted = ""  # it would fail once more
        self._impossible.add(self._being_built)
        if self._being_built in self._shown:
            self.failed.emit(error)
