"""The colour bar of the depth maps, with numbers."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rendering.maps import color_bar_pixels
from app.widgets.map_tile import TITLE_PX
from app.widgets.pictures import pixmap_from_rgb

TICKS = 5
BAR_PX = 14


class ColorBar(QWidget):
    """Near on top, as in the maps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("color_bar")
        self.setToolTip(
            self.tr("Depth in relative units; the same colours in every map of the strip")
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._range = (0.0, 1.0)
        self._color_map = "turbo"

    @property
    def value_range(self) -> tuple[float, float]:
        """Depths at the two ends."""
        return self._range

    def set_scale(self, value_range: tuple[float, float], color_map: str) -> None:
        """Show another range or other colours."""
        self._range, self._color_map = value_range, color_map
        low, high = value_range
        self.setAccessibleName(self.tr("Depth from {:.3g} to {:.3g}").format(low, high))
        self.update()

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(76, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        bar = QRectF(6, TITLE_PX + 8, BAR_PX, max(self.height() - TITLE_PX - 24, 10))
        painter.drawPixmap(bar.toRect(), pixmap_from_rgb(color_bar_pixels(self._color_map)))
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(
            QRectF(4, 0, 72, TITLE_PX), Qt.AlignmentFlag.AlignVCenter, self.tr("depth")
        )
        painter.setPen(self.palette().text().color())
        low, high = self._range
        for tick in range(TICKS):
            share = tick / (TICKS - 1)
            y = bar.top() + share * bar.height()
            text = f"{low + share * (high - low):.3g}"
            box = QRectF(bar.right() + 8, y - 9, 48, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
