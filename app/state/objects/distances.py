"""How far objects lie from the result: asked for when they are to be shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from PySide6.QtCore import QObject, Signal, Slot

from moe3d import DistanceSummary, Progress, ProgressReport
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.objects.reference import ReferenceCloud, ReferenceState
from moe3d_viewer.state.objects.scene_object import SceneObject
from moe3d_viewer.state.objects.scene_objects import SceneObjects


@dataclass(frozen=True, eq=False)
class MeasuredDistances:
    """What a worker brings."""

    distances: Float32[np.ndarray, " N"]
    """Of every point or vertex, in the world's units."""
    summary: DistanceSummary


MEASURE_DISTANCES = JobKind[Callable[[SceneObject, ReferenceCloud, Progress], MeasuredDistances]](
    "measure_distances"
)
"""Distance of every point of an object to what it is compared with."""


class DistancesState(QObject):
    """One object at a time; what is no longer wanted is dropped."""

    changed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        objects: SceneObjects,
        reference: ReferenceState,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._objects, self._reference = jobs, objects, reference
        self._notices = notices
        self._measured = 0
        self._place: object = None
        self._share = 0.0
        self._summaries: dict[int, DistanceSummary] = {}
        self._failed: set[int] = set()
        self._job = LatestJob(jobs, self)
        self._job.progressed.connect(self._on_progressed)
        self._job.succeeded.connect(self._on_measured)
        self._job.failed.connect(self._on_failed)
        objects.object_changed.connect(self._look)
        objects.object_added.connect(self._look)
        objects.object_removed.connect(self._on_removed)

    @property
    def measured(self) -> int:
        """Id of the object that is being measured; 0 for none."""
        return self._measured if self._job.is_running else 0

    @property
    def share(self) -> float:
        """How much of that is done, 0 to 1."""
        return self._share

    def summary(self, object_id: int) -> DistanceSummary | None:
        """Figures in the result's own units; None while they are not known."""
        item = self._objects.find(object_id)
        is_known = item is not None and item.distances is not None
        return self._summaries.get(object_id) if is_known else None

    def show(self, object_id: int, on: bool) -> None:
        """Colour an object by its distances, or no longer."""
        self._failed.discard(object_id)
        self._objects.show_distances(object_id, on)

    def cancel(self) -> None:
        """Stop measuring, and show no distances of that object."""
        if self._job.is_running:
            self._job.abandon()
            self._objects.show_distances(self._measured, False)
            self.changed.emit()

    @Slot()
    def look_again(self) -> None:
        """There is another result, or another filter."""
        self._failed.clear()
        self._look()

    @Slot()
    @Slot(int)
    def _look(self, _id: int = 0) -> None:
        """Measure what wants distances and has none, one after the other."""
        if self._job.is_running:
            item = self._objects.find(self._measured)
            if item is None or not item.shows_distances or item.world_from_object != self._place:
                self._job.abandon()
        if not self._job.is_running:
            wanted = (item for item in self._objects.objects if self._is_wanted(item))
            next((item for item in wanted if self._start(item)), None)
        self.changed.emit()

    def _is_wanted(self, item: SceneObject) -> bool:
        is_open = item.shows_distances and item.distances is None and item.id not in self._failed
        return is_open and item.data is not None

    def _start(self, item: SceneObject) -> bool:
        reference, jobs = self._reference.of(item.id), self._jobs
        if reference is None:
            return False
        self._measured, self._place, self._share = item.id, item.world_from_object, 0.0
        self._job.start(
            lambda progress, _publish: jobs[MEASURE_DISTANCES](item, reference, progress)
        )
        return True

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        self._share = report.fraction or 0.0
        self.changed.emit()

    @Slot(object)
    def _on_measured(self, found: MeasuredDistances) -> None:
        self._summaries[self._measured] = found.summary
        self._objects.set_distances(self._measured, found.distances)
        self._look()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._failed.add(self._measured)
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not measure distances"), error_text(error))
        self._look()

    @Slot(int)
    def _on_removed(self, object_id: int) -> None:
        self._summaries.pop(object_id, None)
        self._look()
