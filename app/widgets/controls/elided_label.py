"""One line of text that gives way; in the middle, so that numbers at its end stay readable."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

FEWEST = 12
"""Letters that are always seen."""


class ElidedLabel(QLabel):
    """Where the text does not fit, the tooltip holds all of it, above what it says anyway."""

    def __init__(
        self,
        name: str,
        role: str = "",
        tooltip: str = "",
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._tooltip, self._elide = tooltip, elide

    @property
    def shown_text(self) -> str:
        """What is drawn now."""
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), self._elide, room)

    @property
    def is_elided(self) -> bool:
        """Whether a part is left out."""
        return self.shown_text != self.text()

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self._show_tooltip()

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        whole = self.sizeHint()
        few = self.fontMetrics().averageCharWidth() * FEWEST
        return QSize(min(few, whole.width()), whole.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less may fit now."""
        super().resizeEvent(event)
        self._show_tooltip()

    def _show_tooltip(self) -> None:
        whole = self.text() if self.is_elided else ""
        self.setToolTip("\n".join(filter(None, (whole, self._tooltip))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        self.style().drawItemText(
            QPainter(self),
            self.contentsRect(),
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
            self.palette(),
            self.isEnabled(),
            self.shown_text,
            self.foregroundRole(),
        )
