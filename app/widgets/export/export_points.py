"""Which points an export writes: as seen or all, layer, limits, amount."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QStackedWidget,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.points.filters import MOST_SUPPORT
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice, bind_value
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.export.export_fields import as_wide, decimal, form_label, said


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
        as_wide(self._support)
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
        as_wide(self._cap)
        self._voxel = decimal("export_voxel_size", self.tr("Edge of the cube, scene units"), 5)
        self._limits = QStackedWidget()  # each in the same place: nothing jumps
        for page in (QWidget(), self._cap, self._voxel):
            self._limits.addWidget(page)
        self._normals = QCheckBox(self.tr("With normals"))
        said(self._normals, "export_normals", self.tr("Needed for surfaces elsewhere (PLY)"))
        self._lay_out()
        self._bind()
        self._show()

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(7)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(form_label(self.tr("Points")), _row(self._seen, self._valid))
        form.addRow(form_label(self.tr("Layer")), _row(self._layer, self._normals))
        photos = label(self.tr("Confirming photos"))
        limits = _row(self._lowest, photos, self._support)
        form.addRow(form_label(self.tr("Confidence from")), limits)
        form.addRow(form_label(self.tr("Depth edges")), _row(self._edges, self._rtol))
        form.addRow(form_label(self.tr("Amount")), _row(self._amount, self._limits))

    def _bind(self) -> None:
        choices, changed = self._choices, self._choices.changed
        bind_checked(self._seen, lambda: choices.as_seen, choices.set_as_seen, changed)
        bind_checked(
            self._valid,
            lambda: not choices.as_seen,
            lambda on: choices.set_as_seen(not on),
            changed,
        )
        bind_choice(self._layer, lambda: choices.layer, choices.set_layer, changed)
        bind_value(
            self._lowest, lambda: choices.confidence_min, choices.set_confidence_min, changed
        )
        bind_value(self._support, lambda: choices.min_support, choices.set_min_support, changed)
        bind_checked(self._edges, lambda: choices.edges_left_out, choices.leave_out_edges, changed)
        bind_value(self._rtol, lambda: choices.edge_rtol, choices.set_edge_rtol, changed)
        bind_choice(self._amount, lambda: choices.amount, choices.set_amount, changed)
        bind_value(self._cap, lambda: choices.max_points, choices.set_max_points, changed)
        bind_value(self._voxel, lambda: choices.voxel_size, choices.set_voxel_size, changed)
        bind_checked(self._normals, lambda: choices.normals, choices.set_normals, changed)
        choices.changed.connect(self._show)
        self._export.forecast_changed.connect(self._show)

    @Slot()
    @Slot(str)
    def _show(self, _what: str = "") -> None:
        choices, counts = self._choices, self._export.counts
        seen, valid = (f"  ({count:,})" for count in counts) if counts is not None else ("", "")
        self._seen.setText(self.tr("What I see") + seen)
        self._valid.setText(self.tr("All valid") + valid)
        self._rtol.setEnabled(choices.edges_left_out)
        self._limits.setCurrentIndex(("all", "cap", "voxel").index(choices.amount))


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
