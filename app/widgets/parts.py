"""Small building blocks that give all panels one look."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget


def label(text: str = "", role: str = "", name: str = "", *, wrap: bool = False) -> QLabel:
    """A label with a role of the style sheet: muted, heading, title, section, value, danger."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    if wrap:
        made.setWordWrap(True)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def button(text: str, name: str, tooltip: str, kind: str = "") -> QPushButton:
    """A push button of a kind of the style sheet: primary, big, link."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(tooltip)
    made.setAccessibleName(text.replace("&", ""))
    if kind:
        made.setProperty("kind", kind)
    return made


def rule(parent: QWidget | None = None) -> QFrame:
    """A thin horizontal line."""
    line = QFrame(parent)
    line.setObjectName("separator")
    line.setFixedHeight(1)
    return line
