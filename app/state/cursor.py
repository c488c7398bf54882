"""The pixel under the mouse, the same in every panel."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class CursorPixel:
    """A pixel of the network's image of one view."""

    view_index: int
    x: int
    y: int
    layer: str
    """Depth layer of the panel that the mouse is in; "fused" over photo and overlay."""


class CursorState(QObject):
    """Where the mouse is, or nowhere."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pixel: CursorPixel | None = None

    @property
    def pixel(self) -> CursorPixel | None:
        """None while the mouse is over no map."""
        return self._pixel

    def move_to(self, pixel: CursorPixel | None) -> None:
        """Follow the mouse."""
        if pixel != self._pixel:
            self._pixel = pixel
            self.changed.emit()
