"""The scene's scale from a known length: relative units become metres."""

from collections.abc import Callable

from PySide6.QtCore import Signal

from app.state.chosen_values import number
from app.state.remembered import Chosen, Remembered
from moe3d.scene.records import ScenePrediction
from moe3d.scene.scale import in_metres

read_number = number(1e-9, 1e9)


def number_or_none(value: object) -> float | None:
    """A factor above zero, or nothing."""
    return None if value is None else read_number(value)


class MetricScaleState(Remembered):
    """Holds the factor; what is shown, measured and exported is the prediction times it."""

    scale_changed = Signal()

    metres_per_unit = Chosen[float | None](None, number_or_none)
    """Metres of one unit of the network's answer; None while nobody knows."""

    def set_metres_per_unit(self, metres: float | None) -> None:
        """Take a scale, or go back to relative units."""
        if self._keep("metres_per_unit", number_or_none(metres)):
            self.scale_changed.emit()

    def set_length(self, shown_length: float, metres: float) -> None:
        """A distance on the screen is known to be so many metres long.

        Args:
            shown_length: in the units that the screen shows now.
            metres: what it really is.
        """
        if shown_length > 0 and metres > 0:
            self.set_metres_per_unit(metres / shown_length * self.factor)

    @property
    def factor(self) -> float:
        """From the network's units to those on the screen."""
        return self.metres_per_unit or 1.0

    @property
    def is_known(self) -> bool:
        """Whether the screen shows metres because of this."""
        return self.metres_per_unit is not None

    def now(self) -> Callable[[ScenePrediction], ScenePrediction]:
        """What brings a prediction into the units of the screen, for a job; nothing to do while
        no scale is known."""
        metres = self.metres_per_unit

        def scaled(prediction: ScenePrediction) -> ScenePrediction:
            return prediction if metres is None else in_metres(prediction, metres)

        return scaled
