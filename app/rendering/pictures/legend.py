"""What a legend says: a name, and a bar with numbers, or classes with their colours.

Whoever colours something in 3D describes it by a `Legend`; `widgets/controls/legend_picture.py`
draws it, over the view and into saved pictures.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from moe3d_viewer.rendering.pictures.value_axis import ValueAxis

Rgb = tuple[int, int, int]
MOST_TICKS = 6
"""Numbers beside a bar; the painter leaves out what would not fit."""
ROUND_STEPS = (1, 2, 5, 10)
MOST_CLASSES = 10
"""Classes that are named one by one; the rest is counted."""


@dataclass(frozen=True)
class LegendTick:
    """A number beside the bar."""

    share: float
    """Place on the bar: 0 at the lowest value, 1 at the highest."""
    text: str


@dataclass(frozen=True)
class LegendClass:
    """What one colour means."""

    color: Rgb
    text: str


@dataclass(frozen=True)
class Legend:
    """A name alone, with a bar, or with classes."""

    title: str
    unit: str = ""
    """Of the numbers; empty where they have none."""
    bar: tuple[Rgb, ...] = ()
    """Colours from the lowest value to the highest; empty without a bar."""
    ticks: tuple[LegendTick, ...] = ()
    low_on_top: bool = False
    """The bar stands on its highest value, as depth does in the maps: near on top."""
    high_text: str = ""
    """What the highest values mean, in words."""
    low_text: str = ""
    """What the lowest values mean, in words."""
    classes: tuple[LegendClass, ...] = ()

    @property
    def heading(self) -> str:
        """Name and unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


@dataclass(frozen=True)
class LegendScale(ValueAxis):
    """The values of a bar, in the unit in which they are written."""

    is_signed: bool = False
    """Numbers are written with their sign."""

    def ticks(self) -> tuple[LegendTick, ...]:
        """Round numbers between the ends, with no more digits than they need."""
        has_powers = self.is_log and self.high > 4 * self.low
        values = (round_powers if has_powers else round_values)(self.low, self.high)
        gaps = np.diff(values) if len(values) > 1 else np.abs(values)
        steps = np.abs(values) if has_powers else np.full(len(values), gaps.min(initial=np.inf))
        return tuple(
            LegendTick(self.share(value), self._text(value, float(step)))
            for value, step in zip(values, steps, strict=True)
        )

    def _text(self, value: float, step: float) -> str:
        """With as many digits as the step to the next number needs."""
        decimals = max(-math.floor(math.log10(step) + 1e-9), 0) if step > 0 else 0
        text = f"{value:+.{decimals}f}" if self.is_signed and value else f"{value:.{decimals}f}"
        return text.replace("-", "\N{MINUS SIGN}")


def round_values(low: float, high: float) -> list[float]:
    """At most MOST_TICKS multiples of 1, 2 or 5 times a power of ten; the ends where none fit."""
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return [low] if math.isfinite(low) else []
    power = 10.0 ** math.floor(math.log10((high - low) / MOST_TICKS))
    for step in (power * factor for factor in ROUND_STEPS):
        first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
        if last - first < MOST_TICKS:
            return [index * step for index in range(first, last + 1)]
    return [low, high]


def round_powers(low: float, high: float) -> list[float]:
    """1, 2 or 5 times powers of ten between two ends above zero; 1 alone where it is too many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors in ((1, 2, 5), (1, 3), (1,)):
        found = [f * 10.0**power for power in range(first, last + 1) for f in factors]
        found = [value for value in found if low <= value <= high]
        if len(found) <= MOST_TICKS:
            break
    return found or [low, high]


def bar_legend(
    title: str,
    unit: str,
    scale: LegendScale,
    table: UInt8[np.ndarray, "N 3"],
    *,
    low_on_top: bool = False,
    ends: tuple[str, str] = ("", ""),
) -> Legend:
    """A legend of values.

    Args:
        title: what is coloured.
        unit: of the numbers, or nothing.
        scale: values of the first and the last colour of the table.
        table: colours from low to high.
        low_on_top: whether the bar stands on its highest value.
        ends: what low and high values mean, in words.
    """
    bar = tuple((int(red), int(green), int(blue)) for red, green, blue in table)
    return Legend(title, unit, bar, scale.ticks(), low_on_top, ends[1], ends[0])


def class_legend(
    title: str, classes: list[LegendClass], others: Callable[[int], LegendClass] | None = None
) -> Legend:
    """A legend of classes.

    Args:
        title: what is coloured.
        classes: in the order in which they are read.
        others: stands for this many classes for which there is no room; None names all.
    """
    if others is not None and len(classes) > MOST_CLASSES:
        left_out = len(classes) - MOST_CLASSES + 1
        classes = [*classes[: MOST_CLASSES - 1], others(left_out)]
    return Legend(title, classes=tuple(classes))
