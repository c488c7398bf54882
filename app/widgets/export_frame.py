"""Which way up an export stands, how large, and how fine surfaces are."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QWidget

from app.state.export import ExportState
from app.widgets.axes_preview import AxesPreview
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.export_fields import decimal, form_label, said, set_quietly
from app.widgets.parts import label

_UP_WORDS = {"cv": "y down", "y": "y up", "z": "z up"}


class ExportFrame(QWidget):
    """A form over the choices, with a drawing of the axes."""

    def __init__(self, export: ExportState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export, self._choices = export, export.choices
        self._up = choice(
            "export_up",
            self.tr("Up axis of the files"),
            [
                ("auto", self.tr("As programs expect")),
                ("cv", self.tr("Y down (COLMAP, OpenCV)")),
                ("y", self.tr("Y up (glTF, web)")),
                ("z", self.tr("Z up (Blender, surveying)")),
            ],
        )
        self._told = label(role="muted", name="export_up_told")
        self._preview = AxesPreview()
        self._level = QCheckBox(self.tr("Level"))
        said(self._level, "export_level", self.tr("The scene's up becomes y or z up exactly"))
        self._scale = decimal("export_scale", self.tr("Multiply all lengths"), 4)
        self._detail = choice(
            "export_detail",
            self.tr("How fine surfaces are"),
            [
                ("coarse", self.tr("Coarse")),
                ("normal", self.tr("Normal")),
                ("fine", self.tr("Fine")),
            ],
        )
        self._lay_out()
        on_chosen(self._up, self._choices.set_up)
        self._level.toggled.connect(self._choices.set_level)
        self._scale.valueChanged.connect(self._choices.set_scale)
        on_chosen(self._detail, self._choices.set_detail)
        self._choices.changed.connect(self._show)
        export.formats_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(7)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(form_label(self.tr("Up axis")), self._up)
        form.addRow("", self._told)
        form.addRow(form_label(self.tr("Scale")), _pair(self._scale, self._level))
        form.addRow(form_label(self.tr("Surfaces")), self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(form, 1)
        row.addWidget(self._preview)

    @Slot()
    @Slot(str)
    def _show(self, _what: str = "") -> None:
        axes = self._export.up_axes
        self._told.setText(", ".join(self.tr(_UP_WORDS[axis]) for axis in axes))
        self._told.setVisible(bool(axes) and self._choices.up == "auto")
        self._preview.show_up(axes[0] if axes else "cv")
        show_choice(self._up, self._choices.up)
        set_quietly(self._level, self._choices.level)
        self._level.setEnabled(any(axis != "cv" for axis in axes))
        set_quietly(self._scale, self._choices.scale)
        show_choice(self._detail, self._choices.detail)
        has_surface = any(
            name == "obj" or name.startswith("mesh") for name in self._choices.formats
        )
        self._detail.setEnabled(has_surface)


def _pair(first: QWidget, second: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(first)
    row.addWidget(second)
    row.addStretch(1)
    return row
