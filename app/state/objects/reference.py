"""What an object is compared with: the result as it is filtered, else another object."""

from dataclasses import dataclass

from moe3d import PointFilters, ScenePrediction
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.objects.scene_object import SceneObject
from moe3d_viewer.state.objects.scene_objects import RESULT, SceneObjects
from moe3d_viewer.state.points.filter_list import FilterListState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState


@dataclass(frozen=True, eq=False)
class ReferenceCloud:
    """Points for a worker, in the world."""

    object_id: int
    """RESULT, or the other object's."""
    name: str
    prediction: ScenePrediction | None = None
    """In the units of the screen."""
    layer: str = ""
    filters: PointFilters | None = None
    units_per_world: float = 1.0
    """Units of the screen in one of the world."""
    other: SceneObject | None = None


class ReferenceState:
    """Finds it; nothing is kept."""

    def __init__(
        self,
        objects: SceneObjects,
        display: DisplayState,
        filters: FilterListState,
        scale: MetricScaleState,
    ) -> None:
        self._objects, self._display = objects, display
        self._filters, self._scale = filters, scale

    def of(self, object_id: int) -> ReferenceCloud | None:
        """What this object is compared with; None while there is nothing."""
        prediction = self._display.prediction
        if prediction is not None:
            return ReferenceCloud(
                RESULT,
                "",
                prediction,
                self._display.layer,
                self._filters.now,
                self._scale.factor,
            )
        for other in self._objects.objects:
            if other.id != object_id and other.data is not None:
                return ReferenceCloud(other.id, other.name, other=other)
        return None
