"""Distances in one 3D view: lines with rings at their ends, and a label on each."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.space.camera import Camera, Viewport
from moe3d_viewer.rendering.space.measure_marks import label_places, measure_segments
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.line_item import LineItem

PADDING_PX = 5
Pair = np.ndarray


class MeasureLabels(QWidget):
    """Lies over a view, lets the mouse through, and paints the labels."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("measureLabels")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.colors: ViewColors = DARK
        self._texts: tuple[str, ...] = ()
        self._places = np.zeros((0, 2))
        host.installEventFilter(self)
        self.hide()

    def show_texts(self, texts: Sequence[str], places: np.ndarray) -> None:
        """Put each text at its pixel; NaN hides it."""
        self._texts, self._places = tuple(texts), places
        self.setVisible(bool(texts))
        self.update()

    def eventFilter(self, host: QObject, event: QEvent) -> bool:
        """Stay as large as the view."""
        if event.type() == QEvent.Type.Resize and isinstance(host, QWidget):
            self.resize(host.size())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """All labels."""
        painter = QPainter(self)
        paint_labels(painter, self._texts, self._places, self.colors)
        painter.end()


def paint_labels(
    painter: QPainter, texts: Sequence[str], places: np.ndarray, colors: ViewColors
) -> None:
    """Each text in a box at its place."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for text, (x, y) in zip(texts, places, strict=True):
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        size = painter.fontMetrics().boundingRect(text).size()
        box = QRectF(0, 0, size.width() + 2 * PADDING_PX, size.height() + PADDING_PX)
        box.moveCenter(QPointF(float(x), float(y)))
        ground = QColor(*colors.panel)
        ground.setAlpha(225)
        painter.setPen(QPen(QColor(*colors.frustum_active), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(*colors.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class MeasureLayer:
    """Lines and labels; both follow the camera."""

    def __init__(self, host: QWidget) -> None:
        self.lines = LineItem(2.0, hidden_by_points=False)
        self.labels = MeasureLabels(host)
        self._pairs: tuple[Pair, ...] = ()
        self._points: tuple[np.ndarray, ...] = ()
        self._texts: tuple[str, ...] = ()

    def show(
        self, pairs: Sequence[Pair], texts: Sequence[str], points: Sequence[np.ndarray]
    ) -> None:
        """Take (2, 3) pairs with a text each, and points without one."""
        self._pairs, self._texts, self._points = tuple(pairs), tuple(texts), tuple(points)

    def update(self, frame: ViewFrame, colors: ViewColors) -> None:
        """Bring the lines up to date for a picture."""
        segments = measure_segments(frame.camera, frame.viewport, self._pairs, self._points)
        self.lines.setVisible(len(segments) > 0)
        if len(segments):
            self.lines.set_segments(segments, colors.frustum_active, 1.0)

    def place_labels(self, camera: Camera, viewport: Viewport, colors: ViewColors) -> None:
        """Bring the labels up to date on the screen."""
        self.labels.colors = colors
        self.labels.show_texts(self._texts, label_places(camera, viewport, self._pairs))

    def paint_on(self, painter: QPainter, frame: ViewFrame, colors: ViewColors) -> None:
        """The labels of a saved picture; the painter's units are those of the frame's viewport."""
        places = label_places(frame.camera, frame.viewport, self._pairs)
        paint_labels(painter, self._texts, places, colors)
