"""Keys and mouse, on one sheet."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.widgets.actions.registry import Entry
from app.widgets.parts import label

MOUSE = (
    ("Left drag", "Orbit"),
    ("Right or middle drag, Shift + left drag", "Move"),
    ("Wheel", "Zoom to the cursor"),
    ("Double-click", "Set the pivot"),
    ("Drag a handle of the section box", "Move that face"),
    ("Tab in the 3D view", "Flip between MoE3D and VGGT"),
    ("Wheel over a map", "Zoom all maps"),
    ("Drag in a map", "Move all maps"),
    ("Drag a photo card, Alt+Up, Alt+Down", "Order of the next run"),
)
ROWS_A_COLUMN = 24
AROUND = QSize(60, 150)
"""Of the screen, for the rest of the dialog and the desktop's bars."""


class ShortcutsDialog(QDialog):
    """Made from the registry of commands, so it cannot be out of date."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts_dialog")
        self.setWindowTitle(self.tr("Keys and mouse"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        lines = [*_keys_of(entries), *((key, self.tr(what)) for key, what in MOUSE)]
        for index, (key, what) in enumerate(lines):
            row, column = index % ROWS_A_COLUMN, 2 * (index // ROWS_A_COLUMN)
            grid.addWidget(label(key, "value"), row, column)
            grid.addWidget(label(what, "muted"), row, column + 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 24, 16)
        rows.setSpacing(14)
        rows.addWidget(self._sheet(grid), 1)
        rows.addWidget(buttons)

    def _sheet(self, grid: QGridLayout) -> QScrollArea:
        """The keys; they scroll where the screen is too small for them."""
        sheet, area = QWidget(), QScrollArea()
        sheet.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(sheet)
        bar = area.verticalScrollBar().sizeHint().width()
        wanted = sheet.sizeHint() + QSize(bar, 2)
        area.setMinimumSize(wanted.boundedTo(self.screen().availableSize() - AROUND))
        return area


def _keys_of(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    return [
        (", ".join(key.toString() for key in entry.action.shortcuts()), entry.command.title)
        for entry in entries
        if entry.action.shortcuts()
    ]
