"""What a user's gestures mean in a 3D view: a photo, a point, a pivot, a way out."""

from PySide6.QtCore import QObject, Qt, Signal, Slot

from moe3d_viewer.rendering.space.section_handles import Pixel
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController
from moe3d_viewer.widgets.viewport.input.navigation import Navigation
from moe3d_viewer.widgets.viewport.input.point_picker import PointPicker
from moe3d_viewer.widgets.viewport.input.view_input import ViewInput
from moe3d_viewer.widgets.viewport.overlays import Overlays


class Pointing(QObject):
    """Answers ViewInput with what lies under the cursor."""

    camera_clicked = Signal(int)
    """A photo's frustum was clicked; the view is already on its way there."""
    point_hovered = Signal(object)
    """PickedPoint under the resting cursor, or None."""
    point_picked = Signal(object)
    """PickedPoint that was clicked."""
    leave_wanted = Signal()
    """Escape, when there was nothing in this view to leave."""

    def __init__(
        self,
        canvas: GlCanvas,
        controller: CameraController,
        navigation: Navigation,
        picker: PointPicker,
        overlays: Overlays,
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._controller, self._navigation = canvas, controller, navigation
        self._picker, self._overlays = picker, overlays
        self._is_picking = False
        self._hovered_camera = -1
        self.input = ViewInput(controller, picker.surface_at, overlays.section, self)
        """Takes the canvas's events."""
        overlays.gizmo.axis_clicked.connect(self._on_axis_clicked)
        overlays.section.hover_changed.connect(self._on_handle_hovered)
        self.input.moved_by_user.connect(self._on_moved_by_user)
        self.input.focus_wanted.connect(self.focus_on)
        self.input.drag_changed.connect(overlays.pivot.setVisible)
        self.input.clicked.connect(self._on_clicked)
        self.input.hovered.connect(self._on_hovered)
        self.input.projection_toggled.connect(self._on_projection_toggled)
        self.input.leave_wanted.connect(self._on_leave_wanted)

    def set_picking(self, picking: bool) -> None:
        """Whether a click means a point, whatever frustum stands before it."""
        self._is_picking = picking
        handles = self._overlays.section
        handles.is_on = not picking
        handles.hover(self._controller.camera, self._controller.viewport, None)
        self._show_cursor()

    @Slot(object)
    def focus_on(self, pixel: Pixel | None) -> None:
        """Take what lies under a pixel as the pivot; None: in the middle of the view."""
        middle = (self._canvas.width() / 2, self._canvas.height() / 2)
        surface = self._picker.surface_at(pixel or middle)
        if surface is not None:
            self._navigation.steer()
            self._controller.focus_on(surface)

    def _camera_at(self, pixel: Pixel) -> int:
        return -1 if self._is_picking else self._picker.photo_at(pixel)

    def _show_cursor(self) -> None:
        shapes = Qt.CursorShape
        shape = shapes.CrossCursor if self._is_picking else shapes.ArrowCursor
        is_on_handle = self._overlays.section.is_hovered
        self._canvas.setCursor(shapes.SizeAllCursor if is_on_handle else shape)

    @Slot(object)
    def _on_clicked(self, pixel: Pixel) -> None:
        index = self._camera_at(pixel)
        if index >= 0:
            self._navigation.stand_in(index)
            self.camera_clicked.emit(index)
            return
        picked = self._picker.pick(pixel)
        if picked is not None:
            self.point_picked.emit(picked)

    @Slot(object)
    def _on_hovered(self, pixel: Pixel | None) -> None:
        index = -1 if pixel is None else self._camera_at(pixel)
        if index != self._hovered_camera:
            self._hovered_camera = index
            self._overlays.photos.frusta.set_hovered(None if index < 0 else index)
        self.point_hovered.emit(None if pixel is None or index >= 0 else self._picker.pick(pixel))

    @Slot()
    def _on_handle_hovered(self) -> None:
        self._canvas.update()
        self._show_cursor()

    @Slot()
    def _on_moved_by_user(self) -> None:
        self._navigation.steer()
        self._navigation.end_look_through()

    @Slot(int, int)
    def _on_axis_clicked(self, axis: int, direction: int) -> None:
        self._navigation.steer()
        self._controller.look_from_axis(axis, direction)

    @Slot()
    def _on_projection_toggled(self) -> None:
        self._controller.set_orthographic(not self._controller.camera.orthographic)

    @Slot()
    def _on_leave_wanted(self) -> None:
        if not self._navigation.end_look_through():
            self.leave_wanted.emit()
