"""Fields of the dialogs that draw the 3D view into a file."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QSpinBox

from app.widgets.export_fields import padded, said

SMALLEST_PX, LARGEST_PX = 16, 8192


def pixel_box(name: str, tip: str, value: int, *, even: bool = False) -> QSpinBox:
    """A width or height; an odd number becomes the even one below where videos want it."""
    made = QSpinBox()
    said(made, name, tip)
    padded(made)
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


def _tr(text: str) -> str:
    return QCoreApplication.translate("PictureFields", text)
