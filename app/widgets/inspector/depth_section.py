"""Over which depths the colours are spread."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from moe3d import colorize
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.layers.scene_display import RangeLock
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.inspector.histogram_view import HistogramView
from moe3d_viewer.widgets.inspector.section import Section

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
        state.display.depths_changed.connect(self._show_depths)
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
        if self._drags_far:
            self._state.depth_range.set_ends(near, max(value, self._beside(near, CLOSEST_SHARE)))
        else:
            self._state.depth_range.set_ends(min(value, self._beside(far, -CLOSEST_SHARE)), far)

    def _beside(self, end: float, share: float) -> float:
        """The value that stands this share of the axis away from one of the lines."""
        return self.axis.value(self.axis.share(end) + share)


class DepthSection(Section):
    """Histogram, both ends, and the way back to the automatic ones."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("depth_section", self.tr("DEPTH COLOURS"), parent)
        self._state = state
        self._ends = label(role="value", name="depth_ends")
        self._automatic = button(
            self.tr("Automatic ends"),
            "depth_automatic",
            self.tr("Spread the colours over the scene's depths in both networks again"),
            "link",
        )
        self._automatic.clicked.connect(self._on_automatic)
        self.head.addWidget(self._ends)
        self.rows.addWidget(DepthHistogram(state))
        self.rows.addWidget(self._automatic)
        state.display.depths_changed.connect(self._show)
        state.view.maps_changed.connect(self._show)
        state.view.selected_view_changed.connect(self._show_range)
        state.work.plain_changed.connect(self._show)
        self._show()

    @Slot()
    def _on_automatic(self) -> None:
        self._state.depth_range.choose(RangeLock.BOTH)

    @Slot(int)
    def _show_range(self, _view_index: int) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        ends = self._state.depth_range.ends
        has_result = self._state.display.prediction is not None
        self.setVisible(has_result and not self._state.work.is_plain)
        self._ends.setText(self.tr("{:.3g} to {:.3g}").format(*ends) if ends is not None else "")
        self._automatic.setEnabled(self._state.view.range_lock is not RangeLock.BOTH)
