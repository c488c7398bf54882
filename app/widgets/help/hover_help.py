"""Follows the mouse and the focus, and tells the help for what is there."""

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from moe3d_viewer.widgets.help.control_help import ControlHelp, help_of, help_of_action

LOOK_MS = 120


class HoverHelp(QObject):
    """Looks where the mouse rests, a few times a second: no event of the window is held up."""

    changed = Signal(object)
    """ControlHelp, or None."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shown: ControlHelp | None = None
        self._under: tuple[QPoint, QWidget | None] = (QPoint(), None)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        for menu in window.findChildren(QMenu):
            menu.hovered.connect(self._on_entry_hovered)

    @Slot()
    def _look(self) -> None:
        host = QApplication.activeModalWidget() or self._window
        place = host.mapFromGlobal(QCursor.pos())
        is_free = self._window.isVisible() and QApplication.activePopupWidget() is None
        if not is_free or not host.rect().contains(place):
            return
        found = place, host.childAt(place)
        if found != self._under:  # else the focus may have spoken since
            self._under = found
            self._tell(help_of(found[1]))

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._window.isVisible():
            self._tell(help_of(now))

    @Slot(QAction)
    def _on_entry_hovered(self, action: QAction) -> None:
        self._tell(help_of_action(action))

    def _tell(self, found: ControlHelp | None) -> None:
        if found != self._shown:
            self._shown = found
            self.changed.emit(found)
