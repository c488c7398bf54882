"""The legend in the upper right corner of a 3D view."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.pictures.legend import Legend
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors
from moe3d_viewer.widgets.controls.legend_picture import LegendPicture, all_words

MARGIN_PX = 10
LEGEND_PX = 11
"""Height of its letters."""
FREE_BELOW_PX = 112
"""Room for the axes and the bars at the lower edge."""


def legend_font(font: QFont) -> QFont:
    """Letters as high on the screen as in pictures of any resolution."""
    small = QFont(font)
    small.setPixelSize(LEGEND_PX)
    return small


class LegendView(QWidget):
    """Lets the mouse through; is painted when it changes, not with every frame of the view."""

    def __init__(self, name: str, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._legends: tuple[Legend, ...] = ()
        self._colors: ViewColors = DARK
        self._area: QRect | None = None
        self._neighbour: QWidget | None = None
        self._picture: QPixmap | None = None
        self.hide()

    @property
    def legends(self) -> tuple[Legend, ...]:
        """What is shown."""
        return self._legends

    def show_legends(self, legends: Sequence[Legend]) -> None:
        """Show these from top to bottom, or none."""
        if tuple(legends) != self._legends:
            self._legends = tuple(legends)
            words = all_words(legends)
            self.setAccessibleName(self.tr("Legend: {}").format(words) if words else "")
            self._fit()

    def set_colors(self, colors: ViewColors) -> None:
        """Of text and box."""
        if colors != self._colors:
            self._colors = colors
            self._fit()

    def fit(self, area: QRect | None) -> None:
        """Stand in the upper right corner of this part of the parent; None hides."""
        if area != self._area:
            self._area = area
            self._fit()

    def keep_clear_of(self, neighbour: QWidget) -> None:
        """Stand below this widget wherever both would lie on each other."""
        self._neighbour = neighbour
        neighbour.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The neighbour comes, goes or grows."""
        changes = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Resize)
        if watched is self._neighbour and event.type() in changes:
            self._fit()
        return False

    def _fit(self) -> None:
        area = self._area
        if area is None or not self._legends:
            self.hide()
            return
        font = legend_font(self.font())
        room = area.height() - FREE_BELOW_PX
        drawn = LegendPicture(self._legends, self._colors, font, room)
        size = drawn.size.toSize()
        corner = QPoint(area.right() + 1 - MARGIN_PX - size.width(), area.top() + MARGIN_PX)
        box = QRect(corner, size)
        taken = self._taken()
        if box.intersects(taken):
            box.moveTop(taken.bottom() + MARGIN_PX // 2)
        ratio = self.devicePixelRatioF()
        picture = QPixmap((drawn.size * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        drawn.paint(painter, QPointF(0, 0))
        painter.end()
        self._picture = picture
        self.setGeometry(box)
        self.setVisible(box.left() >= area.left() and box.bottom() <= area.bottom())
        self.update()

    def _taken(self) -> QRect:
        host, neighbour = self.parentWidget(), self._neighbour
        if host is None or neighbour is None or neighbour.isHidden():
            return QRect()
        return QRect(neighbour.mapTo(host, QPoint(0, 0)), neighbour.size())

    def changeEvent(self, event: QEvent) -> None:
        """Another screen or another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """What was drawn before."""
        if self._picture is not None:
            painter = QPainter(self)
            painter.drawPixmap(0, 0, self._picture)
            painter.end()
