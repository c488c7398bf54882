"""Which points are drawn and how: layer, refined or raw, colours, size, cameras."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QFormLayout, QSlider, QWidget

from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.work import WorkState
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice, bind_value
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.color_modes import color_mode_meaning, color_mode_title
from moe3d_viewer.widgets.controls.layer_titles import layer_meaning, layer_title
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.help.control_help import RANGE
from moe3d_viewer.widgets.inspector.section import Section

SIZE_STEPS = 10
OF_RESEARCH = ("expert", "entropy", "flying", "difference")
"""Colours that say something of the network's parts, or of another network."""
NO_SUPPORT = "Not known of this result: its photos were not compared with each other"


class PointsSection(Section):
    """Live options of the 3D view."""

    def __init__(
        self,
        display: DisplayState,
        view: ViewOptionsState,
        work: WorkState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("points_section", self.tr("POINTS"), parent)
        self._display, self._view, self._work = display, view, work
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
        self._meaning = label(role="muted", name="color_meaning", wrap=True)
        self._meaning.setMinimumHeight(2 * self._meaning.fontMetrics().lineSpacing())
        self._meaning.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        self._bind()
        view.points_changed.connect(self._show_meaning)
        display.layers_shown_changed.connect(self._show_layer)
        display.result_changed.connect(self._show_layers)
        work.plain_changed.connect(self._show_layers)
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

    def _bind(self) -> None:
        display, view, shown = self._display, self._view, self._display.layers_shown_changed
        self._layer_binding = bind_choice(
            self._layer, lambda: display.layer, view.select_layer, shown
        )
        bind_checked(self._refined, lambda: display.choice.is_refined, display.show_refined, shown)
        self._mode_binding = bind_choice(
            self._mode, lambda: view.color_mode, view.set_color_mode, view.points_changed
        )
        bind_value(
            self._size,
            lambda: view.point_size_px,
            view.set_point_size_px,
            view.points_changed,
            to_control=lambda size_px: size_px * SIZE_STEPS,
            from_control=lambda place: place / SIZE_STEPS,
        )
        bind_checked(
            self._cameras, lambda: view.cameras_shown, view.show_cameras, view.points_changed
        )

    @Slot()
    def _show_meaning(self) -> None:
        self._meaning.setText(color_mode_meaning(self._view.color_mode))

    @Slot()
    def _show_layers(self) -> None:
        self._layer.clear()
        for layer in self._display.layers:
            self._layer.addItem(layer_title(layer), layer)
            meaning = layer_meaning(layer)
            self._layer.setItemData(self._layer.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        self._mode.clear()
        for mode in self._color_modes():
            self._mode.addItem(color_mode_title(mode), mode)
        if "support" not in self._display.color_modes:
            self._offer_support_later()
        self._layer_binding.show()
        self._mode_binding.show()
        self._show_meaning()
        self._layer.setEnabled(self._layer.count() > 1)
        self.setVisible(self._display.prediction is not None)
        is_plain = self._work.is_plain
        has_refined = self._display.choice.has_refined
        self._form.setRowVisible(self._layer, not is_plain)
        self._form.setRowVisible(self._refined, has_refined and not is_plain)
        self._show_layer()

    def _color_modes(self) -> tuple[str, ...]:
        """All that there is to see; in plain words, what needs no network to be understood."""
        chosen = self._view.color_mode
        modes = self._display.color_modes
        return tuple(
            mode
            for mode in modes
            if not (self._work.is_plain and mode in OF_RESEARCH) or mode == chosen
        )

    @Slot()
    def _show_layer(self) -> None:
        display = self._display
        about = self.tr("Depth layer of the left or only 3D view")
        meaning = layer_meaning(display.layer)
        self._layer.setToolTip(f"{about}. {meaning}" if meaning else about)
        model = self._layer.model()
        place = self._layer.findData("refined")
        if isinstance(model, QStandardItemModel) and place >= 0:
            model.item(place).setEnabled(not display.choice.is_mixing)
        self._refined.setEnabled(display.choice.can_refine)
        self._refined.setToolTip(self._refined_help())

    def _refined_help(self) -> str:
        if self._display.choice.is_mixing:
            return self.tr("A what-if mixes the network's own depth: nothing refined is shown")
        return self.tr("On: depth that all photos together mended. Off: the network's own (R)")

    def _offer_support_later(self) -> None:
        """The entry stands there, cannot be chosen, and says why."""
        self._mode.addItem(color_mode_title("support"), "support")
        entry = self._mode.model().index(self._mode.count() - 1, 0)
        self._mode.setItemData(entry.row(), self.tr(NO_SUPPORT), Qt.ItemDataRole.ToolTipRole)
        # what QComboBox itself reads: an entry with no flags is grey and passed over
        self._mode.setItemData(entry.row(), 0, Qt.ItemDataRole.UserRole - 1)
