"""Legend of the gating overlay, and what every expert says at the cursor."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from moe3d import expert_colors
from moe3d_viewer.rendering.pictures.readout import PixelReadout
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.binding import Binding, bind_checked
from moe3d_viewer.widgets.controls.cursor_readout import readout_at_cursor
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.layer_titles import tile_title
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.pictures import swatch
from moe3d_viewer.widgets.maps.value_bar import ValueBar

WIDTH_PX = 306
DEPTH_TEXT_PX, ROW_PX = 48, 16
OTHER_RGB = (140, 148, 162)
OTHERS = ("fused", "refined", "vggt", "vggt-refined")
"""Depths in rows below the experts', where a result has them; the truth is last."""


class ExpertLegend(QScrollArea):
    """A row an expert: tick box, weight, depth; then the other depths. Hidden for one."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("expert_legend")
        self.setAccessibleName(self.tr("Experts at the cursor"))
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH_PX)
        self._state = state
        self._boxes: list[QCheckBox] = []
        self._bound: list[Binding[bool]] = []
        self._weights: list[ValueBar] = []
        self._depths: dict[str, ValueBar] = {}
        self._names: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._untrained = label(
            self.tr("Untrained: the gating map is noise."), "danger", "legend_untrained", wrap=True
        )
        self._lay_out()
        state.display.result_changed.connect(self._rebuild)
        state.work.plain_changed.connect(self._show_presence)
        state.view.maps_changed.connect(self._show_boxes)
        for changed in (state.cursor.changed, state.remix.shown_changed, state.truth.changed):
            changed.connect(self._show_values)
        self._rebuild()

    def _lay_out(self) -> None:
        text = self.tr("Overlay: the winner. Result: the weighted sum.")
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(6, 0, 8, 2)
        rows.setSpacing(1)
        rows.addWidget(self._untrained)
        note = ElidedLabel("legend_note", "muted")
        note.setText(text)
        rows.addWidget(note)
        rows.addLayout(self._grid)
        rows.addStretch(1)
        self.setWidget(column)

    @Slot()
    def _rebuild(self) -> None:
        display, prediction = self._state.display, self._state.display.prediction
        self._show_presence()
        if prediction is None or not display.has_experts:
            return  # nobody sees the rows
        self._untrained.setVisible(not prediction.metadata.experts_trained)
        count = prediction.num_experts
        others = [key for key in OTHERS if key in display.layers] + ["truth"]
        if (count, others) != (len(self._boxes), list(self._names)):  # else they stay
            self._make_rows(count, others)
        for bound in self._bound:
            bound.show()
        self._show_boxes()

    def _make_rows(self, count: int, others: list[str]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._boxes, self._weights, self._depths, self._names = [], [], {}, {}
        self._bound = []
        for column, text in enumerate((self.tr("GATING"), self.tr("weight"), self.tr("depth"))):
            self._grid.addWidget(label(text, "muted" if column else "section"), 0, column)
        for index in range(count):
            self._add_expert(index)
        for key in others:
            self._add_other(key, tile_title(key))

    @Slot()
    def _show_presence(self) -> None:
        self.setVisible(self._state.display.has_experts and not self._state.work.is_plain)

    def _add_expert(self, index: int) -> None:
        row, number = index + 1, index + 1
        box = QCheckBox(self.tr("Expert {}").format(number))
        box.setObjectName(f"legend_expert_{number}")
        box.setToolTip(
            self.tr(
                "Show or hide, in the overlay and in 3D, the pixels that expert {} wins"
            ).format(number)
        )
        box.setFixedHeight(ROW_PX)
        view = self._state.view
        bound = bind_checked(
            box,
            lambda: index not in view.hidden_experts,
            lambda shown: view.show_expert(index, shown),
            view.maps_changed,
        )
        self._bound.append(bound)
        weight = ValueBar(f"weight_bar_{number}")
        weight.setToolTip(self.tr("Weight of expert {} at the cursor").format(number))
        self._boxes.append(box)
        self._weights.append(weight)
        self._grid.addWidget(box, row, 0)
        self._grid.addWidget(weight, row, 1)
        self._add_depth(f"expert:{number}", row)

    def _add_other(self, key: str, text: str) -> None:
        row = self._grid.rowCount()
        name = label(text, "", f"legend_{key}")
        name.setFixedHeight(ROW_PX)
        name.setContentsMargins(20, 0, 0, 0)
        self._names[key] = name
        self._grid.addWidget(name, row, 0)
        self._add_depth(key, row)

    def _add_depth(self, key: str, row: int) -> None:
        depth = ValueBar(f"depth_bar_{key.replace(':', '_')}", DEPTH_TEXT_PX)
        depth.setToolTip(self.tr("Depth at the cursor, on the range of the colour bar"))
        self._depths[key] = depth
        self._grid.addWidget(depth, row, 2)

    @Slot()
    def _show_boxes(self) -> None:
        view = self._state.view
        for index, color in enumerate(expert_colors(view.palette, len(self._boxes))):
            self._boxes[index].setIcon(QIcon(swatch(color)))
        self._show_values()

    @Slot()
    def _show_values(self) -> None:
        readout = readout_at_cursor(self._state)
        if readout is not None and len(readout.weights) != len(self._weights):
            return  # of a result whose rows are not made yet
        known = readout is not None and readout.is_valid
        colors = [QColor(*c) for c in expert_colors(self._state.view.palette, len(self._weights))]
        for index, (bar, color) in enumerate(zip(self._weights, colors, strict=True)):
            weight = readout.weights[index] if readout is not None and known else 0.0
            bar.set_value(weight, f"{weight:.2f}" if known else "", color)
        for key, bar in self._depths.items():
            depth = _depth_of(readout, key) if readout is not None and known else None
            is_expert = key.startswith("expert:")
            color = colors[int(key[7:]) - 1] if is_expert else QColor(*OTHER_RGB)
            self._show_depth(bar, depth, color)
        self._show_rows(readout)

    def _show_depth(self, bar: ValueBar, depth: float | None, color: QColor) -> None:
        ends = self._state.depth_range.ends
        if depth is None or ends is None:
            bar.set_value(0.0, "", color)
            return
        low, high = ends
        bar.set_value((depth - low) / max(high - low, 1e-12), f"{depth:.4g}", color)

    def _show_rows(self, readout: PixelReadout | None) -> None:
        if not self._names:
            return
        what_if = readout is not None and readout.is_what_if
        self._names["fused"].setText(self.tr("What-if") if what_if else self.tr("Fused"))
        for part in (self._names["truth"], self._depths["truth"]):
            part.setVisible(self._state.truth.depth is not None)


def _depth_of(readout: PixelReadout, key: str) -> float | None:
    if key == "truth":
        return readout.truth_depth
    return readout.depth_of(key)
