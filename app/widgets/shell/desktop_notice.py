"""Tells the desktop when a long run is over and its window is not the one in use."""

from collections.abc import Callable

from PySide6.QtCore import QObject, SignalInstance, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

Tell = Callable[[str, str], None]
"""Shows a title and a text on the desktop."""
SHOWN_MS = 10_000


class DesktopNotice(QObject):
    """Says nothing while somebody works in the window: there a message stands in the corner."""

    def __init__(self, ended: SignalInstance, window: QWidget, tell: Tell | None = None) -> None:
        """Set up.

        Args:
            ended: a signal with a text: a long run is over.
            window: the one that is used or not.
            tell: how the desktop is told; by its tray unless a test listens.
        """
        super().__init__(window)
        self._window = window
        self._tell = tell or TrayMessage(window).show
        ended.connect(self._on_long_run_ended)

    @Slot(str)
    def _on_long_run_ended(self, text: str) -> None:
        if QApplication.activeWindow() is None:  # a dialog of ours counts as the window
            self._tell(self.tr("The reconstruction is ready"), text)


class TrayMessage(QObject):
    """The window's mark in the task bar, and a message where the desktop has a tray."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None

    def show(self, title: str, text: str) -> None:
        """Say it once."""
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._own_icon(), self)
            self._icon.messageClicked.connect(self._on_clicked)
            self._icon.activated.connect(self._on_clicked)
        self._icon.show()
        self._icon.showMessage(title, text, self._own_icon(), SHOWN_MS)

    def _own_icon(self) -> QIcon:
        icon = self._window.windowIcon()
        if not icon.isNull():
            return icon
        return self._window.style().standardIcon(
            self._window.style().StandardPixmap.SP_MessageBoxInformation
        )

    @Slot()
    def _on_clicked(self, _reason: object = None) -> None:
        """Come to the front; the mark has done its work."""
        if self._icon is not None:
            self._icon.hide()
        self._window.raise_()
        self._window.activateWindow()
