"""A histogram with lines that the mouse drags."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rendering.histogram import histogram_of_sorted
from app.widgets.control_help import EFFECT, HOW

BINS = 80
HEIGHT_PX = 52
BASE_PX = 14


class HistogramView(QWidget):
    """Knows where its values are drawn; what the lines mean is up to the kinds of it."""

    def __init__(self, name: str, title: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tooltip)
        self.setProperty(HOW, self.tr("Drag a line with the mouse"))
        self.setProperty(EFFECT, self.tr("Acts at once"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._edges, self._heights = np.linspace(0, 1, BINS + 1), np.zeros(BINS)

    def lines(self) -> Sequence[float]:
        """Values at which a line stands."""
        raise NotImplementedError

    def bar_colors(self, centres: np.ndarray) -> Sequence[QColor]:
        """One colour a bar, for the values in their middles."""
        raise NotImplementedError

    def take(self, value: float, is_press: bool) -> None:
        """The mouse has been pressed or dragged at a value."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(200, HEIGHT_PX)

    def show_values(self, ascending: Float32[np.ndarray, " N"]) -> None:
        """Draw these values, sorted; the half per cent at either end is beyond the axis."""
        found = histogram_of_sorted(ascending, BINS)
        self._edges = found.edges
        self._heights = found.counts / max(int(found.counts.max()), 1)
        self.update()

    def x_of(self, value: float) -> float:
        """Where a value is drawn; beyond the ends at the ends."""
        low, high = self._edges[0], self._edges[-1]
        share = (value - low) / (high - low) if math.isfinite(value) else 0.0
        return min(max(share, 0.0), 1.0) * (self.width() - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter, colors = QPainter(self), self.palette()
        width, room = self.width() / BINS, self.height() - BASE_PX
        centres = (self._edges[:-1] + self._edges[1:]) / 2
        for index, color in enumerate(self.bar_colors(centres)):
            height = room * self._heights[index]
            bar = QRectF(index * width, room - height, max(width - 0.5, 1), height)
            painter.fillRect(bar, color)
        painter.setPen(QPen(colors.text().color(), 2))
        for value in self.lines():
            x = self.x_of(value)
            painter.drawLine(QPointF(x, 0), QPointF(x, room))
        painter.setPen(colors.placeholderText().color())
        below = QRectF(0, room, self.width(), BASE_PX)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"{self._edges[0]:.3g}")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._edges[-1]:.3g}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring a line here."""
        self.take(self._value_at(event), True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.take(self._value_at(event), False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The line stays."""

    def _value_at(self, event: QMouseEvent) -> float:
        share = min(max(event.position().x() / max(self.width() - 1, 1), 0.0), 1.0)
        return float(self._edges[0] + share * (self._edges[-1] - self._edges[0]))
