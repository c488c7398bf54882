"""The menu bar: every action has its entry here."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from app.state.app_state import AppState
from app.widgets.actions import Actions


class Menus(QObject):
    """Fills a window's menu bar."""

    def __init__(self, state: AppState, actions: Actions, window: QMainWindow) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self._recents = QMenu(self.tr("Open &recent"), window)
        self._recents.setObjectName("menu_recents")
        self._fill_file()
        self._fill(self.tr("&Run"), ["run", "cancel", "-", "model"])
        self._fill_view()
        self._fill(self.tr("&Help"), ["shortcuts", "-", "about"])
        state.settings.recents_changed.connect(self._show_recents)
        self._show_recents()

    def _fill_file(self) -> None:
        menu = self._fill(self.tr("&File"), ["open_folder", "open_files", "open_result"])
        menu.addMenu(self._recents)
        self._append(menu, ["open_sample", "-", "save_result", "export", "shot", "-", "quit"])

    def _fill_view(self) -> None:
        names = ["single", "split", "link", "-", "cameras", "color_mode", "frame", "-"]
        menu = self._fill(self.tr("&View"), names)
        self._append(menu, ["previous_photo", "next_photo", "-"])
        self.panels = menu.addMenu(self.tr("P&anels"))
        self._fill_theme(menu.addMenu(self.tr("&Theme")))
        self._append(menu, ["full_screen"])

    def _fill_theme(self, menu: QMenu) -> None:
        group = QActionGroup(self)
        texts = {
            "system": self.tr("As the &system"),
            "light": self.tr("&Light"),
            "dark": self.tr("&Dark"),
        }
        for key, text in texts.items():
            action = menu.addAction(text)
            action.setObjectName(f"theme_{key}")
            action.setCheckable(True)
            action.setData(key)
            action.setChecked(key == self._state.settings.theme)
            group.addAction(action)
        group.triggered.connect(self._on_theme)

    def _fill(self, title: str, names: list[str]) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        self._append(menu, names)
        return menu

    def _append(self, menu: QMenu, names: list[str]) -> None:
        for name in names:
            if name == "-":
                menu.addSeparator()
            else:
                menu.addAction(self._actions[name])

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
            self._state.open_paths([Path(str(action.data()))])

    @Slot(QAction)
    def _on_theme(self, action: QAction) -> None:
        self._state.settings.set_theme(str(action.data()))
