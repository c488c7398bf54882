"""A button that opens a menu of ticks."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton


def menu_button(name: str, text: str, tooltip: str) -> QToolButton:
    """A button with an empty menu."""
    made = QToolButton()
    made.setObjectName(name)
    made.setText(text)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(made)
    menu.setObjectName(f"{name}_menu")
    menu.setToolTipsVisible(True)
    made.setMenu(menu)
    return made


def add_tick(
    button: QToolButton, name: str, text: str, tooltip: str, take: Callable[[bool], None]
) -> QAction:
    """One tick in the menu; `take` hears what the user wants."""
    tick = button.menu().addAction(text)
    tick.setObjectName(name)
    tick.setToolTip(tooltip)
    tick.setCheckable(True)
    tick.triggered.connect(take)
    return tick
