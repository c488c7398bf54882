"""The panels around the 3D view: where they stand, which are open, how big they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QToolButton, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.actions.layouts import layout_of
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.theme import Theme


class DockTitle(QWidget):
    """Stands above a panel."""

    def __init__(self, dock: QDockWidget, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("dock_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        close = QToolButton()
        close.setObjectName(f"{dock.objectName()}_close")
        close.setIconSize(QSize(14, 14))
        close.setToolTip(self.tr("Close this panel; the View menu brings it back"))
        close.setAccessibleName(self.tr("Close {}").format(dock.windowTitle()))
        close.clicked.connect(dock.toggleViewAction().trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 4, 1)
        row.setSpacing(12)
        row.addWidget(label(dock.windowTitle().upper(), "section"))
        self._room = QWidget()
        row.addWidget(self._room, 1)
        row.addWidget(close)
        self._row, self._close, self._theme = row, close, theme
        theme.changed.connect(self._show_icon)
        self._show_icon()

    def add_controls(self, controls: QWidget) -> None:
        """What belongs to the panel's content, between its name and the button."""
        self._row.replaceWidget(self._room, controls)
        self._room.deleteLater()

    @Slot()
    def _show_icon(self) -> None:
        self._close.setIcon(icon("close", self._theme.tokens.muted))


CLOSED = "closed_panels"
OPENED = "opened_panels"
Area = Qt.DockWidgetArea
Make = Callable[[AppState, Theme], QWidget]


@dataclass(frozen=True)
class Panel:
    """One dock: its place, its content, and when there is something in it."""

    name: str
    """The QDockWidget is called NAME_dock."""
    title: str
    make: Make
    place: Area
    size_px: int
    """Usual width at the sides, usual height at the bottom."""
    needs_result: bool = False
    """Hidden until there is a result; else until there are photos."""
    needs_photos: bool = True
    """False: it can be open over the start page, too."""
    with_objects: bool = False
    """Also shown while clouds or meshes are open, with or without photos."""
    make_controls: Make | None = None
    """What stands in the title bar."""
    tab_of: str = ""
    """Shares the place of this panel, as a tab."""
    has_view_keys: bool = False
    """Whether the single-letter keys of the views act in it."""


