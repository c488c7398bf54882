"""Sliders over numbers: even or even in the logarithm."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QSlider

from moe3d_viewer.widgets.controls.binding import Binding, bind_value

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
    """Horizontal; its places stand for the numbers of a scale."""

    def __init__(self, name: str, title: str, tooltip: str, scale: Scale) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tooltip)
        self.setRange(0, STEPS)
        self.setPageStep(STEPS // 10)
        self.scale = scale

    def bind(
        self,
        get: Callable[[], float],
        take: Callable[[float], object],
        *changed: SignalInstance,
    ) -> Binding[float]:
        """Join it with a number of the state."""
        forth, back = self.scale.place, self.scale.value
        return bind_value(self, get, take, *changed, to_control=forth, from_control=back)
