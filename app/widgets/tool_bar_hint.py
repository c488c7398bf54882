"""While a tool is in hand: what to click next, and the way out."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.state.tools import POINTS_WANTED, Tool
from app.widgets.distance_text import distance_text
from app.widgets.overlay_bar import OverlayBar
from app.widgets.parts import button, label


class ToolHint(OverlayBar):
    """Follows the tool."""

    def __init__(self, state: AppState, host: QWidget) -> None:
        super().__init__("tool_hint", host)
        self._state, self._tools = state, state.scene.tools
        self._text = label(name="tool_hint_text")
        done = button(self.tr("Done (Esc)"), "tool_done", self.tr("Put the tool away"))
        done.clicked.connect(lambda: self._tools.take(Tool.LOOK))
        self.row.addWidget(self._text)
        self.row.addWidget(done)
        self._tools.tool_changed.connect(self._show)
        self._tools.points_changed.connect(self._show)
        state.scene.measurement.distances_changed.connect(self._show)
        self._show()

    @Slot()
    @Slot(object)
    def _show(self, _tool: object = None) -> None:
        tool, count = self._tools.tool, len(self._tools.points)
        if tool is Tool.LOOK:
            self.hide()
            return
        self._text.setText(self._hint(tool, POINTS_WANTED[tool] - count))
        self.show()
        self.place()

    def _hint(self, tool: Tool, left: int) -> str:
        if tool is Tool.LEVEL:
            return self.tr("Level: click {} more points of the floor").format(left)
        distances = self._state.scene.measurement.distances
        if left == 1:
            return self.tr("Distance: click the other end")
        if distances:
            text = distance_text(distances[-1].length, self._state.export.units)
            return self.tr("{}; click two points for another").format(text)
        return self.tr("Distance: click two points")
