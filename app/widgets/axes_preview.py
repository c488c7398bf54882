"""A small drawing: where X, Y and Z of an exported file point, beside an upright house."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rendering.axes_preview import PreviewAxis, preview_axes, preview_house

ARROW_PX = 36.0


class AxesPreview(QWidget):
    """Shows one up axis: "cv", "y" or "z"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_axes")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._up = ""
        self.show_up("cv")

    @property
    def up(self) -> str:
        """What is shown."""
        return self._up

    def show_up(self, up: str) -> None:
        """Show another up axis."""
        if up != self._up:
            self._up = up
            told = ", ".join(f"{axis.name} {axis.meaning}" for axis in preview_axes(up))
            self.setToolTip(self.tr("As the first photo sees the scene: {}").format(told))
            self.setAccessibleName(told)
            self.update()

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(140, 132)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the house, then the arrows from its front corner."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        origin = QPointF(0.42 * self.width(), 0.52 * self.height())
        text = self.palette().text().color()
        ground = self.palette().base().color()
        painter.setPen(QPen(text, 1))
        painter.setBrush(ground)
        for outline in preview_house():
            corners = [QPointF(x, y) * ARROW_PX + origin for x, y in outline]
            painter.drawPolygon(QPolygonF(corners))
        for axis in preview_axes(self._up):
            self._draw_axis(painter, origin, axis)

    def _draw_axis(self, painter: QPainter, origin: QPointF, axis: PreviewAxis) -> None:
        color = QColor(*axis.color)
        painter.setPen(QPen(color, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tip = QPointF(*axis.tip) * 1.3 * ARROW_PX + origin
        painter.drawLine(origin, tip)
        painter.setBrush(color)
        painter.drawEllipse(tip, 2.5, 2.5)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        box = painter.fontMetrics().boundingRect(axis.name)
        box.moveCenter((tip + QPointF(*axis.tip) * 12).toPoint())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, axis.name)
