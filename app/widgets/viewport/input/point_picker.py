"""From a pixel of the view to what is seen there: a surface, a point of the cloud, a photo."""

import numpy as np

from moe3d_viewer.rendering.points.point_picking import (
    PickedPoint,
    blocks_around,
    nearest_point,
    nearest_set_pixel,
    pixel_in_photo,
)
from moe3d_viewer.rendering.points.point_vertex import (
    confidence_level,
    expert_index,
    is_flying,
    photo_index,
)
from moe3d_viewer.rendering.space.section_handles import Pixel
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.cloud_renderer import CloudRenderer
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.drawing.photo_layer import PhotoLayer
from moe3d_viewer.widgets.viewport.drawing.point_item import PointItem
from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController

RADIUS_PX = 6
"""Of a screen without scaling: how far from the cursor a point may lie."""
CACHED_BLOCKS = 8
ON_SURFACE = 0.005
"""Share of the scene's diagonal: a place farther from every point is another object's."""


class PointPicker:
    """Reads the depth of the shown picture."""

    def __init__(
        self,
        canvas: GlCanvas,
        controller: CameraController,
        renderer: CloudRenderer,
        points: PointItem,
        photos: PhotoLayer,
    ) -> None:
        self._canvas, self._controller = canvas, controller
        self._renderer, self._points, self._photos = renderer, points, photos
        self._blocks: dict[int, np.ndarray] = {}

    def forget(self) -> None:
        """Another cloud is shown."""
        self._blocks.clear()

    def surface_at(self, pixel: Pixel) -> np.ndarray | None:
        """World position of the points drawn under a widget pixel or next to it; None for the
        background."""
        if not self._canvas.isValid():
            return None
        with self._canvas.current():
            frame, ratio = self._controller.view_frame(), self._canvas.devicePixelRatioF()
            return self._surface_at(frame, pixel, ratio)

    def pick(self, pixel: Pixel) -> PickedPoint | None:
        """The point of the cloud under a widget pixel, or the place on another object there."""
        surface = self.surface_at(pixel)
        if surface is None:
            return None
        with self._canvas.current():
            found = self._point_at(surface) if self._renderer.shows_points else None
        if self._renderer.shows_objects and (found is None or self._is_beside(found, surface)):
            return _of_object(surface)
        return found

    def photo_at(self, pixel: Pixel) -> int:
        """The photo whose frustum is seen under a widget pixel; -1 for none."""
        camera = self._controller.camera
        found = self._photos.frusta.camera_under(camera, self._controller.viewport, pixel)
        if found is None:
            return -1
        surface = self.surface_at(pixel)
        if surface is None or self._photos.is_before(found, camera, surface):
            return found
        return -1

    def _surface_at(self, frame: ViewFrame, pixel: Pixel, pixel_ratio: float) -> np.ndarray | None:
        column = int(pixel[0] * pixel_ratio)
        row = round(frame.viewport.height * pixel_ratio) - 1 - int(pixel[1] * pixel_ratio)
        radius = round(RADIUS_PX * pixel_ratio)
        depths = self._renderer.depth_around(column, row, radius)
        found = None if depths is None else nearest_set_pixel(depths)
        if depths is None or found is None:
            return None
        shift_x, shift_y = found[1] - radius, found[0] - radius
        place = (
            (column + shift_x + 0.5) / pixel_ratio,
            (frame.viewport.height - (row + shift_y + 0.5) / pixel_ratio),
        )
        return frame.world_from_depth(place, float(depths[found]))

    def _is_beside(self, found: PickedPoint, surface: np.ndarray) -> bool:
        buffer = self._points.buffer
        reach = ON_SURFACE * (1.0 if buffer is None else buffer.robust.diagonal)
        return float(np.linalg.norm(np.array(found.position) - surface)) > reach

    def _point_at(self, surface: np.ndarray) -> PickedPoint | None:
        """The visible point nearest to a place on a surface."""
        buffer = self._points.buffer
        if buffer is None:
            return None
        best: tuple[float, np.ndarray] | None = None
        for block in blocks_around(buffer, surface, 0.01 * buffer.robust.diagonal)[:CACHED_BLOCKS]:
            vertices = self._block(int(block))
            visible = self._points.read_visible(int(block), vertices)
            index, distance = nearest_point(vertices["position"], visible, surface)
            if index >= 0 and (best is None or distance < best[0]):
                best = distance, vertices[index : index + 1]
        return None if best is None else self._described(best[1])

    def _described(self, vertex: np.ndarray) -> PickedPoint | None:
        buffer, cameras = self._points.buffer, self._photos.cameras
        if buffer is None:
            return None
        position = vertex["position"][0].astype(float)
        photo = int(photo_index(vertex)[0])
        pixel = -1 if cameras is None else pixel_in_photo(cameras, photo, position)
        return PickedPoint(
            position=(float(position[0]), float(position[1]), float(position[2])),
            view_index=photo,
            pixel_index=pixel,
            expert_index=int(expert_index(vertex)[0]),
            confidence=float(buffer.levels.values[confidence_level(vertex)[0]]),
            is_flying=bool(is_flying(vertex)[0]),
        )

    def _block(self, block: int) -> np.ndarray:
        if block not in self._blocks:
            if len(self._blocks) >= CACHED_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[block] = self._points.read_block(block)
        return self._blocks[block]


def _of_object(surface: np.ndarray) -> PickedPoint:
    """A place that no photo of the result saw."""
    x, y, z = (float(value) for value in surface)
    return PickedPoint((x, y, z), -1, -1, -1, float("nan"), False)
