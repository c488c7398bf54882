"""A number with a bar before it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

TEXT_PX = 38
"""Room for a share; numbers of more digits ask for more."""


class ValueBar(QWidget):
    """Shows nothing until it is given a value."""

    def __init__(self, name: str, text_px: int = TEXT_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._text_px = text_px
        self.setMinimumWidth(text_px + 24)
        self._share, self._text = 0.0, ""
        self._color = QColor(128, 128, 128)

    @property
    def text(self) -> str:
        """The number as it is written."""
        return self._text

    @property
    def share(self) -> float:
        """Length of the bar, 0 to 1."""
        return self._share

    def set_value(self, share: float, text: str, color: QColor) -> None:
        """Show a value; an empty text shows nothing."""
        self._share, self._text, self._color = min(max(share, 0.0), 1.0), text, color
        self.setAccessibleName(text)
        self.update()

    def bar_rect(self) -> QRectF:
        """Room of the whole bar."""
        return QRectF(0, self.height() / 2 - 3, self.width() - self._text_px - 6, 6)

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(self._text_px + 50, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        track = self.palette().mid().color()
        track.setAlpha(70)
        bar = self.bar_rect()
        painter.fillRect(bar, track)
        if not self._text:
            return
        painter.fillRect(QRectF(bar.x(), bar.y(), bar.width() * self._share, 6), self._color)
        painter.setPen(self.palette().text().color())
        box = QRectF(self.width() - self._text_px, 0, self._text_px, self.height())
        painter.drawText(
            box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._text
        )
