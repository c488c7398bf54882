"""What floats over the 3D views: bars at the lower edge, and the badge of a what-if."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.viewport.tools import POINTS_WANTED, Tool
from moe3d_viewer.widgets.controls.distance_text import distance_text
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider

BAR_MARGIN_PX = 14
SLIDER_PX = 120
BADGE_MARGIN_PX = 10


class OverlayBar(QFrame):
    """Centred over the lower edge of its host; as wide as its content."""

    def __init__(self, name: str, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName(name)
        self.setProperty("overlay", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._host = host
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(12, 5, 8, 5)
        self.row.setSpacing(10)
        host.installEventFilter(self)
        self.hide()

    def place(self) -> None:
        """To the middle of the lower edge."""
        self.adjustSize()
        size = self.sizeHint().boundedTo(self._host.size())
        left = (self._host.width() - size.width()) // 2
        self.setGeometry(
            left, self._host.height() - size.height() - BAR_MARGIN_PX, size.width(), size.height()
        )
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the views change their size."""
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False


class LookThroughBar(OverlayBar):
    """While the views look through a photo: its name, its opacity, and the way out."""

    def __init__(self, state: AppState, host: QWidget) -> None:
        super().__init__("look_through_bar", host)
        self._state, self._camera, self._look = state, state.scene.camera, state.scene.look
        self._name = label(role="value", name="looked_through")
        self._opacity = ScaledSlider(
            "photo_opacity",
            self.tr("Opacity of the photo"),
            self.tr("How much of the points the photo covers"),
            Scale(0.0, 1.0),
        )
        look = self._look
        self._opacity.bind(lambda: look.photo_opacity, look.set_photo_opacity, look.look_changed)
        self._opacity.setFixedWidth(SLIDER_PX)
        leave = button(self.tr("Leave (Esc)"), "leave_photo", self.tr("Take the photo away"))
        leave.clicked.connect(self._camera.leave)
        for part in (self._name, label(self.tr("Photo"), "muted"), self._opacity, leave):
            self.row.addWidget(part)
        self._camera.looked_through_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        index, prediction = self._camera.looked_through, self._state.display.prediction
        if index is None or prediction is None:
            self.hide()
            return
        self._name.setText(f"{index + 1}  {prediction.names[index]}")
        self.show()
        self.place()


class ToolHint(OverlayBar):
    """While a tool is in hand: what to click next, and the way out."""

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
        state.alignment.changed.connect(self._show)
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
        if tool is Tool.ALIGN:
            return self._state.alignment.hint
        if tool is Tool.LEVEL:
            return self.tr("Level: click {} more points of the floor").format(left)
        distances = self._state.scene.measurement.distances
        if left == 1:
            return self.tr("Distance: click the other end")
        if distances:
            text = distance_text(distances[-1].length, self._state.export.units)
            return self.tr("{}; click two points for another").format(text)
        return self.tr("Distance: click two points")


class WhatIfBadge(QLabel):
    """Marks a view whose points a what-if has moved, in its upper left corner."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.setObjectName("what_if_badge")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "badge")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.move(BADGE_MARGIN_PX, BADGE_MARGIN_PX)
        self.hide()

    def show_if(self, wanted: bool, has_own_colors: bool = False) -> None:
        """Show or hide; over everything else in the view.

        Args:
            wanted: whether a what-if has moved the points.
            has_own_colors: whether their colours still say what the model's own gate did.
        """
        text = self.tr("What-if: not the model's result")
        self.setText(text + self.tr("; colours are the model's own") * has_own_colors)
        self.setVisible(wanted)
        if wanted:
            self.adjustSize()
            self.raise_()
