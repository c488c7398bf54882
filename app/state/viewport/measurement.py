"""Distances that the user measured."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from moe3d_viewer.state.remembered import Chosen, Remembered
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState
from moe3d_viewer.state.viewport.upright import Vector, vector

Segment = tuple[Vector, Vector]


@dataclass(frozen=True)
class Distance:
    """One measured distance, in the units of the screen."""

    start: Vector
    end: Vector

    @property
    def length(self) -> float:
        """Straight, in the units of the screen."""
        return math.dist(self.start, self.end)


def segments(value: object) -> tuple[Segment, ...]:
    """Pairs of points."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"wanted a list of pairs, got {value!r}")
    return tuple((vector(start), vector(end)) for start, end in value)


class MeasurementState(Remembered):
    """Keeps distances in the network's units, so that a new scale changes what they say."""

    distances_changed = Signal()

    kept_segments = Chosen[tuple[Segment, ...]]((), segments)
    """Ends of every distance, in the network's units."""

    def __init__(self, scale: MetricScaleState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        scale.scale_changed.connect(self.distances_changed)

    @property
    def distances(self) -> tuple[Distance, ...]:
        """All distances, in the units of the screen."""
        factor = self._scale.factor
        return tuple(
            Distance(_times(start, factor), _times(end, factor))
            for start, end in self.kept_segments
        )

    def add(self, start: Vector, end: Vector) -> None:
        """Keep a distance between two points in the units of the screen."""
        factor = 1 / self._scale.factor
        self.set_kept_segments((*self.kept_segments, (_times(start, factor), _times(end, factor))))

    def remove(self, index: int) -> None:
        """Forget one distance."""
        kept = self.kept_segments
        self.set_kept_segments((*kept[:index], *kept[index + 1 :]))

    def clear(self) -> None:
        """Forget all."""
        self.set_kept_segments(())

    def set_kept_segments(self, kept: tuple[Segment, ...]) -> None:
        """Replace all distances."""
        if self._keep("kept_segments", kept):
            self.distances_changed.emit()

    def use_as_scale(self, index: int, metres: float) -> None:
        """This distance is known: the whole scene becomes metric."""
        if 0 <= index < len(self.kept_segments):
            self._scale.set_length(self.distances[index].length, metres)


def _times(point: Vector, factor: float) -> Vector:
    return point[0] * factor, point[1] * factor, point[2] * factor
