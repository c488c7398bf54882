"""How the confidences are spread, with a line at the threshold that can be dragged."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rendering.histogram import histogram_of_sorted
from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState

BINS = 80
HEIGHT_PX = 52
BASE_PX = 14
MAX_PERCENTILE = 99


class ConfidenceHistogram(QWidget):
    """Of the left or only 3D view's layer; what is hidden is drawn pale."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("confidence_histogram")
        self.setAccessibleName(self.tr("Histogram of the confidence"))
        self.setToolTip(self.tr("Drag the line: points of lower confidence are hidden"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._display, self._view = display, view
        self._edges, self._heights = np.linspace(0, 1, BINS + 1), np.zeros(BINS)
        self._source: object = None
        display.filter_changed.connect(self._show)
        self._show()

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(200, HEIGHT_PX)

    def x_of(self, confidence: float) -> float:
        """Where a confidence is drawn; beyond the ends at the ends."""
        low, high = self._edges[0], self._edges[-1]
        share = (confidence - low) / (high - low) if math.isfinite(confidence) else 0.0
        return min(max(share, 0.0), 1.0) * (self.width() - 1)

    @Slot()
    def _show(self) -> None:
        cloud = self._display.cloud(self._display.layers_shown[0])
        levels = None if cloud is None else cloud.levels
        if levels is not self._source:
            self._source = levels
            if levels is not None:
                found = histogram_of_sorted(levels.spread, BINS)
                self._edges = found.edges
                self._heights = found.counts / max(int(found.counts.max()), 1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        colors = self.palette()
        threshold = self._display.threshold(self._display.layers_shown[0])
        line = self.x_of(threshold)
        kept, hidden = QColor(colors.highlight().color()), QColor(colors.placeholderText().color())
        hidden.setAlpha(90)
        width, room = self.width() / BINS, self.height() - BASE_PX
        for index, height in enumerate(self._heights):
            bar = QRectF(index * width, room * (1 - height), max(width - 0.5, 1), room * height)
            painter.fillRect(bar, kept if bar.center().x() >= line else hidden)
        painter.setPen(QPen(colors.text().color(), 2))
        painter.drawLine(QPointF(line, 0), QPointF(line, room))
        painter.setPen(colors.placeholderText().color())
        below = QRectF(0, room, self.width(), BASE_PX)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        painter.drawText(below, left, f"{self._edges[0]:.3g}")
        painter.drawText(below, right, f"{self._edges[-1]:.3g}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the line here."""
        self._take(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The line stays."""

    def _take(self, event: QMouseEvent) -> None:
        cloud = self._display.cloud(self._display.layers_shown[0])
        if cloud is None or not cloud.levels.total:
            return
        share = event.position().x() / max(self.width() - 1, 1)
        value = self._edges[0] + min(max(share, 0.0), 1.0) * (self._edges[-1] - self._edges[0])
        percent = round(cloud.levels.percent_below(value))
        self._view.set_percentile(min(percent, MAX_PERCENTILE))