class Docks(QObject):
    """Hidden until there is something in them; then as the user left them.

    What is in a panel is made panel by panel once the window is on the screen, which need not wait
    for it, or at once when a scene is about to come: always before there is anything to show.
    """

    filled = Signal(str)
    """This panel has its content now."""

    def __init__(
        self, panels: Iterable[Panel], state: AppState, theme: Theme, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._state, self._theme, self._work = state, theme, state.work
        self._window, self._settings = window, state.settings
        self._panels = {panel.name: panel for panel in panels}
        self._docks: dict[str, QDockWidget] = {}
        self._empty = list(self._panels)
        self._filling = QTimer(self)  # of interval 0: a turn of the event loop for each panel
        self._filling.timeout.connect(self._fill_next)
        state.session.replacing.connect(self._fill_all)
        state.objects.changing.connect(self._fill_all)
        state.work.plain_changed.connect(self._share_corners)
        self._share_corners()
        for panel in self._panels.values():
            dock = self._docks[panel.name] = _dock(panel, theme)
            dock.hide()  # else Qt keeps the tab bars of a layout that is never shown
            self._place(panel)
            dock.toggleViewAction().triggered.connect(self._on_toggled)
        closed, opened = self._named(CLOSED), self._named(OPENED)
        usual = layout_of(self._work.name).panels
        self._wanted = {
            name: f"{name}_dock" not in closed and (name in usual or f"{name}_dock" in opened)
            for name in self._panels
        }
        self._is_arranged = False
        self._has_photos = self._has_result = self._has_objects = False
        self._in_front: dict[str, str] = {}

    @property
    def toggles(self) -> dict[str, QAction]:
        """For each panel the action that opens and closes it."""
        return {name: dock.toggleViewAction() for name, dock in self._docks.items()}

    def content(self, name: str) -> QWidget:
        """What is inside a panel."""
        self._fill(name)
        return self._docks[name].widget()

    def has_view_keys(self, name: str) -> bool:
        """Whether the single-letter keys of the views act in a panel."""
        return self._panels[name].has_view_keys

    @Slot()
    def fill_rest(self) -> None:
        """Make what is in the panels that nobody wanted yet, one in a turn of the event loop."""
        self._filling.start()

    @Slot()
    def _fill_next(self) -> None:
        if self._empty:
            self._fill(self._empty[0])
        else:
            self._filling.stop()

    @Slot()
    def _fill_all(self) -> None:
        while self._empty:
            self._fill(self._empty[0])

    def _fill(self, name: str) -> None:
        if name not in self._empty:
            return
        self._empty.remove(name)
        panel, dock = self._panels[name], self._docks[name]
        dock.setWidget(panel.make(self._state, self._theme))
        title = dock.titleBarWidget()
        if panel.make_controls is not None and isinstance(title, DockTitle):
            title.add_controls(panel.make_controls(self._state, self._theme))
        self.filled.emit(name)

    def show_for(self, *, is_open: bool, has_result: bool, has_objects: bool = False) -> None:
        """Show what there is something to show in, unless the user closed it."""
        self._has_photos, self._has_result = is_open, has_result
        self._has_objects = has_objects
        self._note_fronts()
        for name, panel in self._panels.items():
            is_useful = has_result if panel.needs_result else is_open or not panel.needs_photos
            is_useful = is_useful or (panel.with_objects and has_objects)
            self._docks[name].setVisible(is_useful and self._wanted[name])
        self._raise_fronts()
        if has_result and not self._is_arranged:
            self._is_arranged = True
            QTimer.singleShot(0, self.arrange)

    def _note_fronts(self) -> None:
        """What the user sees on top where panels share a place; while a panel waits for something
        to show, what stands in for it is not what the user chose."""
        for place, name in self._fronts().items():
            before = self._in_front.get(place, name)
            if not (self._wanted[before] and self._docks[before].isHidden()):
                self._in_front[place] = name

    def _raise_fronts(self) -> None:
        """Panels that went and came again leave on top what was there before."""
        for name in self._in_front.values():
            if not self._docks[name].isHidden():
                self._docks[name].raise_()

    def _fronts(self) -> dict[str, str]:
        """By the panel that others share a place with: the one of them that is on top now."""
        return {
            self._panels[name].tab_of or name: name
            for name, dock in self._docks.items()
            if not dock.isHidden() and not dock.isFloating() and not dock.visibleRegion().isEmpty()
        }

    def _show_again(self) -> None:
        self.show_for(
            is_open=self._has_photos,
            has_result=self._has_result,
            has_objects=self._has_objects,
        )

    def want(self, names: Iterable[str], front: str = "") -> None:
        """Open these panels and close all others; kept for the next start.

        Args:
            names: of panels.
            front: the panel that is on top where several share a place.
        """
        chosen = set(names)
        self._wanted = {name: name in chosen for name in self._panels}
        self._keep_wanted()
        self._show_again()
        self._bring(front)
        QTimer.singleShot(0, self.arrange)

    def open(self, name: str) -> None:
        """Open one panel and leave all others as they are."""
        self._wanted[name] = True
        self._keep_wanted()
        self._show_again()
        self._bring(name)

    def _bring(self, name: str) -> None:
        if name in self._docks:
            self._in_front[self._panels[name].tab_of or name] = name
            self._docks[name].raise_()

    def keep_layout(self) -> None:
        """The sizes were restored from an earlier start."""
        self._is_arranged = True
        self._share_corners()

    @Slot()
    def _share_corners(self) -> None:
        """Many maps stand below everything; a few leave the panels at the sides their height."""
        at_sides = {
            Qt.Corner.BottomLeftCorner: Area.LeftDockWidgetArea,
            Qt.Corner.BottomRightCorner: Area.RightDockWidgetArea,
        }
        for corner, area in at_sides.items():
            self._window.setCorner(
                corner, area if self._work.is_plain else Area.BottomDockWidgetArea
            )

    @Slot()
    def reset(self) -> None:
        """Bring every panel back to its place and usual size."""
        for name, panel in self._panels.items():
            self._docks[name].setFloating(False)
            self._place(panel)
        self.want(layout_of(self._work.name).panels)

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
                self._fill(name)
        self._keep_wanted()

    def _keep_wanted(self) -> None:
        closed = [f"{name}_dock" for name, wanted in self._wanted.items() if not wanted]
        opened = [f"{name}_dock" for name, wanted in self._wanted.items() if wanted]
        self._settings.set_value(CLOSED, ",".join(closed))
        self._settings.set_value(OPENED, ",".join(opened))

    def _named(self, key: str) -> list[str]:
        return self._settings.value(key, "").split(",")


def _dock(panel: Panel, theme: Theme) -> QDockWidget:
    dock = QDockWidget(panel.title)
    dock.setObjectName(f"{panel.name}_dock")
    dock.setTitleBarWidget(DockTitle(dock, theme))
    return dock
