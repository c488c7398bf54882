"""Puts the card of a list somewhere else by dragging it; a line shows where it would go."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QListWidget, QListWidgetItem

LINE_PX = 3
GHOST_PX = 84
EDGE_PX, SCROLL_STEP_PX, SCROLL_MS = 28, 14, 30
PlaceFor = Callable[[QListWidgetItem, int], int | None]
"""Row at which an item would stand if it were dropped at a row; None where it cannot move."""


class CardDrag(QObject):
    """Esc, or a release where the card cannot go, changes nothing."""

    dropped = Signal(QListWidgetItem, int)
    """Item, and the row at which it is to stand."""

    def __init__(self, cards: QListWidget, place_for: PlaceFor) -> None:
        super().__init__(cards)
        self._cards, self._place_for = cards, place_for
        self._item: QListWidgetItem | None = None
        self._start = self._now = QPoint()
        self._is_dragging = False
        self._line = QFrame(cards.viewport())
        self._line.setObjectName("drop_line")
        self._line.hide()
        self._ghost = QLabel(cards.viewport())
        self._ghost.setObjectName("dragged_card")
        self._ghost.hide()
        for part in (self._line, self._ghost):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._scrolling = QTimer(self)
        self._scrolling.setInterval(SCROLL_MS)
        self._scrolling.timeout.connect(self._scroll)
        for watched in (cards, cards.viewport()):
            watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what belongs to a drag; the list sees all else."""
        if isinstance(event, QMouseEvent) and watched is self._cards.viewport():
            return self._take_mouse(event)
        if self._is_dragging and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            self._end()
            return True
        return super().eventFilter(watched, event)

    def _take_mouse(self, event: QMouseEvent) -> bool:
        place = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress:
            is_left = event.button() == Qt.MouseButton.LeftButton
            self._item = self._cards.itemAt(place) if is_left else None
            self._start = place
            return False
        if event.type() == QEvent.Type.MouseMove and self._item is not None:
            far = (place - self._start).manhattanLength() >= QApplication.startDragDistance()
            self._is_dragging = self._is_dragging or far
            if self._is_dragging:
                self._show_at(place)
            return self._is_dragging
        if event.type() == QEvent.Type.MouseButtonRelease and self._is_dragging:
            item, row = self._item, self._row_at(place)
            self._end()
            if item is not None and row is not None:
                self.dropped.emit(item, row)
            return True
        return False

    def _end(self) -> None:
        self._item, self._is_dragging = None, False
        self._line.hide()
        self._ghost.hide()
        self._scrolling.stop()
        self._cards.viewport().unsetCursor()

    def _row_at(self, place: QPoint) -> int | None:
        """Where the card would stand if it were let go here."""
        if self._item is None:
            return None
        rows = [self._cards.item(row) for row in range(self._cards.count())]
        others = [item for item in rows if item is not self._item]
        above = [i for i in others if self._cards.visualItemRect(i).center().y() < place.y()]
        return self._place_for(self._item, len(above))

    def _show_at(self, place: QPoint) -> None:
        self._now = place
        row = self._row_at(place)
        shape = Qt.CursorShape.ForbiddenCursor if row is None else Qt.CursorShape.ClosedHandCursor
        self._cards.viewport().setCursor(shape)
        self._show_line(row)
        self._show_ghost(place)
        near_edge = not EDGE_PX < place.y() < self._cards.viewport().height() - EDGE_PX
        if near_edge and not self._scrolling.isActive():
            self._scrolling.start()
        elif not near_edge:
            self._scrolling.stop()

    def _show_line(self, row: int | None) -> None:
        self._line.setVisible(row is not None)
        if row is None or self._item is None:
            return
        is_below = row > self._cards.row(self._item)
        rect = self._cards.visualItemRect(self._cards.item(row))
        y = rect.bottom() if is_below else rect.top()
        self._line.setGeometry(rect.left(), y - LINE_PX // 2, rect.width(), LINE_PX)
        self._line.raise_()

    def _show_ghost(self, place: QPoint) -> None:
        if self._item is not None and self._ghost.isHidden():
            self._ghost.setPixmap(self._item.icon().pixmap(GHOST_PX, GHOST_PX))
            self._ghost.adjustSize()
            self._ghost.show()
        self._ghost.move(place + QPoint(10, 6))

    @Slot()
    def _scroll(self) -> None:
        is_up = self._now.y() <= EDGE_PX
        bar = self._cards.verticalScrollBar()
        bar.setValue(bar.value() + (-SCROLL_STEP_PX if is_up else SCROLL_STEP_PX))
        self._show_at(self._now)
