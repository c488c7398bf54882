"""Keys and mouse, on one sheet, by what they are for."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.widgets.actions.command import menu_titles
from moe3d_viewer.widgets.actions.registry import Entry
from moe3d_viewer.widgets.controls.parts import label

Line = tuple[str, str]
"""A key or gesture, and what it does."""
Group = tuple[str, Sequence[Line]]

GESTURES: tuple[Group, ...] = (
    (
        "Move in the 3D view",
        (
            ("Left drag", "Turn about the pivot"),
            ("Right or middle drag, Shift + left drag", "Move sideways"),
            ("Wheel", "Zoom to the cursor"),
            ("Double-click", "Set the pivot"),
            ("W, S", "Fly forwards, backwards"),
            ("A, D", "Fly to the left, to the right"),
            ("E, Q", "Fly up, down"),
            ("Shift + W, A, S, D, Q, E", "Fly faster"),
            ("Click a ball of the axes", "Look along that axis"),
            ("Click a camera", "Look through its photo"),
        ),
    ),
    (
        "Change the 3D view",
        (
            ("Ctrl + wheel", "Size of the points"),
            ("Alt + wheel", "Size of the cameras"),
            ("Tab", "Flip between MoE3D and VGGT"),
            ("Drag a handle of the section box", "Move that face"),
        ),
    ),
    (
        "Maps",
        (
            ("Wheel", "Zoom all maps"),
            ("Drag", "Move all maps"),
            ("Double-click", "Show all of the map"),
        ),
    ),
    (
        "Photos",
        (("Drag a card, Alt + Up, Alt + Down", "Order of the next run"),),
    ),
)
"""What no command has: the mouse, and keys that are held down."""
COLUMNS = 3
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
        gestures = [
            (self.tr(title), [(key, self.tr(what)) for key, what in lines])
            for title, lines in GESTURES
        ]
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 24, 16)
        rows.setSpacing(14)
        rows.addWidget(self._sheet([*gestures, *_keys_of(entries)]), 1)
        rows.addWidget(buttons)

    def _sheet(self, groups: Sequence[Group]) -> QScrollArea:
        """The keys; they scroll where the screen is too small for them."""
        sheet, area = QWidget(), QScrollArea()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(28)
        for part in in_columns(groups, COLUMNS):
            columns.addLayout(self._column(part))
        area.setObjectName("shortcuts_sheet")
        area.setAccessibleName(self.tr("Keys and mouse"))
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(sheet)
        bar = area.verticalScrollBar().sizeHint().width()
        wanted = sheet.sizeHint() + QSize(bar, 2)
        area.setMinimumSize(wanted.boundedTo(self.screen().availableSize() - AROUND))
        return area

    def _column(self, groups: Sequence[Group]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        for title, lines in groups:
            column.addWidget(label(title, "heading"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(14)
            grid.setVerticalSpacing(4)
            grid.setColumnStretch(1, 1)
            for row, (key, what) in enumerate(lines):
                grid.addWidget(label(key, "value"), row, 0)
                grid.addWidget(label(what, "muted"), row, 1)
            column.addLayout(grid)
            column.addSpacing(10)
        column.addStretch(1)
        return column


def in_columns(groups: Sequence[Group], count: int) -> list[list[Group]]:
    """Share groups out in their order, so that the columns are about equally long."""
    heights = [len(lines) + 2 for _, lines in groups]
    wanted = sum(heights) / count
    columns: list[list[Group]] = [[]]
    filled = 0.0
    for group, height in zip(groups, heights, strict=True):
        is_full = filled + height / 2 > wanted * len(columns)
        if is_full and columns[-1] and len(columns) < count:
            columns.append([])
        columns[-1].append(group)
        filled += height
    return columns


def _keys_of(entries: Sequence[Entry]) -> list[Group]:
    """Keys of commands by their menus, in the order of the menu bar."""
    titles = menu_titles()
    found: dict[str, list[Line]] = {name: [] for name in titles}
    for entry in entries:
        keys = ", ".join(key.toString() for key in entry.action.shortcuts())
        if keys:
            menu = entry.command.menu.partition("/")[0]
            found.setdefault(menu, []).append((keys, entry.command.title))
    return [
        (titles.get(menu, menu).replace("&", ""), lines) for menu, lines in found.items() if lines
    ]
