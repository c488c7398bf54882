"""Small building blocks that give all panels one look."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget


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
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
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


def keep_room(widget: QWidget) -> None:
    """Let it take its room while it is hidden, so that nothing jumps when it comes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)
