"""The record of a comparison: numbers of both sides, and the places where they disagree most."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Better = Literal["lower", "higher", ""]
PAIR = "pair"
"""Key of values that belong to both sides together."""


@dataclass(frozen=True)
class MeasureRow:
    """One number of each side, or one of the pair."""

    key: str
    title: str
    group: str
    """Rows of one group stand together."""
    values: Mapping[str, float]
    """By side; or one, under PAIR. NaN where there is nothing to measure."""
    unit: str = ""
    """"%" for shares, stored from 0 to 1; "px", "deg"; empty for counts and plain numbers."""
    better: Better = ""
    note: str = ""
    """What the number is, in a sentence."""

    def texts(self, sides: tuple[str, str]) -> tuple[str, str]:
        """Both values for people; a value of the pair stands first, alone."""
        if PAIR in self.values:
            return self._text(self.values[PAIR]), ""
        first, second = (self._text(self.values.get(side, math.nan)) for side in sides)
        return first, second

    def better_side(self, sides: tuple[str, str]) -> int | None:
        """0 or 1, or None where neither is better."""
        first, second = (self.values.get(side, math.nan) for side in sides)
        if not self.better or not (math.isfinite(first) and math.isfinite(second)):
            return None
        if first == second:
            return None
        return int((second < first) == (self.better == "lower"))

    def _text(self, value: float) -> str:
        if not math.isfinite(value):
            return "-"
        if self.unit == "%":
            return f"{100 * value:.2f} %"
        if value == round(value) and not self.unit:
            return f"{round(value):,}"
        return f"{value:.4g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Place:
    """A cluster of pixels at edges where both sides disagree."""

    view_index: int
    photo: str
    x: int
    """Pixel of the network's image where the disagreement is largest."""
    y: int
    left: int
    """Box around the cluster."""
    top: int
    width: int
    height: int
    num_pixels: int
    difference: float
    """Median of first minus second, in shares of the second's depth."""
    score: float
    """Sum of the absolute relative differences: what the places are ranked by."""


@dataclass(frozen=True)
class Comparison:
    """Two layers of depth of the same photos."""

    sides: tuple[str, str]
    """Names of the layers."""
    titles: tuple[str, str]
    """What people call them."""
    rows: tuple[MeasureRow, ...] = ()
    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    """How the truth was aligned, and what could not be measured."""

    def value(self, key: str, side: str) -> float:
        """One number.

        Raises:
            KeyError: there is no such row.
        """
        for row in self.rows:
            if row.key == key:
                return row.values.get(side, math.nan)
        raise KeyError(key)

    def to_json(self) -> dict[str, Any]:
        """Everything in the words of JSON; NaN becomes null."""
        return {
            "sides": dict(zip(self.sides, self.titles, strict=True)),
            "measures": {
                row.key: {side: _known(value) for side, value in row.values.items()}
                for row in self.rows
            },
            "places": [
                vars(place) | {"difference": _known(place.difference)} for place in self.places
            ],
            "notes": list(self.notes),
        }

    def to_text(self) -> str:
        """A table for spreadsheets, columns by tabs: measure, both sides, unit."""
        lines = ["\t".join(("measure", *self.titles, "unit"))]
        for row in self.rows:
            pair = row.values.get(PAIR, math.nan)
            values = [row.values.get(side, pair) for side in self.sides]
            texts = [f"{value:.6g}" if math.isfinite(value) else "" for value in values]
            unit = "share" if row.unit == "%" else row.unit
            lines.append("\t".join((row.title, *texts, unit)))
        return "\n".join(lines) + "\n"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
