"""Over which depths the colours are spread."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.state.scene_display import RangeLock
from app.widgets.depth_histogram import DepthHistogram
from app.widgets.parts import button, label
from app.widgets.section import Section


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
        state.display.changed.connect(self._show)
        state.view.maps_changed.connect(self._show)
        state.view.selected_view_changed.connect(self._show_range)
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
        self.setVisible(self._state.display.prediction is not None)
        self._ends.setText(self.tr("{:.3g} to {:.3g}").format(*ends) if ends is not None else "")
        self._automatic.setEnabled(self._state.view.range_lock is not RangeLock.BOTH)
