"""Distances, the scale from a known one, and the scene's up."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QListWidget,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.viewport.tools import Tool
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.distance_text import distance_text
from moe3d_viewer.widgets.controls.parts import button, keep_room, label
from moe3d_viewer.widgets.inspector.section import Section

LIST_PX = 84


class MeasureSection(Section):
    """Two tools with their results."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("measure_section", self.tr("MEASURE AND LEVEL"), parent)
        self._state, self._scene = state, state.scene
        self._tools = (
            self._tool(Tool.MEASURE, self.tr("Distance"), self.tr("Click two points (M)")),
            self._tool(Tool.LEVEL, self.tr("Level"), self.tr("Click three points of the floor")),
        )
        self._cameras_up = button(
            self.tr("As photos"), "cameras_up", self.tr("Up is the mean of the photos' up"), "link"
        )
        self._cameras_up.clicked.connect(lambda: self._scene.upright.set_up(None))
        self._list = QListWidget()
        self._list.setObjectName("distances")
        self._list.setAccessibleName(self.tr("Distances"))
        self._list.setToolTip(self.tr("Measured distances; Delete removes the selected one"))
        self._list.setFixedHeight(LIST_PX)
        self._list.currentRowChanged.connect(self._show_buttons)
        self._length = QDoubleSpinBox()
        self._length.setObjectName("known_length")
        self._length.setAccessibleName(self.tr("Known length"))
        self._length.setToolTip(self.tr("How long the selected distance really is, metres"))
        self._length.setRange(0.001, 100_000)
        self._length.setDecimals(3)
        self._length.setValue(1.0)
        self._length.setSuffix(self.tr(" m"))
        self._length.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._set = button(
            self.tr("Set"), "set_scale", self.tr("Make the scene metric by this length")
        )
        self._set.clicked.connect(self._on_set)
        self._relative = button(
            self.tr("Relative"), "unset_scale", self.tr("Forget the scale: relative units"), "link"
        )
        self._relative.clicked.connect(lambda: self._scene.scale.set_metres_per_unit(None))
        self._remove = button(
            self.tr("Remove"), "remove_distance", self.tr("Forget the selected distance"), "link"
        )
        self._remove.clicked.connect(self._on_remove)
        self._on_its_way = label(self.tr("Setting the scale…"), "muted", "scale_on_its_way")
        keep_room(self._on_its_way)
        self._lay_out()
        self._scene.scale.wanted_changed.connect(self._show_buttons)
        self._scene.scale.scale_changed.connect(self._show_buttons)
        self._scene.measurement.distances_changed.connect(self._show)
        state.display.depths_changed.connect(self._show)
        self._scene.upright.frame_changed.connect(self._show)
        self._show()

    def _tool(self, tool: Tool, text: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"tool_{tool}")
        made.setText(text)
        made.setToolTip(tip)
        made.setAccessibleName(text)
        made.setCheckable(True)
        made.setProperty("segment", "true")
        tools = self._scene.tools
        bind_checked(
            made, lambda: tools.tool is tool, lambda _on: tools.toggle(tool), tools.tool_changed
        )
        return made

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        for made in (*self._tools, self._cameras_up):
            tools.addWidget(made)
        tools.addStretch(1)
        known = QHBoxLayout()
        known.addWidget(label(self.tr("is really")))
        known.addWidget(self._length, 1)
        known.addWidget(self._set)
        below = QHBoxLayout()
        below.addWidget(self._remove)
        below.addWidget(self._on_its_way, 1)
        below.addWidget(self._relative)
        self.rows.addLayout(tools)
        self.rows.addWidget(self._list)
        self.rows.addLayout(known)
        self.rows.addLayout(below)

    @Slot()
    def _show(self) -> None:
        self.setVisible(self._state.display.prediction is not None)
        distances, metric = self._scene.measurement.distances, self._state.export.units
        row = self._list.currentRow()
        self._list.clear()
        for index, distance in enumerate(distances):
            self._list.addItem(f"{index + 1}   {distance_text(distance.length, metric)}")
        if distances:
            is_new = row < 0 or row >= len(distances) or self._list.count() > row + 1
            self._list.setCurrentRow(len(distances) - 1 if is_new else row)
        self._show_buttons()

    @Slot()
    @Slot(int)
    def _show_buttons(self, _row: int = 0) -> None:
        is_chosen = self._list.currentRow() >= 0
        scale = self._scene.scale
        for part in (self._length, self._set):
            part.setEnabled(is_chosen and not scale.is_on_its_way)
        self._remove.setEnabled(is_chosen)
        self._on_its_way.setVisible(scale.is_on_its_way)
        self._relative.setEnabled(scale.is_known)
        self._cameras_up.setEnabled(self._scene.upright.up is not None)

    @Slot()
    def _on_set(self) -> None:
        self._scene.measurement.use_as_scale(self._list.currentRow(), self._length.value())

    @Slot()
    def _on_remove(self) -> None:
        self._scene.measurement.remove(self._list.currentRow())

    def keyPressEvent(self, event) -> None:
        """Delete forgets the selected distance."""
        if event.key() == Qt.Key.Key_Delete and self._list.hasFocus():
            self._on_remove()
        else:
            super().keyPressEvent(event)
