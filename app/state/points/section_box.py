"""The section box: which part of the scene is left, in shares of its extent."""

import numpy as np
from PySide6.QtCore import Signal

from moe3d import OrientedBox
from moe3d_viewer.state.chosen_values import flag, number
from moe3d_viewer.state.remembered import Chosen, Remembered

AXES = ("right", "up", "front")
LEAST_SHARE = 0.01
"""Smallest thickness of the box."""
BEYOND = 1e3
"""A side at its end lies this many extents away: it cuts nothing, not even a lone far point."""
read_share = number(0.0, 1.0)
Limits = tuple[tuple[float, float], ...]
WHOLE: Limits = ((0.0, 1.0),) * 3


def limits(value: object) -> Limits:
    """Three pairs of ascending shares."""
    if not isinstance(value, list | tuple) or len(value) != len(AXES):
        raise TypeError(f"wanted three pairs, got {value!r}")
    pairs = tuple((read_share(low), read_share(high)) for low, high in value)
    if any(high - low < LEAST_SHARE - 1e-9 for low, high in pairs):
        raise ValueError(f"wanted ascending pairs, got {value!r}")
    return pairs


class SectionBoxState(Remembered):
    """On or off, and six sides along the scene's right, up and front."""

    box_changed = Signal()

    is_on = Chosen(False, flag, "set_on")
    """Whether points outside the box are hidden."""
    sides = Chosen(WHOLE, limits)
    """Low and high side along right, up and front: 0 and 1 are the ends of the extent."""

    def set_on(self, on: bool) -> None:
        """Hide what lies outside, or show all."""
        if self._keep("is_on", on):
            self.box_changed.emit()

    def set_sides(self, sides: Limits) -> None:
        """Move several sides."""
        if self._keep("sides", sides):
            self.box_changed.emit()

    def move_side(self, axis: int, is_high: bool, share: float) -> None:
        """Move one side; it stops before the opposite one."""
        low, high = self.sides[axis]
        if is_high:
            high = min(max(share, low + LEAST_SHARE), 1.0)
        else:
            low = max(min(share, high - LEAST_SHARE), 0.0)
        self.set_sides((*self.sides[:axis], (low, high), *self.sides[axis + 1 :]))

    def reset(self) -> None:
        """Let the box hold everything."""
        self.set_sides(WHOLE)

    def box(self, extent: OrientedBox) -> OrientedBox | None:
        """The box that cuts; None while it is off or cuts nothing.

        Args:
            extent: of the scene, along its right, up and front.
        """
        return None if not self.is_on or self.sides == WHOLE else self._within(extent, BEYOND)

    def drawn_box(self, extent: OrientedBox) -> OrientedBox | None:
        """The box as lines; None while it is off."""
        return self._within(extent, 0.0) if self.is_on else None

    def _within(self, extent: OrientedBox, beyond: float) -> OrientedBox:
        sides = 2 * np.array(self.sides) - 1
        sides += np.where(np.abs(sides) > 1 - 1e-9, np.sign(sides) * beyond, 0)
        ends = sides * np.array(extent.half_sizes)[:, None]
        middle = np.array(extent.center) + ends.mean(axis=1) @ np.array(extent.axes)
        half = np.ptp(ends, axis=1) / 2
        x, y, z = middle.tolist()
        a, b, c = half.tolist()
        return OrientedBox((x, y, z), (a, b, c), extent.axes)
