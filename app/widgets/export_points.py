"""Which points an export writes: as seen or all, layer, limits, amount."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from app.state.app_state import AppState
from app.state.filters import MOST_SUPPORT
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.export_fields import decimal, form_label, padded, said, set_quietly
from app.widgets.layer_titles import layer_title


class ExportPoints(QWidget):
    """A form over the choices."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export, self._choices = state.export, state.export.choices
        self._seen = QRadioButton()
        self._valid = QRadioButton()
        said(self._seen, "export_seen", self.tr("Points that the 3D view shows now"))
        said(self._valid, "export_valid", self.tr("Every valid point: no filter of the 3D view"))
        self._source = QButtonGroup(self)
        self._source.addButton(self._seen)
        self._source.addButton(self._valid)
        self._layer = choice("export_layer", self.tr("Depth layer that is written"), [])
        for layer in state.display.layers:
            self._layer.addItem(layer_title(layer), layer)
        self._lowest = decimal(
            "export_confidence_min", self.tr("Leave out points of lower confidence"), 2
        )
        self._lowest.setSpecialValueText(self.tr("no limit"))
        self._support = QSpinBox()
        said(
            self._support,
            "export_min_support",
            self.tr("Leave out points that fewer other photos confirm"),
        )
        self._support.setRange(0, MOST_SUPPORT)
        self._support.setSpecialValueText(self.tr("no limit"))
        padded(self._support)
        self._edges = QCheckBox(self.tr("Leave out, above"))
        said(self._edges, "export_edges", self.tr("Leave out points where depth jumps"))
        self._rtol = decimal("export_edge_rtol", self.tr("Largest relative depth jump"), 3)
        self._amount = choice(
            "export_amount",
            self.tr("How many points are written"),
            [
                ("all", self.tr("All of them")),
                ("cap", self.tr("At most")),
                ("voxel", self.tr("One a cube of")),
            ],
        )
        self._cap = QSpinBox()
        said(self._cap, "export_max_points", self.tr("Most points of a file"))
        self._cap.setRange(1, 2_000_000_000)
        self._cap.setSingleStep(100_000)
        self._cap.setGroupSeparatorShown(True)
        padded(self._cap)
        self._voxel = decimal("export_voxel_size", self.tr("Edge of the cube, scene units"), 5)
        self._normals = QCheckBox(self.tr("With normals"))
        said(self._normals, "export_normals", self.tr("Needed for surfaces elsewhere (PLY)"))
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(7)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(form_label(self.tr("Points")), self._seen)
        form.addRow("", self._valid)
        form.addRow(form_label(self.tr("Layer")), self._layer)
        form.addRow(form_label(self.tr("Confidence from")), self._lowest)
        form.addRow(form_label(self.tr("Confirming photos")), self._support)
        form.addRow(form_label(self.tr("Depth edges")), _row(self._edges, self._rtol))
        form.addRow(form_label(self.tr("Amount")), _row(self._amount, self._cap, self._voxel))
        form.addRow("", self._normals)

    def _connect(self) -> None:
        choices = self._choices
        self._seen.toggled.connect(choices.set_as_seen)
        on_chosen(self._layer, choices.set_layer)
        self._lowest.valueChanged.connect(choices.set_confidence_min)
        self._support.valueChanged.connect(choices.set_min_support)
        self._edges.toggled.connect(choices.leave_out_edges)
        self._rtol.valueChanged.connect(choices.set_edge_rtol)
        on_chosen(self._amount, choices.set_amount)
        self._cap.valueChanged.connect(choices.set_max_points)
        self._voxel.valueChanged.connect(choices.set_voxel_size)
        self._normals.toggled.connect(choices.set_normals)
        choices.changed.connect(self._show)
        self._export.forecast_changed.connect(self._show)

    @Slot()
    @Slot(str)
    def _show(self, _what: str = "") -> None:
        choices, forecast = self._choices, self._export.forecast
        seen = f"  ({forecast.num_seen:,})" if forecast else ""
        valid = f"  ({forecast.num_valid:,})" if forecast else ""
        self._seen.setText(self.tr("What I see") + seen)
        self._valid.setText(self.tr("All valid") + valid)
        set_quietly(self._seen, choices.as_seen)
        set_quietly(self._valid, not choices.as_seen)
        show_choice(self._layer, choices.layer)
        show_choice(self._amount, choices.amount)
        set_quietly(self._lowest, choices.confidence_min)
        set_quietly(self._support, choices.min_support)
        set_quietly(self._edges, choices.edges_left_out)
        set_quietly(self._rtol, choices.edge_rtol)
        set_quietly(self._cap, choices.max_points)
        set_quietly(self._voxel, choices.voxel_size)
        set_quietly(self._normals, choices.normals)
        self._rtol.setEnabled(choices.edges_left_out)
        self._cap.setVisible(choices.amount == "cap")
        self._voxel.setVisible(choices.amount == "voxel")


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
