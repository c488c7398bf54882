"""The two ends of the depth colours: locked to photo, scene or both networks, or the user's own."""

import math

from PySide6.QtCore import QObject, Signal

from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.scene_display import DepthRange, RangeLock
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState


class DepthRangeState(QObject):
    """Answers in the units on the screen; keeps the user's ends in those of the network."""

    refused = Signal(str)
    """What was wrong with the ends that were typed, and what to do."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, scale: MetricScaleState
    ) -> None:
        super().__init__()
        self._display, self._view, self._scale = display, view, scale

    @property
    def own(self) -> DepthRange | None:
        """The user's own ends, where they are in use."""
        ends = self._view.own_range
        if ends is None or self._view.range_lock is not RangeLock.OWN:
            return None
        return ends[0] * self._scale.factor, ends[1] * self._scale.factor

    @property
    def ends(self) -> DepthRange | None:
        """Depths of the first and the last colour; None without a result."""
        scene, index = self._display.scene, self._view.selected_view
        if scene is None or index >= len(scene.ranges.photos):
            return None
        return self.own or scene.ranges.range_for(self._view.range_lock, index)

    def choose(self, lock: RangeLock) -> None:
        """Spread the colours another way; own ends begin as what is shown."""
        with self._view.one_change("depth range"):
            if lock is RangeLock.OWN and self._view.own_range is None and self.ends is not None:
                self._keep(*self.ends)
            self._view.set_range_lock(lock)

    def set_ends(self, near: float, far: float) -> None:
        """Use these ends, in the units on the screen; ignored unless near < far."""
        if near < far:
            with self._view.one_change("depth range"):
                self._keep(near, far)
                self._view.set_range_lock(RangeLock.OWN)

    def take_texts(self, near_text: str, far_text: str) -> bool:
        """Use what was typed; whether it could be used. `refused` says what was wrong."""
        near, far = _number(near_text), _number(far_text)
        problem = ""
        if near is None or far is None:
            bad = near_text if near is None else far_text
            problem = self.tr("Depth range: wanted a number such as 1.5, got “{}”.").format(bad)
        elif near >= far:
            problem = self.tr(
                "Depth range: the far end must be larger than the near end, got {:g} and {:g}."
            ).format(far, near)
        if problem or near is None or far is None:
            self.refused.emit(problem)
            return False
        self.set_ends(near, far)
        return True

    def _keep(self, near: float, far: float) -> None:
        self._view.set_own_range((near / self._scale.factor, far / self._scale.factor))


def _number(text: str) -> float | None:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
