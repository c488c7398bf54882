"""A bar that floats over the lower edge of the 3D views."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

MARGIN_PX = 14


class OverlayBar(QFrame):
    """Centred over its host; as wide as its content."""

    def __init__(self, name: str, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName(name)
        self.setProperty("overlay", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._host = host
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(12, 5, 8, 5)
        self.row.setSpacing(10)
        host.installEventFilter(self)
        self.hide()

    def place(self) -> None:
        """To the middle of the lower edge."""
        self.adjustSize()
        size = self.sizeHint().boundedTo(self._host.size())
        left = (self._host.width() - size.width()) // 2
        self.setGeometry(
            left, self._host.height() - size.height() - MARGIN_PX, size.width(), size.height()
        )
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the views change their size."""
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False
