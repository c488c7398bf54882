"""A histogram with lines that the mouse drags."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from moe3d_viewer.rendering.pictures.histogram import Histogram, histogram_of_sorted
from moe3d_viewer.rendering.pictures.value_axis import ValueAxis
from moe3d_viewer.widgets.help.control_help import EFFECT, HOW

BINS = 80
HEIGHT_PX = 52
BASE_PX = 14
BREAK_PX, BREAK_TOP_PX = 3, 6
"""Height of the gap in a bar that is taller than drawn, and how far it is below the top."""


class HistogramView(QWidget):
    """Knows where its values are drawn; what the lines mean is up to the kinds of it."""

    def __init__(self, name: str, title: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(self.tr("{}. A bar with a gap is taller than drawn").format(tooltip))
        self.setProperty(HOW, self.tr("Drag a line with the mouse"))
        self.setProperty(EFFECT, self.tr("Acts at once"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown = Histogram(ValueAxis(0, 1), np.zeros(BINS, np.int64))

    @property
    def axis(self) -> ValueAxis:
        """On which the values are drawn."""
        return self._shown.axis

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
        """Draw these values, sorted, on the axis that suits them; the few that lie beyond its
        ends are left out."""
        self._shown = histogram_of_sorted(ascending, BINS)
        scale = self.tr("logarithmic axis") if self.axis.is_log else self.tr("straight axis")
        self.setAccessibleDescription(f"{scale}, {', '.join(self._end_texts())}")
        self.update()

    def x_of(self, value: float) -> float:
        """Where a value is drawn; beyond the ends at the ends."""
        share = self.axis.share(value) if math.isfinite(value) else 0.0
        return min(max(share, 0.0), 1.0) * (self.width() - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter, colors = QPainter(self), self.palette()
        width, room = self.width() / BINS, self.height() - BASE_PX
        shown = self._shown
        colors_of_bars = self.bar_colors(shown.centres)
        bars = zip(colors_of_bars, shown.heights.tolist(), shown.is_broken.tolist(), strict=True)
        for index, (color, share, is_broken) in enumerate(bars):
            left, wide = index * width, max(width - 0.5, 1)
            top = room * (1 - share)
            if is_broken:
                painter.fillRect(QRectF(left, top, wide, BREAK_TOP_PX), color)
                top += BREAK_TOP_PX + BREAK_PX
            painter.fillRect(QRectF(left, top, wide, room - top), color)
        painter.setPen(QPen(colors.text().color(), 2))
        for value in self.lines():
            x = self.x_of(value)
            painter.drawLine(QPointF(x, 0), QPointF(x, room))
        self._draw_axis(painter, QRectF(0, room, self.width(), BASE_PX))

    def _draw_axis(self, painter: QPainter, below: QRectF) -> None:
        low, high = self._end_texts()
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, high)
        if self.axis.is_log:
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self.tr("log scale"))

    def _end_texts(self) -> tuple[str, str]:
        """The axis's ends, marked where values lie beyond them."""
        low, high = f"{self.axis.low:.3g}", f"{self.axis.high:.3g}"
        below = f"\N{LESS-THAN OR EQUAL TO} {low}" if self._shown.num_below else low
        above = f"\N{GREATER-THAN OR EQUAL TO} {high}" if self._shown.num_above else high
        return below, above

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
        return self.axis.value(share)
