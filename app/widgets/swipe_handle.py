"""The bar between two pictures: dragged with the mouse or moved with the arrow keys."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

WIDTH_PX = 13
GRIP_PX = 30
STEP, LARGE_STEP = 0.01, 0.1


class SwipeHandle(QWidget):
    """As high as its parent; tells where it is wanted, its owner puts it there."""

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
            left = round(share * host.width()) - WIDTH_PX // 2
            self.setGeometry(left, 0, WIDTH_PX, host.height())

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
