"""The panels around the 3D view: where they stand, which are open, how big they are."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.state.app_state import AppState
from app.widgets.dock_title import DockTitle
from app.widgets.panels import Area, Panel, all_panels
from app.widgets.theme import Theme

CLOSED = "closed_panels"
OPENED = "opened_panels"


class Docks(QObject):
    """Hidden until there is something in them; then as the user left them."""

    def __init__(self, state: AppState, theme: Theme, window: QMainWindow) -> None:
        super().__init__(window)
        self._window, self._settings = window, state.settings
        self._panels = {panel.name: panel for panel in all_panels()}
        self._docks: dict[str, QDockWidget] = {}
        window.setCorner(Qt.Corner.BottomRightCorner, Area.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomLeftCorner, Area.BottomDockWidgetArea)
        for panel in self._panels.values():
            dock = self._docks[panel.name] = _dock(panel, state, theme)
            dock.hide()  # else Qt keeps the tab bars of a layout that is never shown
            self._place(panel)
            dock.toggleViewAction().triggered.connect(self._on_toggled)
        closed, opened = self._named(CLOSED), self._named(OPENED)
        self._wanted = {
            name: f"{name}_dock" not in closed and (panel.is_open or f"{name}_dock" in opened)
            for name, panel in self._panels.items()
        }
        self._is_arranged = False
        self._has_photos = self._has_result = False

    @property
    def toggles(self) -> dict[str, QAction]:
        """For each panel the action that opens and closes it."""
        return {name: dock.toggleViewAction() for name, dock in self._docks.items()}

    def content(self, name: str) -> QWidget:
        """What is inside a panel."""
        return self._docks[name].widget()

    def with_view_keys(self) -> tuple[QWidget, ...]:
        """Contents in which the single-letter keys of the views act."""
        return tuple(
            self.content(name) for name, panel in self._panels.items() if panel.has_view_keys
        )

    def show_for(self, *, is_open: bool, has_result: bool) -> None:
        """Show what there is something to show in, unless the user closed it."""
        self._has_photos, self._has_result = is_open, has_result
        for name, panel in self._panels.items():
            is_useful = has_result if panel.needs_result else is_open
            self._docks[name].setVisible(is_useful and self._wanted[name])
        if has_result and not self._is_arranged:
            self._is_arranged = True
            QTimer.singleShot(0, self.arrange)

    def want(self, names: Iterable[str], front: str = "") -> None:
        """Open these panels and close all others; kept for the next start.

        Args:
            names: of panels.
            front: the panel that is on top where several share a place.
        """
        chosen = set(names)
        self._wanted = {name: name in chosen for name in self._panels}
        self._keep_wanted()
        self.show_for(is_open=self._has_photos, has_result=self._has_result)
        if front in self._docks:
            self._docks[front].raise_()
        QTimer.singleShot(0, self.arrange)

    def open(self, name: str) -> None:
        """Open one panel and leave all others as they are."""
        self._wanted[name] = True
        self._keep_wanted()
        self.show_for(is_open=self._has_photos, has_result=self._has_result)
        self._docks[name].raise_()

    def keep_layout(self) -> None:
        """The sizes were restored from an earlier start."""
        self._is_arranged = True

    @Slot()
    def reset(self) -> None:
        """Bring every panel back to its place and usual size."""
        for name, panel in self._panels.items():
            self._docks[name].setFloating(False)
            self._place(panel)
        self.want(name for name, panel in self._panels.items() if panel.is_open)

    @Slot()
    def arrange(self) -> None:
        """Give every panel its usual size; wanted once all of them are shown."""
        for direction, at_bottom in ((Qt.Orientation.Horizontal, 0), (Qt.Orientation.Vertical, 1)):
            panels = [
                panel
                for panel in self._panels.values()
                if (panel.place is Area.BottomDockWidgetArea) == bool(at_bottom)
            ]
            docks = [self._docks[panel.name] for panel in panels]
            self._window.resizeDocks(docks, [panel.size_px for panel in panels], direction)

    def _place(self, panel: Panel) -> None:
        dock = self._docks[panel.name]
        self._window.addDockWidget(panel.place, dock)
        if panel.tab_of:
            self._window.tabifyDockWidget(self._docks[panel.tab_of], dock)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        for name, dock in self._docks.items():
            if dock.toggleViewAction() is self.sender():
                self._wanted[name] = shown
        self._keep_wanted()

    def _keep_wanted(self) -> None:
        closed = [f"{name}_dock" for name, wanted in self._wanted.items() if not wanted]
        opened = [f"{name}_dock" for name, wanted in self._wanted.items() if wanted]
        self._settings.set_value(CLOSED, ",".join(closed))
        self._settings.set_value(OPENED, ",".join(opened))

    def _named(self, key: str) -> list[str]:
        return self._settings.value(key, "").split(",")


def _dock(panel: Panel, state: AppState, theme: Theme) -> QDockWidget:
    dock = QDockWidget(panel.title)
    dock.setObjectName(f"{panel.name}_dock")
    dock.setWidget(panel.make(state, theme))
    controls = panel.make_controls(state, theme) if panel.make_controls is not None else None
    dock.setTitleBarWidget(DockTitle(dock, controls))
    return dock
