"""The colour bar of the depth maps, with numbers."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from moe3d import MapScale, color_bar_pixels, scale_ticks
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.layer_titles import scale_title
from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb
from moe3d_viewer.widgets.maps.map_tile import TITLE_PX
from moe3d_viewer.widgets.maps.range_edits import HEIGHT_PX, WIDTH_PX, RangeEdits

LEFT_PX, BAR_PX, GAP_PX = 6, 14, 4


class ColorBar(QWidget):
    """Depth with near on top, as in the maps; or the values of another map, high on top."""

    def __init__(self, state: AppState, prefix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}color_bar")
        self.setToolTip(
            self.tr(
                "Depth in relative units; the same colours in every map of the strip. "
                "Over a map that holds no depth, the scale of that map."
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._key, self._range = "fused", (0.0, 1.0)
        self._color_map, self._low_on_top = "turbo", True
        self._edits = RangeEdits(state, self, prefix)

    @property
    def value_range(self) -> tuple[float, float]:
        """Values at the two ends."""
        return self._range

    def set_scale(
        self, key: str, value_range: tuple[float, float], color_map: str, low_on_top: bool
    ) -> None:
        """Show the scale of a map."""
        if self._edits.is_typing and not low_on_top:
            return  # the user is typing an end of the depth
        self._key, self._range, self._color_map = key, value_range, color_map
        self._low_on_top = low_on_top
        for edit in (self._edits.near, self._edits.far):
            edit.setVisible(low_on_top)
        name, (low, high) = scale_title(key), value_range
        self.setAccessibleName(self.tr("{} from {:.3g} to {:.3g}").format(name, low, high))
        self.update()

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(LEFT_PX + BAR_PX + GAP_PX + WIDTH_PX, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the fields at both ends of the bar."""
        super().resizeEvent(event)
        bar = self._bar_rect()
        left = round(bar.right()) + GAP_PX
        for edit, y in ((self._edits.near, bar.top()), (self._edits.far, bar.bottom())):
            edit.move(left, round(y) - HEIGHT_PX // 2)

    def _bar_rect(self) -> QRectF:
        below = HEIGHT_PX / 2 + 2
        top = TITLE_PX + 8
        return QRectF(LEFT_PX, top, BAR_PX, max(self.height() - top - below, 10))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        bar = self._bar_rect()
        painter.drawPixmap(bar.toRect(), pixmap_from_rgb(color_bar_pixels(self._color_map)))
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(
            QRectF(4, 0, self.width() - 4, TITLE_PX),
            Qt.AlignmentFlag.AlignVCenter,
            scale_title(self._key),
        )
        painter.setPen(self.palette().text().color())
        ticks = scale_ticks(self._key, MapScale(self._range, self._color_map, self._low_on_top))
        has_fields = not self._edits.near.isHidden()  # they stand at both ends
        for share, text in ticks[1:-1] if has_fields else ticks:
            y = bar.top() + share * bar.height()
            box = QRectF(bar.right() + GAP_PX + 4, y - 9, WIDTH_PX, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
