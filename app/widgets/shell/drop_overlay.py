"""Over the window while something is dragged: what a drop here will do."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from moe3d_viewer.state.incoming import Incoming, Way
from moe3d_viewer.widgets.controls.parts import label

MARGIN_PX = 18


class DropField(QFrame):
    """One thing that a drop can do."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("drop", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = label(text, "heading", f"{name}_text")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.about: QLabel = label("", "muted", f"{name}_about", wrap=True)
        self.about.setAlignment(Qt.AlignmentFlag.AlignCenter)
        rows = QVBoxLayout(self)
        rows.addStretch(1)
        rows.addWidget(self.text)
        rows.addWidget(self.about)
        rows.addStretch(1)

    def arm(self, armed: bool) -> None:
        """Show that a drop would do this."""
        self.setProperty("armed", "true" if armed else "false")
        self.style().unpolish(self)
        self.style().polish(self)


class DropOverlay(QWidget):
    """Takes no events: the window below it does."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drop_overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._open = DropField("drop_open")
        self._add = DropField("drop_add", self.tr("Add to these photos"))
        self._add.about.setText(self.tr("The scene is read again with all of them"))
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        row.setSpacing(MARGIN_PX)
        row.addWidget(self._open, 1)
        row.addWidget(self._add, 1)
        self.hide()

    def show_for(self, found: Incoming, *, can_add: bool, place: QWidget) -> None:
        """Say what a drop does.

        Args:
            found: what is dragged.
            can_add: whether photos can join those that are open.
            place: the part of the window that is covered.
        """
        self._open.text.setText(found.promise)
        self._open.about.setText(self._about(found))
        self._add.setVisible(can_add)
        corner = place.mapTo(self.window(), QPoint(0, 0))
        self.setGeometry(corner.x(), corner.y(), place.width(), place.height())
        self.show()
        self.raise_()
        self._row.activate()

    def hover(self, position: QPoint) -> None:
        """The mouse is here, in the window."""
        adds = self.adds_at(position)
        self._open.arm(not adds)
        self._add.arm(adds)

    def adds_at(self, position: QPoint) -> bool:
        """Whether a drop here adds the photos; elsewhere it opens them."""
        middle = self.x() + self.width() // 2
        return not self._add.isHidden() and position.x() >= middle

    def _about(self, found: Incoming) -> str:
        if found.way is Way.NONE:
            return self.tr("Drop it to read what to do instead")
        names = ", ".join(path.name for path in found.paths[:3])
        more = len(found.paths) - 3
        return names + (self.tr(" and {} more").format(more) if more > 0 else "")
