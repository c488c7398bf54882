"""Mouse and keyboard of the 3D view: which gesture means which movement."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from moe3d_viewer.rendering.space.camera import Camera, Viewport, world_from_pixel
from moe3d_viewer.rendering.space.section_handles import Pixel
from moe3d_viewer.widgets.viewport.input.camera_controller import AxisView, CameraController
from moe3d_viewer.widgets.viewport.input.fly_keys import FlyKeys
from moe3d_viewer.widgets.viewport.input.section_handles import SectionHandles

CLICK_PX = 4.0
HOVER_MS = 40
AXIS_KEYS = {
    Qt.Key.Key_1: (AxisView.FRONT, AxisView.BACK),
    Qt.Key.Key_3: (AxisView.RIGHT, AxisView.LEFT),
    Qt.Key.Key_7: (AxisView.TOP, AxisView.BOTTOM),
}


class ViewInput(QObject):
    """Turns events into movements of the camera and into clicks."""

    clicked = Signal(object)
    """Pixel of a click that was no drag."""
    hovered = Signal(object)
    """Pixel at which the cursor rests; None when it left."""
    focus_wanted = Signal(object)
    """Pixel of a double click, or None for the middle of the view."""
    drag_changed = Signal(bool)
    """A drag began or ended."""
    moved_by_user = Signal()
    leave_wanted = Signal()
    """Escape."""
    projection_toggled = Signal()
    """Perspective or parallel."""
    point_size_stepped = Signal(int)
    frustum_size_stepped = Signal(int)

    def __init__(
        self,
        controller: CameraController,
        pick: Callable[[Pixel], np.ndarray | None],
        handles: SectionHandles,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._pick = pick
        self._handles = handles
        self._fly = FlyKeys(controller, self)
        self._pressed_at: Pixel = (0.0, 0.0)
        self._last: Pixel = (0.0, 0.0)
        self._grabbed: np.ndarray | None = None
        self._dragging = False
        self._double_clicked = False
        self._rests = False
        self._hover_timer = QTimer(self)
        self._hover_timer.setSingleShot(True)
        self._hover_timer.setInterval(HOVER_MS)
        self._hover_timer.timeout.connect(self._report_hover)

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        self._pressed_at = self._last = _pixel(event.position())
        self._rests = False
        if self._grabs_handle(event):
            return
        self._grabbed = self.point_or_pivot_plane(self._last) if _pans(event) else None
        self._hover_timer.stop()

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved, with or without a button."""
        pixel = _pixel(event.position())
        last, self._last = self._last, pixel
        if self._handles.drag(*self._seen, pixel):
            return
        if event.buttons() == Qt.MouseButton.NoButton:
            self._handles.hover(*self._seen, pixel)
            self._rests = True
            self._hover_timer.start()
            return
        if not self._dragging:
            if np.hypot(pixel[0] - self._pressed_at[0], pixel[1] - self._pressed_at[1]) < CLICK_PX:
                self._last = last
                return
            self._dragging = True
            self.drag_changed.emit(True)
        self.moved_by_user.emit()
        if self._grabbed is not None:
            self._controller.pan_to(self._grabbed, pixel)
        else:
            self._controller.drag_by(pixel[0] - last[0], pixel[1] - last[1])

    def release(self, event: QMouseEvent) -> None:
        """A button went up: the end of a drag, or a click."""
        if self._handles.release():
            return
        was_drag, was_double = self._dragging, self._double_clicked
        self._dragging, self._double_clicked, self._grabbed = False, False, None
        if was_drag:
            self.drag_changed.emit(False)
        elif was_double:
            return
        elif event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(_pixel(event.position()))

    def double_click(self, event: QMouseEvent) -> None:
        """The pivot goes to what lies under the cursor."""
        if self._grabs_handle(event):
            return
        self._double_clicked = True
        if event.button() == Qt.MouseButton.LeftButton:
            self.focus_wanted.emit(_pixel(event.position()))

    @Slot()
    def look_again(self) -> None:
        """Something else is drawn: tell anew where the cursor rests, if it is over the view."""
        if self._rests:
            self._hover_timer.start()

    def leave(self) -> None:
        """The cursor left the view."""
        self._rests = False
        self._hover_timer.stop()
        self._handles.hover(*self._seen, None)
        self.hovered.emit(None)

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom to the cursor; with Ctrl the point size, with Alt the frustum size."""
        delta = event.angleDelta()
        steps = (delta.y() or delta.x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.point_size_stepped.emit(1 if steps > 0 else -1)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.frustum_size_stepped.emit(1 if steps > 0 else -1)
        else:
            self.moved_by_user.emit()
            pixel = _pixel(event.position())
            self._controller.zoom_at(self.point_or_pivot_plane(pixel), steps)

    def key_press(self, event: QKeyEvent) -> bool:
        """Take a key; False lets others have it."""
        if self._fly.press(event.key(), event.modifiers()):
            self.moved_by_user.emit()
            return True
        if event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
            return self._keypad(event)
        if event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        actions = {
            Qt.Key.Key_F: lambda: self.focus_wanted.emit(None),
            Qt.Key.Key_Home: self._controller.frame_all,
            Qt.Key.Key_Escape: self.leave_wanted.emit,
        }
        action = actions.get(Qt.Key(event.key()))
        if action is None:
            return False
        self.moved_by_user.emit()
        action()
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """Take a key's release; False lets others have it."""
        return not event.isAutoRepeat() and self._fly.release(event.key())

    def focus_lost(self) -> None:
        """Keys that are still down no longer count."""
        self._fly.release_all()

    def point_or_pivot_plane(self, pixel: Pixel) -> np.ndarray:
        """The point under a pixel, or where its ray passes the pivot's depth."""
        picked = self._pick(pixel)
        if picked is not None:
            return picked
        camera = self._controller.camera
        return world_from_pixel(camera, self._controller.viewport, pixel, camera.pivot_depth)

    def _keypad(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_5:
            self.projection_toggled.emit()
            return True
        if key not in AXIS_KEYS:
            return False
        is_opposite = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.moved_by_user.emit()
        self._controller.show_axis(AXIS_KEYS[key][is_opposite])
        return True

    @property
    def _seen(self) -> tuple[Camera, Viewport]:
        return self._controller.camera, self._controller.viewport

    def _grabs_handle(self, event: QMouseEvent) -> bool:
        is_left = event.button() == Qt.MouseButton.LeftButton and not _pans(event)
        return is_left and self._handles.press(*self._seen, _pixel(event.position()))

    @Slot()
    def _report_hover(self) -> None:
        self.hovered.emit(self._last)


def _pixel(position: QPointF) -> Pixel:
    return position.x(), position.y()


def _pans(event: QMouseEvent) -> bool:
    if event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        return True
    modifiers = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
    return bool(event.modifiers() & modifiers)
