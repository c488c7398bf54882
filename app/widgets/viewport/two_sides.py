"""Two widgets in one room: alone, beside each other, or one lying on the other, partly uncovered.

Nothing is ever moved to another parent, so OpenGL views keep their contexts; the right side lies in
a frame that cuts it off.
"""

from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

GAP_PX = 3
SMALLEST_SIDE = 0.15
HANDLE_PX, GRIP_PX = 13, 30
STEP, LARGE_STEP = 0.01, 0.1
"""Of the handle by a key, as shares of the width."""


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


class SwipeHandle(QWidget):
    """The bar between both sides: dragged, or moved with the keys. As high as its parent; tells
    where it is wanted, its owner puts it there."""

    moved = Signal(float)
    """Wanted place, as a share of the parent's width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("swipe_handle")
        self.setAccessibleName(self.tr("Border between both sides"))
        self.setToolTip(self.tr("Drag, or use the arrow keys; double-click for the middle"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._grabbed_at: float | None = None
        self._share = 0.5

    def place(self, share: float) -> None:
        """Stand with the middle at this share of the parent's width."""
        self._share = share
        host = self.parentWidget()
        if host is not None:
            left = round(share * host.width()) - HANDLE_PX // 2
            self.setGeometry(left, 0, HANDLE_PX, host.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line with a grip in its middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        top, bottom = QPointF(middle.x(), 0), QPointF(middle.x(), self.height())
        for color, width in ((QColor(0, 0, 0, 140), 4.0), (QColor(255, 255, 255, 235), 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(top, bottom)
        grip = QRectF(middle.x() - 5, middle.y() - GRIP_PX / 2, 10, GRIP_PX)
        ring = self.palette().highlight().color() if self.hasFocus() else QColor(0, 0, 0, 160)
        painter.setPen(QPen(ring, 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(QColor(255, 255, 255, 240))
        painter.drawRoundedRect(grip, 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_at = event.position().x() - self.width() / 2

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        host = self.parentWidget()
        if self._grabbed_at is not None and host is not None:
            x = self.mapTo(host, event.position()).x() - self._grabbed_at
            self._want(x / max(host.width(), 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._grabbed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the middle."""
        self._want(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and pages move, Home and End go to the ends; Tab goes on."""
        steps = {
            Qt.Key.Key_Left: -STEP,
            Qt.Key.Key_Right: STEP,
            Qt.Key.Key_PageDown: -LARGE_STEP,
            Qt.Key.Key_PageUp: LARGE_STEP,
            Qt.Key.Key_Home: -1.0,
            Qt.Key.Key_End: 1.0,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._want(self._share + step)

    def _want(self, share: float) -> None:
        self.moved.emit(min(max(share, 0.0), 1.0))


class TwoSides(QWidget):
    """Lays out; knows nothing of what the sides show."""

    swiped = Signal(float)
    """The user moved the handle of SWIPE to this share of the width."""
    laid_out = Signal()
    """The sides may lie elsewhere now."""

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

    @property
    def areas(self) -> tuple[QRect | None, QRect | None]:
        """Where something of the left and of the right side alone is seen; sides that lie on each
        other count as one: the right one where it lies on top, else the left one."""
        if self._arrangement is Arrangement.SPLIT:
            return self._left.geometry(), self._frame.geometry()
        return (None, self.rect()) if self.border == 0 else (self.rect(), None)

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
        self.laid_out.emit()

    @Slot(float)
    def _on_moved(self, share: float) -> None:
        if self._arrangement is Arrangement.SWIPE:
            self.swiped.emit(share)
        else:
            self._split = min(max(share, SMALLEST_SIDE), 1 - SMALLEST_SIDE)
            self._lay_out()
