"""Two widgets in one room: alone, beside each other, or one lying on the other, partly uncovered.

Nothing is ever moved to another parent, so OpenGL views keep their contexts; the right side lies in
a frame that cuts it off.
"""

from enum import StrEnum

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.widgets.swipe_handle import SwipeHandle

GAP_PX = 3
SMALLEST_SIDE = 0.15


class Arrangement(StrEnum):
    """How the two sides share the room."""

    SINGLE = "single"
    """The left one alone."""
    SPLIT = "split"
    """Beside each other."""
    SWIPE = "swipe"
    """Both as large as the room; the right one covers what lies right of the handle."""
    FLIP = "flip"
    """Both as large as the room; one of them on top."""


class TwoSides(QWidget):
    """Lays out; knows nothing of what the sides show."""

    swiped = Signal(float)
    """The user moved the handle of SWIPE to this share of the width."""

    def __init__(self, left: QWidget, right: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("two_sides")
        self._left, self._right = left, right
        left.setParent(self)
        self._frame = QWidget(self)
        self._frame.setObjectName("right_frame")
        right.setParent(self._frame)
        self._handle = SwipeHandle(self)
        self._handle.moved.connect(self._on_moved)
        self._arrangement = Arrangement.SINGLE
        self._split, self._swipe, self._right_on_top = 0.5, 0.5, False
        self._lay_out()

    @property
    def arrangement(self) -> Arrangement:
        """How the sides share the room."""
        return self._arrangement

    @property
    def border(self) -> float:
        """Share of the width left of the border between both sides; 1 or 0 where one fills all."""
        if self._arrangement is Arrangement.SPLIT:
            return self._split
        if self._arrangement is Arrangement.SWIPE:
            return self._swipe
        covers = self._arrangement is Arrangement.FLIP and self._right_on_top
        return 0.0 if covers else 1.0

    def arrange(self, arrangement: Arrangement) -> None:
        """Share the room otherwise."""
        self._arrangement = arrangement
        self._lay_out()

    def set_swipe(self, share: float) -> None:
        """Put the handle of SWIPE there."""
        self._swipe = share
        self._lay_out()

    def put_right_on_top(self, on_top: bool) -> None:
        """Show the other side of FLIP."""
        self._right_on_top = on_top
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit both sides."""
        super().resizeEvent(event)
        self._lay_out()

    def minimumSizeHint(self) -> QSize:
        """Room for both beside each other."""
        return QSize(2 * 160 + GAP_PX, 120)

    def _lay_out(self) -> None:
        width, height = self.width(), self.height()
        edge = round(self.border * width)
        is_split = self._arrangement is Arrangement.SPLIT
        gap = GAP_PX if is_split else 0
        self._left.setGeometry(0, 0, max(edge - gap, 1) if is_split else width, height)
        begin = min(edge + gap, width - 1)
        self._frame.setGeometry(begin, 0, max(width - begin, 1), height)
        if is_split:
            self._right.setGeometry(0, 0, self._frame.width(), height)
        else:
            self._right.setGeometry(-begin, 0, width, height)
        self._frame.setVisible(edge < width)
        self._handle.setVisible(self._arrangement in (Arrangement.SPLIT, Arrangement.SWIPE))
        self._handle.place(self.border)
        self._handle.raise_()

    @Slot(float)
    def _on_moved(self, share: float) -> None:
        if self._arrangement is Arrangement.SWIPE:
            self.swiped.emit(share)
        else:
            self._split = min(max(share, SMALLEST_SIDE), 1 - SMALLEST_SIDE)
            self._lay_out()
