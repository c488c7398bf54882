"""Fields of the dialogs that draw the 3D view into a file."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.widgets.export.export_fields import as_wide, said

SMALLEST_PX, LARGEST_PX = 16, 8192


def pixel_box(name: str, tip: str, value: int, *, even: bool = False) -> QSpinBox:
    """A width or height; an odd number becomes the even one below where videos want it."""
    made = QSpinBox()
    said(made, name, tip)
    as_wide(made)
    made.setRange(SMALLEST_PX, LARGEST_PX)
    made.setValue(value)
    made.setSuffix(_tr(" px"))
    if even:
        made.setSingleStep(2)
        made.editingFinished.connect(lambda: made.setValue(made.value() // 2 * 2))
    return made


def overlays_box(name: str) -> QCheckBox:
    """Whether what stands around the points is drawn as well."""
    made = QCheckBox(_tr("With cameras, grid and distances"))
    made.setObjectName(name)
    made.setToolTip(_tr("Also draw what stands around the points"))
    made.setChecked(True)
    return made


def legend_box(name: str, checked: bool) -> QCheckBox:
    """Whether the picture says what its colours mean."""
    made = QCheckBox(_tr("With the legend of the colours"))
    made.setObjectName(name)
    made.setToolTip(_tr("Also draw what the colours mean, with numbers and units"))
    made.setChecked(checked)
    return made


def lay_out_recording(
    dialog: QDialog,
    parts: Sequence[QWidget | QLayout],
    bar: QProgressBar,
    cancel: QPushButton,
    save: QPushButton,
    spacing: int,
) -> None:
    """Parts below each other, then the bar, which keeps its room while hidden, then buttons."""
    buttons = QDialogButtonBox()
    buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
    buttons.addButton(save, QDialogButtonBox.ButtonRole.ActionRole)
    rows = QVBoxLayout(dialog)
    rows.setContentsMargins(20, 18, 20, 16)
    rows.setSpacing(spacing)
    for part in (*parts, bar, buttons):
        if isinstance(part, QLayout):
            rows.addLayout(part)
        else:
            rows.addWidget(part)
    save.setDefault(True)  # outside the dialog it would not be Enter's
    kept = bar.sizePolicy()
    kept.setRetainSizeWhenHidden(True)
    bar.setSizePolicy(kept)


def _tr(text: str) -> str:
    return QCoreApplication.translate("PictureFields", text)
