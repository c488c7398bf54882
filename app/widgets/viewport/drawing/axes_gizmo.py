"""The small cross of axes in the corner of the 3D view; its ends can be clicked."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors

SIDE = 92
ARM = 30.0
TIP = 8.5
NAMES = "XYZ"
COLORS = ((222, 82, 82), (98, 178, 74), (72, 130, 224))
LINEAR_WEIGHTS = (0.2126, 0.7152, 0.0722)
DARK_LETTERS_FROM = 0.179
"""Luminance of a colour on which black and white are read equally well."""


class AxesGizmo(QWidget):
    """World axes as the camera sees them."""

    axis_clicked = Signal(int, int)
    """Axis 0, 1, 2 and its direction, 1 or -1: look from there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("axesGizmo")
        self.setToolTip(
            self.tr(
                "World axes: X right, Y down, Z into the scene, as the first photo sees it. "
                "Click an end to look from there."
            )
        )
        self.setAccessibleName(self.tr("World axes"))
        self.setFixedSize(SIDE, SIDE)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._colors: ViewColors = DARK
        self._axes = np.eye(3)  # columns: world axes in the view frame

    def sizeHint(self) -> QSize:
        """Fixed."""
        return QSize(SIDE, SIDE)

    def set_colors(self, colors: ViewColors) -> None:
        """Colour of the letters."""
        self._colors = colors
        self.update()

    def show_camera(self, camera: Camera) -> None:
        """Turn with the camera."""
        axes = camera.world_from_view.T
        if not np.allclose(axes, self._axes, atol=1e-4):
            self._axes = axes
            self.update()

    def tip(self, axis: int, direction: int) -> QPointF:
        """Where the end of an axis is drawn."""
        x, y, _ = direction * self._axes[:, axis]
        return QPointF(SIDE / 2 + ARM * x, SIDE / 2 - ARM * y)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Farthest ends first."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(10)
        font.setBold(True)
        painter.setFont(font)
        ends = [(axis, direction) for axis in range(3) for direction in (1, -1)]
        for axis, direction in sorted(ends, key=self._nearness):
            self._paint_end(painter, axis, direction)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The nearest end under the cursor was clicked."""
        ends = [(axis, direction) for axis in range(3) for direction in (1, -1)]
        for axis, direction in sorted(ends, key=self._nearness, reverse=True):
            offset = event.position() - self.tip(axis, direction)
            if np.hypot(offset.x(), offset.y()) <= TIP + 1:
                self.axis_clicked.emit(axis, direction)
                return
        event.ignore()

    def _nearness(self, end: tuple[int, int]) -> float:
        return float(end[1] * self._axes[2, end[0]])

    def _paint_end(self, painter: QPainter, axis: int, direction: int) -> None:
        color = QColor(*COLORS[axis])
        color.setAlphaF(float(np.interp(self._nearness((axis, direction)), [-1, 0.4], [0.45, 1])))
        tip, middle = self.tip(axis, direction), QPointF(SIDE / 2, SIDE / 2)
        radius = TIP if direction > 0 else TIP * 0.55
        if direction > 0:
            painter.setPen(QPen(color, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(middle, tip)
            painter.setBrush(color)
        else:
            painter.setPen(QPen(color, 1.4))
            faint = QColor(color)
            faint.setAlphaF(0.25 * color.alphaF())
            painter.setBrush(faint)
        painter.drawEllipse(tip, radius, radius)
        if direction > 0:
            letter = letter_on(COLORS[axis])
            painter.setPen(QColor(letter, letter, letter, color.alpha()))
            box = QRectF(tip.x() - TIP, tip.y() - TIP, 2 * TIP, 2 * TIP)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, NAMES[axis])


def letter_on(color: tuple[int, int, int]) -> int:
    """Black or white, 0 or 255, whichever is read better on a colour.

    Source: WCAG 2.2, relative luminance and contrast ratio.
    """
    shares = [channel / 255 for channel in color]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    luminance = sum(weight * share for weight, share in zip(LINEAR_WEIGHTS, linear, strict=True))
    return 0 if luminance > DARK_LETTERS_FROM else 255
