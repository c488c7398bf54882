"""The progressive view with mouse, keys, picking, a pivot marker and the axes in the corner."""

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.rendering.camera import Camera
from app.rendering.line_vertices import pivot_segments
from app.rendering.scene_frame import upright_rotation
from app.rendering.view_colors import DARK, ViewColors
from app.rendering.view_frame import ViewFrame
from app.widgets.axes_gizmo import AxesGizmo
from app.widgets.line_item import LineItem
from app.widgets.point_picker import PointPicker
from app.widgets.progressive_view import ProgressiveView
from app.widgets.section_handles import SectionHandles
from app.widgets.view_input import ViewInput

GIZMO_MARGIN = 10
PIVOT_ORDER = 100


class InteractiveView(ProgressiveView):
    """Moves by mouse and keys; knows surfaces, not photos."""

    point_size_stepped = Signal(int)
    """Ctrl + wheel: 1 or -1."""
    frustum_size_stepped = Signal(int)
    """Alt + wheel: 1 or -1."""
    leave_wanted = Signal()
    """Escape, when there was nothing in this view to leave."""
    projection_changed = Signal(bool)
    """Whether it is parallel now."""
    flip_wanted = Signal()
    """Tab, while `takes_tab` is set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.takes_tab = False
        """Whether Tab asks for the other side; Shift+Tab always leaves the view."""
        self._colors: ViewColors = DARK
        self._user_moved = False
        self._picker = PointPicker(self._renderer, self._points)
        self._pivot = LineItem(1.8, hidden_by_points=False)
        self._pivot.setDepthValue(PIVOT_ORDER)
        self._pivot.setVisible(False)
        self.addItem(self._pivot)
        self._gizmo = AxesGizmo(self)
        self._gizmo.axis_clicked.connect(self._look_from_axis)
        self.camera_changed.connect(self._gizmo.show_camera)
        self._was_parallel = False
        self.camera_changed.connect(self._tell_projection)
        self._gizmo.show_camera(self.camera)
        self.section_handles = SectionHandles(self)
        self.section_handles.hover_changed.connect(self._on_handle_hovered)
        self._input = ViewInput(self.controller, self.surface_at, self.section_handles, self)
        self._input.moved_by_user.connect(self._on_moved_by_user)
        self._input.focus_wanted.connect(self._on_focus_wanted)
        self._input.drag_changed.connect(self._on_drag_changed)
        self._input.clicked.connect(self._on_clicked)
        self._input.hovered.connect(self._on_hovered)
        self._input.projection_toggled.connect(self._toggle_projection)
        self._input.leave_wanted.connect(self._on_leave_wanted)
        self._input.point_size_stepped.connect(self.point_size_stepped)
        self._input.frustum_size_stepped.connect(self.frustum_size_stepped)

    def surface_at(self, pixel: tuple[float, float]) -> np.ndarray | None:
        """World position of the points drawn under a widget pixel; None for the background."""
        if not self.isValid():
            return None
        self.makeCurrent()
        surface = self._picker.surface_at(self.frame_now(), pixel, self.devicePixelRatioF())
        self.doneCurrent()
        return surface

    def set_colors(self, colors: ViewColors) -> None:
        """Background, grid, lines and letters, for a dark or a light window."""
        self._colors = colors
        self._renderer.backdrop.colors = colors
        self._points.set_plain_color(colors.plain)
        self._gizmo.set_colors(colors)
        self.update()

    def focus_on_middle(self) -> None:
        """What lies in the middle of the view becomes the pivot."""
        self._on_focus_wanted(None)

    def set_orthographic(self, orthographic: bool) -> None:
        """Parallel or perspective projection, of equal size at the pivot."""
        if orthographic != self.camera.orthographic:
            self.controller.set_orthographic(orthographic)

    def show_gizmo(self, shown: bool) -> None:
        """The axes in the corner."""
        self._gizmo.setVisible(shown)

    def _before_paint(self, frame: ViewFrame) -> None:
        if self._pivot.visible():
            segments = pivot_segments(frame.camera, frame.viewport)
            self._pivot.set_segments(segments, self._colors.pivot, 0.95)

    def _on_resized(self) -> None:
        self._gizmo.move(GIZMO_MARGIN, self.height() - self._gizmo.height() - GIZMO_MARGIN)

    @Slot()
    def _on_moved_by_user(self) -> None:
        self._user_moved = True

    @Slot(object)
    def _on_focus_wanted(self, pixel: tuple[float, float] | None) -> None:
        middle = (self.width() / 2, self.height() / 2)
        surface = self.surface_at(pixel or middle)
        if surface is not None:
            self._user_moved = True
            self.controller.focus_on(surface)

    @Slot()
    def _on_handle_hovered(self) -> None:
        """For subclasses."""
        self.update()

    @Slot(bool)
    def _on_drag_changed(self, dragging: bool) -> None:
        self._pivot.setVisible(dragging)

    @Slot(object)
    def _tell_projection(self, camera: Camera) -> None:
        if camera.orthographic != self._was_parallel:
            self._was_parallel = camera.orthographic
            self.projection_changed.emit(camera.orthographic)

    @Slot()
    def _toggle_projection(self) -> None:
        self.set_orthographic(not self.camera.orthographic)

    @Slot(object)
    def _on_clicked(self, pixel: tuple[float, float]) -> None:
        """For subclasses."""

    @Slot(object)
    def _on_hovered(self, pixel: tuple[float, float] | None) -> None:
        """For subclasses."""

    @Slot()
    def _on_leave_wanted(self) -> None:
        """For subclasses."""

    @Slot(int, int)
    def _look_from_axis(self, axis: int, direction: int) -> None:
        forward = -direction * np.eye(3)[axis]
        self._user_moved = True
        up = self.controller.frame.up
        if abs(float(forward @ up)) > 0.99:
            up = self.camera.up
        self.controller.look_along(upright_rotation(forward, up))

    # Qt's events, handed on

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.press(ev)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.move(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.release(ev)

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        """See ViewInput."""
        self._input.double_click(ev)

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """See ViewInput."""
        self._input.wheel(ev)
        ev.accept()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Keys of the view; all others go on to the window."""
        ev.setAccepted(self._input.key_press(ev))

    def keyReleaseEvent(self, ev: QKeyEvent) -> None:
        """See ViewInput."""
        ev.setAccepted(self._input.key_release(ev))

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Tab; called by Qt before the key is anybody's."""
        if next_one and self.takes_tab:
            self.flip_wanted.emit()
            return True
        return super().focusNextPrevChild(next_one)

    def focusOutEvent(self, ev: QFocusEvent) -> None:
        """Flying stops."""
        self._input.focus_lost()
        super().focusOutEvent(ev)

    def leaveEvent(self, ev: object) -> None:
        """The cursor left."""
        self._input.leave()
