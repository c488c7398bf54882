"""One map of the strip: title, picture, cross-hair; zooms and pans with all the others."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from moe3d_viewer.state.layers.map_zoom import MapZoom

TITLE_PX = 22
ZOOM_STEP = 1.25
WHAT_IF_RGB = (214, 120, 20)
"""Orange that can be read on a dark and on a light window."""


class MapTile(QWidget):
    """Draws a pixmap; knows nothing of depth."""

    hovered = Signal(int, int)
    """Pixel of the picture under the mouse."""
    left = Signal()
    line_dragged = Signal(QPoint, QPoint)
    """Pixels between which a line is being drawn."""
    line_ended = Signal()
    pressed = Signal()
    double_clicked = Signal()
    menu_wanted = Signal(QPoint)
    """Place on the screen."""

    def __init__(
        self,
        zoom: MapZoom,
        image_size: QSize,
        parent: QWidget | None = None,
        *,
        shows_title: bool = True,
    ) -> None:
        super().__init__(parent)
        self._title_px = TITLE_PX if shows_title else 0
        self._is_marked = False
        self._title, self._short, self._is_what_if = "", "", False
        self._zoom, self._size = zoom, image_size
        self._picture = QPixmap()
        self._cross: QPoint | None = None
        self._drag_from: QPointF | None = None
        self._draws_lines = False
        self._line_from: QPoint | None = None
        self._line: tuple[QPoint, QPoint] | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        zoom.changed.connect(self.update)

    @property
    def title(self) -> str:
        """What this tile shows."""
        return self._title

    @property
    def drawn_title(self) -> str:
        """As much of it as there is room for: the whole, the name without its range, or a part."""
        room = int(self.image_rect().width()) - 2
        advance = self.fontMetrics().horizontalAdvance
        fitting = [text for text in (self._title, self._short) if text and advance(text) <= room]
        if fitting:
            return fitting[0]
        shortest = self._short or self._title
        return self.fontMetrics().elidedText(shortest, Qt.TextElideMode.ElideRight, room)

    def set_title(self, title: str, is_what_if: bool = False, short: str = "") -> None:
        """Name what is shown; a what-if is said to be one, in another colour.

        Args:
            title: all of it.
            is_what_if: whether it is no result of the model.
            short: drawn where all of it has no room; empty when there is nothing shorter.
        """
        text, shorter = title, short
        if is_what_if:
            text = self.tr("What-if: {}").format(title)
            shorter = self.tr("What-if: {}").format(short or title)
        if (text, is_what_if, shorter) != (self._title, self._is_what_if, self._short):
            self._title, self._is_what_if, self._short = text, is_what_if, shorter
            self.setAccessibleName(text)
            self.update()

    def set_size(self, image_size: QSize) -> None:
        """The pictures that come have this many pixels."""
        if image_size != self._size:
            self._size = image_size
            self.update()

    def set_marked(self, marked: bool) -> None:
        """Frame the picture: this is the map that commands act on."""
        if marked != self._is_marked:
            self._is_marked = marked
            self.update()

    @property
    def is_marked(self) -> bool:
        """Whether the picture is framed."""
        return self._is_marked

    def set_picture(self, picture: QPixmap) -> None:
        """Show another picture of the same size."""
        self._picture = picture
        self.update()

    def set_cross(self, pixel: QPoint | None) -> None:
        """Mark a pixel, the same in every tile."""
        if pixel != self._cross:
            self._cross = pixel
            self.update()

    def set_draws_lines(self, draws: bool) -> None:
        """Let the next drag draw a line instead of moving the map."""
        self._draws_lines = draws

    def set_line(self, line: tuple[QPoint, QPoint] | None) -> None:
        """Draw a line between two pixels, the same in every tile."""
        if line != self._line:
            self._line = line
            self.update()

    def image_rect(self) -> QRectF:
        """Where the picture lies in this widget."""
        free = QSize(self.width(), self.height() - self._title_px)
        size = self._size.scaled(free, Qt.AspectRatioMode.KeepAspectRatio)
        left = (free.width() - size.width()) / 2
        top = 0.0 if self._title_px else (free.height() - size.height()) / 2
        return QRectF(left, self._title_px + top, size.width(), size.height())

    def point_of(self, x: float, y: float) -> QPointF:
        """Where a pixel's centre is drawn."""
        rect, seen = self.image_rect(), self._zoom.visible
        u = ((x + 0.5) / self._size.width() - seen.x()) / seen.width()
        v = ((y + 0.5) / self._size.height() - seen.y()) / seen.height()
        return QPointF(rect.x() + u * rect.width(), rect.y() + v * rect.height())

    def _share_at(self, position: QPointF) -> QPointF:
        rect, seen = self.image_rect(), self._zoom.visible
        u = (position.x() - rect.x()) / max(rect.width(), 1.0)
        v = (position.y() - rect.y()) / max(rect.height(), 1.0)
        return QPointF(seen.x() + u * seen.width(), seen.y() + v * seen.height())

    def _pixel_at(self, position: QPointF) -> QPoint:
        """The pixel under a place, or the nearest one of the picture."""
        share = self._share_at(position)
        x = min(max(int(share.x() * self._size.width()), 0), self._size.width() - 1)
        y = min(max(int(share.y() * self._size.height()), 0), self._size.height() - 1)
        return QPoint(x, y)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        rect, seen = self.image_rect(), self._zoom.visible
        if self._title_px:
            self._draw_title(painter, rect)
        if self._picture.isNull():
            return
        size = self._picture.size()
        source = QRectF(
            seen.x() * size.width(),
            seen.y() * size.height(),
            seen.width() * size.width(),
            seen.height() * size.height(),
        )
        smooth = rect.width() < 3 * source.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawPixmap(rect, self._picture, source)
        self._draw_line(painter, rect)
        self._draw_cross(painter, rect)
        if self._is_marked:
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _draw_title(self, painter: QPainter, rect: QRectF) -> None:
        plain = self.palette().text().color()
        painter.setPen(QColor(*WHAT_IF_RGB) if self._is_what_if else plain)
        heading = QRectF(rect.x() + 2, 0, rect.width() - 2, TITLE_PX)
        place = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(heading, place, self.drawn_title)

    def _draw_line(self, painter: QPainter, rect: QRectF) -> None:
        if self._line is None:
            return
        start, end = (self.point_of(pixel.x(), pixel.y()) for pixel in self._line)
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((QColor(0, 0, 0, 170), 3.5), (QColor(255, 255, 255), 1.5)):
            painter.setPen(QPen(color, width))
            painter.drawLine(start, end)
        painter.setBrush(QColor(0, 0, 0))
        painter.drawEllipse(start, 3, 3)  # where the profile begins
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setClipping(False)

    def _draw_cross(self, painter: QPainter, rect: QRectF) -> None:
        if self._cross is None:
            return
        point = QPointF(self.point_of(self._cross.x(), self._cross.y()).toPoint())  # sharp lines
        if not rect.contains(point):
            return
        for color, width in ((QColor(0, 0, 0, 150), 3.0), (QColor(255, 255, 255, 230), 1.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(point + QPointF(-9, 0), point + QPointF(-3, 0))
            painter.drawLine(point + QPointF(3, 0), point + QPointF(9, 0))
            painter.drawLine(point + QPointF(0, -9), point + QPointF(0, -3))
            painter.drawLine(point + QPointF(0, 3), point + QPointF(0, 9))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag, or to draw; the map is the chosen one from now on."""
        self.pressed.emit()
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._draws_lines and self.image_rect().contains(event.position()):
            self._line_from = self._pixel_at(event.position())
        else:
            self._drag_from = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._drag_from = None
        if self._line_from is not None:
            self._line_from = None
            self.line_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Whoever shows the map knows what follows."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of this map."""
        self.pressed.emit()
        self.menu_wanted.emit(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, and tell the pixel under the mouse."""
        if self._drag_from is not None:
            moved = self._share_at(event.position()) - self._share_at(self._drag_from)
            self._drag_from = event.position()
            self._zoom.pan(moved)
        pixel = self._pixel_at(event.position())
        if self._line_from is not None:
            self.line_dragged.emit(self._line_from, pixel)
        if self.image_rect().contains(event.position()):
            self.hovered.emit(pixel.x(), pixel.y())
        else:
            self.left.emit()

    def leaveEvent(self, event: QEnterEvent) -> None:  # type: ignore[override]
        """The mouse is elsewhere."""
        self.left.emit()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse; with Shift the strip scrolls."""
        steps = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or steps == 0:
            event.ignore()
            return
        self._zoom.zoom_at(self._share_at(event.position()), ZOOM_STEP**steps)
        event.accept()
