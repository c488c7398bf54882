"""What the 3D view draws: layer, refined or raw, colours, point size, cameras."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QFormLayout, QSlider, QWidget

from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.control_help import RANGE
from app.widgets.layer_titles import layer_meaning, layer_title
from app.widgets.parts import label
from app.widgets.section import Section

SIZE_STEPS = 10
_MODE_TITLES = {
    "photo": "Photo",
    "depth": "Depth",
    "confidence": "Confidence",
    "normal": "Surface direction",
    "expert": "Winning expert",
    "entropy": "Gate undecided",
    "flying": "Flying points",
    "support": "Support by photos",
    "difference": "MoE3D minus VGGT",
    "view": "Which photo",
}
_MODE_MEANINGS = {
    "photo": "The photos' own colours",
    "depth": "Depth in the photo that saw the point: near is warm, far is blue",
    "confidence": "The network's confidence: violet is low, yellow is high",
    "normal": "Where the surface faces: red right, green up, blue to the first camera",
    "expert": "The expert of largest weight; the result is the weighted sum",
    "entropy": "How undecided the gate is: bright is undecided",
    "flying": "Points that hang between two surfaces are pink",
    "support": "Other photos that confirm the point: red none, yellow 1, green 2, blue 3 or more",
    "difference": "MoE3D minus VGGT: red where MoE3D is farther, blue where it is nearer",
    "view": "A colour for each photo",
}
NO_SUPPORT = "Not known of this result: its photos were not compared with each other"


class PointsSection(Section):
    """Live options of the 3D view."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__("points_section", self.tr("3D VIEW"), parent)
        self._display, self._view = display, view
        self._layer = choice("layer", self.tr("Depth layer of the left or only 3D view"), [])
        self._refined = QCheckBox(self.tr("Refined by all photos"))
        self._refined.setObjectName("show_refined")
        self._mode = choice("color_mode", self.tr("What colours the points (C)"), [])
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setObjectName("point_size")
        self._size.setAccessibleName(self.tr("Point size"))
        self._size.setToolTip(self.tr("Size of a point on the screen, pixels"))
        self._size.setProperty(RANGE, self.tr("1 to 8 pixels"))
        self._size.setRange(SIZE_STEPS, 8 * SIZE_STEPS)
        self._cameras = QCheckBox(self.tr("Cameras"))
        self._cameras.setObjectName("show_cameras")
        self._cameras.setToolTip(self.tr("Draw where each photo was taken from (V)"))
        on_chosen(self._layer, view.select_layer)
        self._refined.toggled.connect(display.show_refined)
        on_chosen(self._mode, view.set_color_mode)
        self._size.valueChanged.connect(self._on_size)
        self._cameras.toggled.connect(view.show_cameras)
        self._meaning = label(role="muted", name="color_meaning", wrap=True)
        self._meaning.setMinimumHeight(2 * self._meaning.fontMetrics().lineSpacing())
        self._meaning.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        view.points_changed.connect(self._show)
        display.layers_shown_changed.connect(self._show_layer)
        display.changed.connect(self._show_layers)
        self._show_layers()

    def _lay_out(self) -> None:
        form = self._form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Layer")), self._layer)
        form.addRow("", self._refined)
        form.addRow(label(self.tr("Colour")), self._mode)
        form.addRow("", self._meaning)
        form.addRow(label(self.tr("Point size")), self._size)
        form.addRow("", self._cameras)
        self.rows.addLayout(form)

    @Slot(int)
    def _on_size(self, value: int) -> None:
        self._view.set_point_size_px(value / SIZE_STEPS)

    @Slot()
    def _show(self) -> None:
        show_choice(self._mode, self._view.color_mode)
        self._meaning.setText(self.tr(_MODE_MEANINGS[self._view.color_mode]))
        self._size.setValue(round(self._view.point_size_px * SIZE_STEPS))
        self._cameras.setChecked(self._view.cameras_shown)

    @Slot()
    def _show_layers(self) -> None:
        self._layer.clear()
        for layer in self._display.layers:
            self._layer.addItem(layer_title(layer), layer)
            meaning = layer_meaning(layer)
            self._layer.setItemData(self._layer.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        self._mode.clear()
        for mode in self._display.color_modes:
            self._mode.addItem(self.tr(_MODE_TITLES[mode]), mode)
        if "support" not in self._display.color_modes:
            self._offer_support_later()
        self._show()
        self._layer.setEnabled(self._layer.count() > 1)
        self.setVisible(self._display.prediction is not None)
        self._form.setRowVisible(self._refined, self._display.choice.has_refined)
        self._show_layer()

    @Slot()
    def _show_layer(self) -> None:
        display = self._display
        show_choice(self._layer, display.layer)
        about = self.tr("Depth layer of the left or only 3D view")
        meaning = layer_meaning(display.layer)
        self._layer.setToolTip(f"{about}. {meaning}" if meaning else about)
        model = self._layer.model()
        place = self._layer.findData("refined")
        if isinstance(model, QStandardItemModel) and place >= 0:
            model.item(place).setEnabled(not display.choice.is_mixing)
        self._refined.blockSignals(True)
        self._refined.setChecked(display.choice.is_refined)
        self._refined.blockSignals(False)
        self._refined.setEnabled(display.choice.can_refine)
        self._refined.setToolTip(self._refined_help())

    def _refined_help(self) -> str:
        if self._display.choice.is_mixing:
            return self.tr("A what-if mixes the network's own depth: nothing refined is shown")
        return self.tr("On: depth that all photos together mended. Off: the network's own (R)")

    def _offer_support_later(self) -> None:
        """The entry stands there, cannot be chosen, and says why."""
        self._mode.addItem(self.tr(_MODE_TITLES["support"]), "support")
        entry = self._mode.model().index(self._mode.count() - 1, 0)
        self._mode.setItemData(entry.row(), self.tr(NO_SUPPORT), Qt.ItemDataRole.ToolTipRole)
        # what QComboBox itself reads: an entry with no flags is grey and passed over
        self._mode.setItemData(entry.row(), 0, Qt.ItemDataRole.UserRole - 1)
