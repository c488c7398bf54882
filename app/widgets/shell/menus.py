"""The menu bar, filled from the registry of commands: every command has its entry."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.actions.command import menu_titles
from moe3d_viewer.widgets.actions.registry import Actions

RECENTS = "file.recent"
PANELS = "view.panels"


class Menus(QObject):
    """Menus that have no command are left out; sub-menus come last in their menu."""

    def __init__(self, state: AppState, actions: Actions, window: QMainWindow) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self._menus: dict[str, QMenu] = {}
        for name, title in menu_titles().items():
            parent, _, child = name.rpartition(".")
            above = self._menus.get(parent)
            if child and above is None and parent:
                continue
            self._add_menu(name, title, above)
        self._recents = self._menus[RECENTS]
        self._recents.setObjectName("menu_recents")
        state.settings.recents_changed.connect(self._show_recents)
        self._show_recents()

    def _add_menu(self, name: str, title: str, above: QMenu | None) -> None:
        entries = self._actions.in_menu(name)
        if not entries and name not in (RECENTS, PANELS):
            return
        menu = QMenu(title, self._window)
        menu.setObjectName(f"menu_{name.replace('.', '_')}")
        menu.setToolTipsVisible(True)
        part = ""
        for entry in entries:
            if part and entry.command.menu != part:
                menu.addSeparator()
            part = entry.command.menu
            menu.addAction(entry.action)
        self._menus[name] = menu
        if above is None:
            self._window.menuBar().addMenu(menu)
        else:
            above.addMenu(menu)

    @Slot()
    def _show_recents(self) -> None:
        self._recents.clear()
        for path in self._state.settings.recents:
            action = self._recents.addAction(str(path))
            action.setData(str(path))
            action.triggered.connect(self._on_recent)
        self._recents.setEnabled(bool(self._state.settings.recents))
        if self._state.settings.recents:
            self._recents.addSeparator()
            clear = self._recents.addAction(self.tr("Clear list"))
            clear.triggered.connect(self._state.settings.clear_recents)

    @Slot()
    def _on_recent(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._state.open_recent(Path(str(action.data())))
