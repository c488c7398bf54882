"""How the depths of the scene are spread, in the maps' colours; both ends of these are dragged."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.rendering.maps import colorize
from app.state.app_state import AppState
from app.widgets.histogram_view import HistogramView

CLOSEST_SHARE = 0.01
"""Of the axis: nearer to each other the two lines do not come."""


class DepthHistogram(HistogramView):
    """A press takes the nearer line."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(
            "depth_histogram",
            self.tr("Histogram of the depth"),
            self.tr(
                "Depths of all photos, MoE3D and VGGT. Drag a line: the near or the far end of the "
                "depth colours, in the maps and in 3D"
            ),
            parent,
        )
        self._state = state
        self._drags_far = False
        state.display.changed.connect(self._show_depths)
        state.view.maps_changed.connect(self.update)
        state.view.selected_view_changed.connect(self._show_range)
        self._show_depths()

    @Slot()
    def _show_depths(self) -> None:
        scene = self._state.display.scene
        if scene is not None:
            self.show_values(scene.ranges.spread)

    @Slot(int)
    def _show_range(self, _view_index: int) -> None:
        self.update()

    def lines(self) -> Sequence[float]:
        """Near and far end."""
        return self._state.depth_range.ends or ()

    def bar_colors(self, centres: np.ndarray) -> Sequence[QColor]:
        """As the maps paint these depths."""
        ends = self._state.depth_range.ends or (0.0, 1.0)
        row = centres.astype(np.float32)[None]
        picture = colorize(row, ends, self._state.view.color_map)
        return [QColor(*map(int, rgb)) for rgb in picture[0]]

    def take(self, value: float, is_press: bool) -> None:
        """Move the end that was taken; it stays on its side of the other one."""
        ends = self._state.depth_range.ends
        if ends is None:
            return
        near, far = ends
        x = self.x_of(value)
        if is_press:
            self._drags_far = abs(x - self.x_of(far)) <= abs(x - self.x_of(near))
        gap = CLOSEST_SHARE * float(self._edges[-1] - self._edges[0])
        if self._drags_far:
            self._state.depth_range.set_ends(near, max(value, near + gap))
        else:
            self._state.depth_range.set_ends(min(value, far - gap), far)
