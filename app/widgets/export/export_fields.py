"""Fields of the export dialog: named and explained."""

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLabel, QWidget

from moe3d_viewer.widgets.controls.parts import label


def said(widget: QWidget, name: str, sentence: str) -> None:
    """Give a control its name, its tooltip and its accessible name."""
    widget.setObjectName(name)
    widget.setToolTip(sentence)
    widget.setAccessibleName(sentence)


def decimal(name: str, sentence: str, decimals: int) -> QDoubleSpinBox:
    """A field for a number that is not negative."""
    made = QDoubleSpinBox()
    said(made, name, sentence)
    made.setDecimals(decimals)
    made.setRange(0.0, 1e6)
    made.setSingleStep(10.0 ** (1 - decimals))
    as_wide(made)
    return made


def as_wide(field: QAbstractSpinBox) -> None:
    """Give every field the same width."""
    field.setFixedWidth(120)


def form_label(text: str) -> QLabel:
    """The label of a row; as wide in every form of the dialog."""
    made = label(text)
    made.setMinimumWidth(110)
    return made
