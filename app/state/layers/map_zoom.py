"""The part of the photo that all maps show together."""

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

MAX_SCALE = 64.0


class MapZoom(QObject):
    """A window into the unit square; 1 shows the whole photo."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scale = 1.0
        self._corner = QPointF(0.0, 0.0)

    @property
    def scale(self) -> float:
        """How many times larger than the whole photo."""
        return self._scale

    @property
    def visible(self) -> QRectF:
        """What is seen, in shares of the photo's width and height."""
        side = 1.0 / self._scale
        return QRectF(self._corner.x(), self._corner.y(), side, side)

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """Zoom so that this point of the photo, in shares, stays where it is on the screen."""
        scale = min(max(self._scale * factor, 1.0), MAX_SCALE)
        ratio = self._scale / scale
        self._move(scale, point + (self._corner - point) * ratio)

    def pan(self, shift: QPointF) -> None:
        """Move the photo by this share of its size."""
        self._move(self._scale, self._corner - shift)

    def show_part(self, part: QRectF) -> None:
        """Show this part of the photo, in shares, as large as it fits."""
        scale = min(max(1.0 / max(part.width(), part.height(), 1e-6), 1.0), MAX_SCALE)
        side = 1.0 / scale
        corner = part.center() - QPointF(side / 2, side / 2)
        self._move(scale, corner)

    def reset(self) -> None:
        """Show the whole photo."""
        self._move(1.0, QPointF(0.0, 0.0))

    def _move(self, scale: float, corner: QPointF) -> None:
        limit = 1.0 - 1.0 / scale
        inside = QPointF(min(max(corner.x(), 0.0), limit), min(max(corner.y(), 0.0), limit))
        if scale != self._scale or inside != self._corner:
            self._scale, self._corner = scale, inside
            self.changed.emit()
