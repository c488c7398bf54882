"""The section box in one 3D view: its edges, and handles that drag its faces."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from moe3d import OrientedBox
from moe3d_viewer.rendering.space.camera import Camera, Viewport
from moe3d_viewer.rendering.space.section_handles import (
    NUM_HANDLES,
    Pixel,
    box_segments,
    handle_direction,
    handle_places,
    handle_segments,
    handle_under,
    slide_along,
)
from moe3d_viewer.rendering.space.view_colors import ViewColors
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.line_item import LineItem


class SectionHandles(QObject):
    """Knows the box that is drawn; whoever listens moves it."""

    grabbed = Signal(int, bool)
    """Axis, and whether it is the high side."""
    dragged = Signal(int, bool, float)
    """Axis, high side, and how far the face is from where it was grabbed, outwards, scene units."""
    released = Signal()
    hover_changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.edges, self.handles = LineItem(1.4), LineItem(2.5, hidden_by_points=False)
        for lines in (self.edges, self.handles):
            lines.setVisible(False)
        self._box: OrientedBox | None = None
        self._under: int | None = None
        self._start: tuple[np.ndarray, np.ndarray, float] | None = None
        self.is_on = True
        """Whether the handles can be grabbed, and are seen."""

    @property
    def is_hovered(self) -> bool:
        """Whether a handle is under the cursor or held."""
        return self._under is not None

    def show_box(self, box: OrientedBox | None, colors: ViewColors) -> None:
        """Draw this box, or none."""
        self._box = box
        if box is not None:
            self.edges.set_segments(box_segments(box), colors.frustum_active, 0.8)
        elif self._start is None:
            self._under = None
        self.edges.setVisible(box is not None)

    def update(self, frame: ViewFrame, colors: ViewColors) -> None:
        """Bring the handles up to date for a picture."""
        box = self._box
        self.handles.setVisible(box is not None and self.is_on)
        if box is None or not self.is_on:
            return
        parts, tints = [], []
        for handle in range(NUM_HANDLES):
            is_active = handle == self._under
            part = handle_segments(frame.camera, frame.viewport, box, handle, is_active)
            tint = colors.text if is_active else colors.frustum_active
            parts.append(part)
            tints.append(np.tile([*np.array(tint) / 255, 1.0], (len(part), 1)))
        self.handles.set_colored(np.concatenate(parts), np.concatenate(tints))

    def hover(self, camera: Camera, viewport: Viewport, pixel: Pixel | None) -> None:
        """The cursor is here, without a button; None: it left."""
        under = None
        if pixel is not None and self._box is not None and self.is_on:
            under = handle_under(camera, viewport, self._box, pixel)
        self._set_under(under)

    def press(self, camera: Camera, viewport: Viewport, pixel: Pixel) -> bool:
        """Grab the handle under a pixel; False if there is none."""
        self.hover(camera, viewport, pixel)
        handle, box = self._under, self._box
        if handle is None or box is None:
            return False
        place, direction = handle_places(box)[handle], handle_direction(box, handle)
        offset = slide_along(camera, viewport, place, direction, pixel)
        self._start = place, direction, offset or 0.0
        self.grabbed.emit(handle // 2, handle % 2 == 1)
        return True

    def drag(self, camera: Camera, viewport: Viewport, pixel: Pixel) -> bool:
        """Bring the face that is held under a pixel; False if none is held."""
        if self._start is None or self._under is None:
            return False
        place, direction, offset = self._start
        slid = slide_along(camera, viewport, place, direction, pixel)
        if slid is not None:
            handle = self._under
            self.dragged.emit(handle // 2, handle % 2 == 1, slid - offset)
        return True

    def release(self) -> bool:
        """Let go; False if nothing was held."""
        was_held, self._start = self._start is not None, None
        if was_held:
            self.released.emit()
        return was_held

    def _set_under(self, handle: int | None) -> None:
        if handle != self._under:
            self._under = handle
            self.hover_changed.emit()
