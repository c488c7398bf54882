"""Keys and mouse, on one sheet."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from app.widgets.parts import label

MOUSE = (
    ("Left drag", "Orbit"),
    ("Right or middle drag, Shift + left drag", "Move"),
    ("Wheel", "Zoom to the cursor"),
    ("Double-click", "Set the pivot"),
    ("Wheel over a map", "Zoom all maps"),
    ("Drag in a map", "Move all maps"),
)
ROWS_A_COLUMN = 14


class ShortcutsDialog(QDialog):
    """Made from the window's own actions, so it cannot be out of date."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts_dialog")
        self.setWindowTitle(self.tr("Keys and mouse"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        lines = [*_keys_of(parent), *((key, self.tr(what)) for key, what in MOUSE)]
        for index, (key, what) in enumerate(lines):
            row, column = index % ROWS_A_COLUMN, 2 * (index // ROWS_A_COLUMN)
            grid.addWidget(label(key, "value"), row, column)
            grid.addWidget(label(what, "muted"), row, column + 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 24, 16)
        rows.setSpacing(14)
        rows.addLayout(grid)
        rows.addWidget(buttons)


def _keys_of(window: QWidget) -> list[tuple[str, str]]:
    found = {}
    for action in window.findChildren(QAction):
        keys = ", ".join(key.toString() for key in action.shortcuts())
        if keys and action.text():
            found.setdefault(keys, action.text().replace("&", "").rstrip("…"))
    return list(found.items())
