"""The three panels around the 3D view."""

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QToolButton,
    QWidget,
)

from app.state.app_state import AppState
from app.widgets.icons import icon
from app.widgets.inspector import Inspector
from app.widgets.map_controls import MapControls
from app.widgets.map_strip import MapStrip
from app.widgets.next_run_section import NextRunSection
from app.widgets.parts import label
from app.widgets.photos_panel import PhotosPanel
from app.widgets.theme import Theme

Area = Qt.DockWidgetArea
CLOSED = "closed_panels"
PHOTOS_PX, INSPECTOR_PX, STRIP_PX = 206, 286, 204


class Docks(QObject):
    """Photos left, inspector right, maps below; hidden until there is something in them."""

    model_clicked = Signal()

    def __init__(self, state: AppState, theme: Theme, window: QMainWindow) -> None:
        super().__init__(window)
        self._theme = theme
        self.strip = MapStrip(state.display, state.view, state.cursor)
        inspector = Inspector(state, theme)
        section = inspector.findChild(NextRunSection)
        if section is not None:
            section.model_clicked.connect(self.model_clicked)
        self._photos = _dock(
            self.tr("Photos"), "photos_dock", PhotosPanel(state.session, state.view)
        )
        self._inspector = _dock(self.tr("Inspector"), "inspector_dock", inspector)
        self._strip = _dock(
            self.tr("Maps"), "maps_dock", self.strip, MapControls(state.display, state.view)
        )
        window.setCorner(Qt.Corner.BottomRightCorner, Area.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomLeftCorner, Area.BottomDockWidgetArea)
        window.addDockWidget(Area.LeftDockWidgetArea, self._photos)
        window.addDockWidget(Area.RightDockWidgetArea, self._inspector)
        window.addDockWidget(Area.BottomDockWidgetArea, self._strip)
        self._window = window
        self._is_arranged = False
        self._settings = state.settings
        closed = state.settings.value(CLOSED, "").split(",")
        self._wanted = {dock: dock.objectName() not in closed for dock in self._all}
        for dock in self._all:
            dock.toggleViewAction().triggered.connect(self._on_toggled)

    @property
    def _all(self) -> tuple[QDockWidget, ...]:
        return self._photos, self._inspector, self._strip

    def add_toggles(self, menu: QMenu) -> None:
        """Give every panel an entry in a menu."""
        for dock in self._all:
            menu.addAction(dock.toggleViewAction())
        menu.addSeparator()
        reset = menu.addAction(self.tr("&Reset layout"))
        reset.setObjectName("action_reset_layout")
        reset.triggered.connect(self.reset)

    def show_for(self, *, is_open: bool, has_result: bool) -> None:
        """Show what there is something to show in, unless the user closed it."""
        self._photos.setVisible(is_open and self._wanted[self._photos])
        self._inspector.setVisible(is_open and self._wanted[self._inspector])
        self._strip.setVisible(has_result and self._wanted[self._strip])
        if has_result and not self._is_arranged:
            self._is_arranged = True
            QTimer.singleShot(0, self.arrange)

    def keep_layout(self) -> None:
        """The sizes were restored from an earlier start."""
        self._is_arranged = True

    @Slot()
    def reset(self) -> None:
        """Bring every panel back to its place and usual size."""
        places = {
            self._photos: Area.LeftDockWidgetArea,
            self._inspector: Area.RightDockWidgetArea,
            self._strip: Area.BottomDockWidgetArea,
        }
        for dock, place in places.items():
            dock.setFloating(False)
            self._window.addDockWidget(place, dock)
            dock.setVisible(True)
            self._wanted[dock] = True
        self._settings.set_value(CLOSED, "")
        QTimer.singleShot(0, self.arrange)

    @Slot()
    def arrange(self) -> None:
        """Give every panel its usual size; wanted once all of them are shown."""
        sides = [self._photos, self._inspector]
        self._window.resizeDocks(sides, [PHOTOS_PX, INSPECTOR_PX], Qt.Orientation.Horizontal)
        self._window.resizeDocks([self._strip], [STRIP_PX], Qt.Orientation.Vertical)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        for dock in self._all:
            if dock.toggleViewAction() is self.sender():
                self._wanted[dock] = shown
        closed = [dock.objectName() for dock, wanted in self._wanted.items() if not wanted]
        self._settings.set_value(CLOSED, ",".join(closed))


def _dock(title: str, name: str, content: QWidget, controls: QWidget | None = None) -> QDockWidget:
    dock = QDockWidget(title)
    dock.setObjectName(name)
    dock.setWidget(content)
    dock.setTitleBarWidget(_title_bar(title, dock, controls))
    return dock


def _title_bar(title: str, dock: QDockWidget, controls: QWidget | None) -> QWidget:
    bar = QWidget()
    bar.setObjectName("dock_title")
    bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    close = QToolButton()
    close.setObjectName(f"{dock.objectName()}_close")
    close.setIconSize(QSize(14, 14))
    close.setIcon(icon("close", "#8a93a5"))
    close.setToolTip(dock.tr("Close this panel; the View menu brings it back"))
    close.setAccessibleName(dock.tr("Close {}").format(title))
    close.clicked.connect(dock.toggleViewAction().trigger)
    row = QHBoxLayout(bar)
    row.setContentsMargins(12, 1, 4, 1)
    row.setSpacing(12)
    row.addWidget(label(title.upper(), "section"))
    row.addWidget(controls or QWidget(), 1)
    row.addWidget(close)
    return bar
