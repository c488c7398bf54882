"""The 3D view of one cloud: everything the window tells it, and everything it tells the window."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int8, UInt8
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.rendering.camera import Camera
from app.rendering.camera_frusta import PhotoCameras
from app.rendering.point_buffer import PointBuffer
from app.rendering.point_growth import PointGrowth
from app.rendering.point_picking import PickedPoint
from app.rendering.scene_frame import UNIT_BOUNDS, opening_camera
from app.rendering.view_colors import DARK
from app.widgets.point_storage import PointStorage
from app.widgets.surrounded_view import SurroundedView
from moe3d.scene.upright import scene_frame


class CloudView(SurroundedView):
    """Shows a PointBuffer with cameras, colours and filters. Nothing here takes longer than a
    frame except `image`."""

    camera_clicked = Signal(int)
    """A photo's frustum was clicked; the view is already on its way there."""
    camera_hovered = Signal(int)
    """A photo's frustum is under the cursor; -1 when it left."""
    point_hovered = Signal(object)
    """PickedPoint under the resting cursor, or None."""
    point_picked = Signal(object)
    """PickedPoint that was clicked."""
    look_through_ended = Signal()
    """The view left the photo through which it looked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cloudView")
        self.setAccessibleName(self.tr("3D view"))
        self.setMinimumSize(160, 120)
        self._hovered_camera = -1
        self._own_storage: PointStorage | None = None
        self._up: np.ndarray | None = None
        self._is_picking = False
        self.set_colors(DARK)

    # what is shown

    def set_buffer(self, buffer: PointBuffer | None) -> None:
        """Show this cloud alone, or nothing. Drop the buffer: its arrays go after the upload."""
        before = self._own_storage
        self._own_storage = None if buffer is None else PointStorage(buffer)
        self.set_points(self._own_storage)
        if before is not None:
            self.free(before)

    def set_points(self, points: PointStorage | None) -> None:
        """Show points that other views may show, too, or nothing.

        The camera stays where the user moved it, else it takes the opening view.
        """
        if points is None:
            self._user_moved = False
        self._points.set_storage(points)
        self._picker.forget()
        self._scene_changed()

    def free(self, points: PointStorage) -> None:
        """Give the memory of points back that no view shows any more."""
        if self.isValid():
            self.makeCurrent()
            points.release()
            self.doneCurrent()

    def move_points(self, growth: PointGrowth | None) -> None:
        """Move the points along their photos' rays, as often as a slider moves, or back."""
        self._points.move(growth)
        self._picker.forget()
        buffer, cameras = self._points.buffer, self._photos.cameras
        if buffer is not None:
            centers = np.zeros((0, 3)) if cameras is None else cameras.centers
            self._bounds_changed(buffer.bounds, buffer.robust, centers)

    def set_normals(self, normals: Int8[np.ndarray, "N 4"] | None) -> None:
        """Packed normals of the shown points, in their order; None lets them go."""
        self._points.set_normals(normals)
        self.update()

    def set_cameras(
        self,
        camera_from_world: Float[np.ndarray, "S 4 4"] | None,
        intrinsics: Float[np.ndarray, "S 3 3"] | None = None,
        images: UInt8[np.ndarray, "S H W 3"] | None = None,
        size: float | None = None,
    ) -> None:
        """The photos' cameras, or none; call with the buffer's.

        Args:
            camera_from_world: OpenCV axes.
            intrinsics: pixels of the images.
            images: what each camera saw.
            size: length of the frusta in scene units; None: 3 % of the scene's diagonal.
        """
        cameras = None
        if camera_from_world is not None and intrinsics is not None and images is not None:
            cameras = PhotoCameras(camera_from_world, intrinsics, images)
        self._frustum_size = size
        self._photos.set_cameras(cameras)
        known = None if cameras is None else (cameras.camera_from_world, cameras.intrinsics)
        self._points.set_cameras(known)
        self._scene_changed()

    def reset_camera(self) -> None:
        """Forget where the user went: the opening view."""
        self._user_moved = False
        if self._points.buffer is not None:  # an empty view moves no linked one
            self._open()

    def set_picking(self, picking: bool) -> None:
        """Whether a click means a point, whatever frustum stands before it."""
        self._is_picking = picking
        self.section_handles.is_on = not picking
        self.section_handles.hover(self.camera, self.controller.viewport, None)
        self._show_cursor()

    def set_up(self, up: np.ndarray | None) -> None:
        """Take another direction as the scene's up, and stand upright in it; None: the photos'."""
        was = self.controller.frame.up
        self._up = up
        self._take_frame()
        self._rebuild_grid()
        if not np.allclose(was, self.controller.frame.up, atol=1e-9):
            self.controller.stand_upright()

    # where the camera goes

    def follow(self, camera: Camera) -> None:
        """Take the camera of another view, and keep it when a cloud comes."""
        self._user_moved = True
        self.controller.set_camera(camera)

    def go_to(self, camera: Camera) -> None:
        """Fly to another place; linked views follow."""
        self._user_moved = True
        self.controller.set_camera(camera, animate=True)

    def frame_all(self, animate: bool = True) -> None:
        """Show the whole cloud from the same direction."""
        self.controller.frame_all(animate)

    def frame_camera(self, index: int, animate: bool = True) -> None:
        """Go to where a photo was taken."""
        bounds = self.controller.bounds
        camera = self._photos.standing_in(index, self.controller.viewport, bounds)
        self._user_moved = True
        self.controller.set_camera(camera, animate)

    def look_through(self, index: int, animate: bool = True) -> None:
        """Go to where a photo was taken and lay the photo over the view, until the user moves."""
        self.frame_camera(index, animate)
        self.lay_photo_over(index)

    def end_look_through(self) -> None:
        """Take the photo away."""
        if self._photos.looked_through is not None:
            self._photos.end_look_through()
            self.look_through_ended.emit()
            self.update()

    def pick(self, pixel: tuple[float, float]) -> PickedPoint | None:
        """The point of the cloud under a widget pixel."""
        surface = self.surface_at(pixel)
        if surface is None:
            return None
        self.makeCurrent()
        picked = self._picker.point_at(surface, self._photos.cameras)
        self.doneCurrent()
        return picked

    # inside

    def _scene_changed(self) -> None:
        buffer, cameras = self._points.buffer, self._photos.cameras
        no_cameras = np.zeros((0, 3))
        centers = no_cameras if cameras is None else cameras.centers
        bounds = UNIT_BOUNDS if buffer is None else buffer.bounds
        robust = UNIT_BOUNDS if buffer is None else buffer.robust
        self._take_frame()
        self.controller.bounds = robust
        self._bounds_changed(bounds, robust, centers)
        self._resize_frusta()
        self._rebuild_grid()
        if not self._user_moved:
            self.reset_camera()

    def _take_frame(self) -> None:
        cameras = self._photos.cameras
        poses = np.zeros((0, 4, 4)) if cameras is None else cameras.camera_from_world
        self.controller.frame = scene_frame(poses, self._up)

    def _open(self) -> None:
        cameras = self._photos.cameras
        poses = np.zeros((0, 4, 4)) if cameras is None else cameras.camera_from_world
        controller = self.controller
        opening = opening_camera(poses, controller.bounds, controller.frame, controller.viewport)
        controller.set_camera(replace(opening, orthographic=self.camera.orthographic))

    def _on_resized(self) -> None:
        super()._on_resized()
        if not self._user_moved:
            self.reset_camera()

    def _show_cursor(self) -> None:
        shapes = Qt.CursorShape
        shape = shapes.CrossCursor if self._is_picking else shapes.ArrowCursor
        self.setCursor(shapes.SizeAllCursor if self.section_handles.is_hovered else shape)

    @Slot()
    def _on_handle_hovered(self) -> None:
        super()._on_handle_hovered()
        self._show_cursor()

    @Slot()
    def _on_moved_by_user(self) -> None:
        super()._on_moved_by_user()
        self.end_look_through()

    @Slot()
    def _on_leave_wanted(self) -> None:
        if self._photos.looked_through is None:
            self.leave_wanted.emit()
        self.end_look_through()

    @Slot(object)
    def _on_clicked(self, pixel: tuple[float, float]) -> None:
        index = self._camera_at(pixel)
        if index >= 0:
            self.frame_camera(index)
            self.camera_clicked.emit(index)
            return
        picked = self.pick(pixel)
        if picked is not None:
            self.point_picked.emit(picked)

    @Slot(object)
    def _on_hovered(self, pixel: tuple[float, float] | None) -> None:
        index = -1 if pixel is None else self._camera_at(pixel)
        if index != self._hovered_camera:
            self._hovered_camera = index
            self._photos.frusta.set_hovered(None if index < 0 else index)
            self.camera_hovered.emit(index)
        self.point_hovered.emit(None if pixel is None or index >= 0 else self.pick(pixel))

    def _camera_at(self, pixel: tuple[float, float]) -> int:
        if self._is_picking:
            return -1
        found = self._photos.frusta.camera_under(self.camera, self.controller.viewport, pixel)
        if found is None:
            return -1
        surface = self.surface_at(pixel)
        if surface is None:
            return found
        return found if self._photos.is_before(found, self.camera, surface) else -1
