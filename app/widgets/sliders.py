"""Sliders over numbers: even or even in the logarithm."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider

STEPS = 200


@dataclass(frozen=True)
class Scale:
    """From a slider's place to a number and back."""

    low: float
    high: float
    logarithmic: bool = False

    def value(self, place: int) -> float:
        """The number at a place."""
        share = place / STEPS
        if self.logarithmic:
            return self.low * (self.high / self.low) ** share
        return self.low + share * (self.high - self.low)

    def place(self, value: float) -> int:
        """The place nearest to a number."""
        if self.logarithmic:
            share = math.log(max(value, 1e-12) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(share * STEPS)


class ScaledSlider(QSlider):
    """Horizontal; tells its number when the user moves it, not when it is shown one."""

    def __init__(
        self, name: str, title: str, tooltip: str, scale: Scale, take: Callable[[float], None]
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tooltip)
        self.setRange(0, STEPS)
        self.setPageStep(STEPS // 10)
        self.scale, self._take = scale, take
        self.valueChanged.connect(self._on_moved)

    def show_value(self, value: float) -> None:
        """Stand at a number without telling anyone."""
        place = self.scale.place(value)
        if place != self.value():
            blocker = QSignalBlocker(self)
            self.setValue(place)
            blocker.unblock()

    def _on_moved(self, place: int) -> None:
        self._take(self.scale.value(place))
