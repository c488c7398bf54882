"""A titled group of controls in a panel; its heading folds it."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

MARGIN_PX = 9
FOLDED_MARGIN_PX = 2
SPACING_PX = 6
LINE_PX = 1
"""Above the heading."""


class Section(QFrame):
    """Its controls go into `rows`; what stands beside the heading, into `head`.

    A control in `head` that is named in `only_open` goes away with the others.
    """

    opened = Signal(bool)
    """The user wants to see the controls, or does not."""
    used = Signal()
    """The user works with a control."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("section", "true")
        self.heading = self._make_heading(title)
        self.only_open: list[QWidget] = []
        self.head = QHBoxLayout()
        self.head.addWidget(self.heading)
        self.head.addStretch(1)
        self.body = QWidget()
        self.rows = QVBoxLayout(self.body)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(SPACING_PX)
        self._all = QVBoxLayout(self)
        self._all.setSpacing(SPACING_PX)
        self._all.addLayout(self.head)
        self._all.addWidget(self.body)
        self.set_open(True)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _make_heading(self, title: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"fold_{self.objectName()}")
        made.setProperty("fold", "true")
        made.setText(title)
        made.setToolTip(self.tr("Open or fold this group"))
        made.setAccessibleName(title)
        made.setCheckable(True)
        made.setIconSize(QSize(12, 12))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(self._on_clicked)
        return made

    @property
    def is_open(self) -> bool:
        """Whether the controls are shown."""
        return not self.body.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show the controls, or only the heading."""
        for part in (self.body, *self.only_open):
            part.setVisible(is_open)
        self.heading.setChecked(is_open)
        self.heading.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        margin = MARGIN_PX if is_open else FOLDED_MARGIN_PX
        self._all.setContentsMargins(0, margin, 0, margin)

    def folded_height(self) -> int:
        """Height of the heading alone."""
        return LINE_PX + self.heading.sizeHint().height() + 2 * FOLDED_MARGIN_PX

    def open_height(self, width: int) -> int:
        """Height with all controls at this width."""
        body = self.rows
        wanted = body.totalHeightForWidth(width) if body.hasHeightForWidth() else -1
        wanted = max(wanted, body.totalMinimumSize().height())
        beside = [part.sizeHint().height() for part in self.only_open]
        head = max(self.head.sizeHint().height(), *beside, 0)
        return LINE_PX + head + SPACING_PX + wanted + 2 * MARGIN_PX

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.body.isAncestorOf(now):
            self.used.emit()

    @Slot(bool)
    def _on_clicked(self, is_open: bool) -> None:
        self.opened.emit(is_open)
