"""Where the 3D cameras are asked to go, and the photo through which they look."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

AXIS_VIEWS = ("front", "back", "right", "left", "top", "bottom")


@dataclass(frozen=True)
class PictureRequest:
    """A picture of the 3D view that is to be saved."""

    path: Path
    width: int
    """Pixels, as the height; both may be larger than the window."""
    height: int
    overlays: bool = True
    """Also draw cameras, grid, section box and distances."""
    legend: bool = True
    """Also say what the colours mean."""


class CameraRequests(QObject):
    """Commands on their way to the views; a place without OpenGL lets them pass."""

    axis_wanted = Signal(str)
    """One of AXIS_VIEWS."""
    pivot_wanted = Signal()
    """What lies in the middle of the view becomes the pivot."""
    looked_through_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looked_through: int | None = None

    @property
    def looked_through(self) -> int | None:
        """Photo that lies over the views, in whose camera they stand."""
        return self._looked_through

    def look_through(self, index: int | None) -> None:
        """Go into a photo's camera, or leave it."""
        if index != self._looked_through:
            self._looked_through = index
            self.looked_through_changed.emit()

    def leave(self) -> None:
        """Take the photo away; the cameras stay where they are."""
        self.look_through(None)
