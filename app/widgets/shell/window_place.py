"""Where the window opens: whole on one screen, whatever its size and whatever was remembered."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMargins, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

SMALLEST = QSize(960, 600)
FIRST_SIZE = QSize(1480, 920)
FIRST_SHARE = 0.65
"""Of the screen's width and height, where that is more: a large screen gets a larger window."""
FRAME = QMargins(8, 36, 8, 8)
"""Room for the title bar and borders, whose size is only known once the window is shown."""


def open_on_screen(window: QWidget, remembered: QByteArray) -> None:
    """Give a window that is not shown yet its size and place.

    Args:
        window: a top-level window.
        remembered: from `saveGeometry`; empty at the first start.
    """
    known = not remembered.isEmpty() and window.restoreGeometry(remembered)
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    primary = QGuiApplication.primaryScreen()
    if primary is None:
        return
    first = primary.availableGeometry()
    if not known:
        window.setGeometry(first_geometry(first))
    elif not (window.isMaximized() or window.isFullScreen()):
        window.setGeometry(brought_back(window.geometry(), screens or [first]))
    here = screen_of(window.geometry(), screens or [first])
    window.setMinimumSize(SMALLEST.boundedTo(here.marginsRemoved(FRAME).size()))


def first_geometry(screen: QRect) -> QRect:
    """In the middle of the screen, with room for the frame."""
    room = screen.marginsRemoved(FRAME)
    share = QSize(round(FIRST_SHARE * screen.width()), round(FIRST_SHARE * screen.height()))
    size = FIRST_SIZE.expandedTo(share).boundedTo(room.size())
    beside, above = (room.width() - size.width()) // 2, (room.height() - size.height()) // 2
    return QRect(room.left() + beside, room.top() + above, size.width(), size.height())


def brought_back(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """The wanted rectangle where a screen holds it; else as near to it as one does."""
    room = screen_of(wanted, screens)
    if room.contains(wanted):
        return wanted
    room = room.marginsRemoved(FRAME)
    size = wanted.size().boundedTo(room.size())
    left = min(max(wanted.left(), room.left()), room.right() + 1 - size.width())
    top = min(max(wanted.top(), room.top()), room.bottom() + 1 - size.height())
    return QRect(left, top, size.width(), size.height())


def screen_of(place: QRect, screens: Sequence[QRect]) -> QRect:
    """The screen that shows most of a place; the first one where none does."""

    def shown(screen: QRect) -> int:
        part = screen.intersected(place)
        return 0 if part.isEmpty() else part.width() * part.height()

    return max(screens, key=shown)
