"""The mouse over a whole window: events go to its surface, and Qt finds the widget under them."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from moe3d_viewer.viewer import Viewer
from tests.app.drawn_window import views

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


class Mouse:
    """Sends events to the window's own surface, at places of its first 3D view."""

    def __init__(self, viewer: Viewer) -> None:
        self.view = views(viewer)[0]
        self._window = viewer.window

    def place(self, x: float, y: float, widget: QWidget | None = None) -> QPoint:
        return (widget or self.view).mapTo(self._window, QPoint(round(x), round(y)))

    def drag(self, start, end, button=LEFT, keys=NO_KEY, steps=6) -> None:
        way = np.array(end) - start
        self.press(*start, button, keys)
        for step in range(1, steps + 1):
            self.move(*(np.array(start) + way * step / steps))
        self.release(*end, button, keys)

    def press(self, x, y, button=LEFT, keys=NO_KEY) -> None:
        QTest.mousePress(self._window.windowHandle(), button, keys, self.place(x, y))

    def move(self, x, y) -> None:
        QTest.mouseMove(self._window.windowHandle(), self.place(x, y))

    def release(self, x, y, button=LEFT, keys=NO_KEY) -> None:
        QTest.mouseRelease(self._window.windowHandle(), button, keys, self.place(x, y))

    def click(self, x, y, widget=None) -> None:
        QTest.mouseClick(self._window.windowHandle(), LEFT, NO_KEY, self.place(x, y, widget))

    def double_click(self, x, y) -> None:
        QTest.mouseDClick(self._window.windowHandle(), LEFT, NO_KEY, self.place(x, y))

    def wheel(self, x, y, steps) -> None:
        place = QPointF(self.place(x, y)) * self.view.devicePixelRatioF()  # no other event's way
        QTest.wheelEvent(self._window.windowHandle(), place, QPoint(0, 120 * steps))
