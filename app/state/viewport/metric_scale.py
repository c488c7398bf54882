"""The scene's scale from a known length: relative units become metres."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from moe3d import ScenePrediction, in_metres
from moe3d_viewer.state.chosen_values import number
from moe3d_viewer.state.remembered import Chosen, Remembered

read_number = number(1e-9, 1e9)


def number_or_none(value: object) -> float | None:
    """A factor above zero, or nothing."""
    return None if value is None else read_number(value)


class MetricScaleState(Remembered):
    """Holds the scale that is wanted, and the one on the screen: what is drawn, measured, filtered
    and exported is the prediction times that. It follows once the result is there in new units."""

    wanted_changed = Signal()
    """Another scale is wanted; it may take seconds until it is on the screen."""
    scale_changed = Signal()
    """Another scale is on the screen."""

    metres_per_unit = Chosen[float | None](None, number_or_none)
    """Metres of one unit of the network's answer, as wanted; None while nobody knows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: float | None = None

    def set_metres_per_unit(self, metres: float | None) -> None:
        """Want a scale, or relative units again."""
        if self._keep("metres_per_unit", number_or_none(metres)):
            self.wanted_changed.emit()

    def set_length(self, shown_length: float, metres: float) -> None:
        """A distance on the screen is known to be so many metres long.

        Args:
            shown_length: in the units that the screen shows now.
            metres: what it really is.
        """
        if shown_length > 0 and metres > 0:
            self.set_metres_per_unit(metres / shown_length * self.factor)

    def show_wanted(self) -> None:
        """The screen has the wanted scale from now on."""
        if self._shown != self.metres_per_unit:
            self._shown = self.metres_per_unit
            self.scale_changed.emit()

    def give_up(self) -> None:
        """What is wanted cannot be shown: stay with what is on the screen."""
        self.set_metres_per_unit(self._shown)

    @property
    def factor(self) -> float:
        """From the network's units to those on the screen."""
        return self._shown or 1.0

    @property
    def is_known(self) -> bool:
        """Whether the screen shows metres because of this."""
        return self._shown is not None

    @property
    def is_on_its_way(self) -> bool:
        """Whether another scale is wanted than the screen has."""
        return self._shown != self.metres_per_unit

    def now(self) -> Callable[[ScenePrediction], ScenePrediction]:
        """What brings a prediction into the wanted units, for a job; nothing to do while no scale
        is known."""
        metres = self.metres_per_unit

        def scaled(prediction: ScenePrediction) -> ScenePrediction:
            return prediction if metres is None else in_metres(prediction, metres)

        return scaled
