"""From a pixel of the view to the surface under it, and to the point of the cloud."""

import numpy as np

from app.rendering.camera_frusta import PhotoCameras
from app.rendering.point_picking import (
    PickedPoint,
    blocks_around,
    nearest_point,
    nearest_set_pixel,
    pixel_in_photo,
)
from app.rendering.point_vertex import confidence_level, expert_index, is_flying, photo_index
from app.rendering.view_frame import ViewFrame
from app.widgets.cloud_renderer import CloudRenderer
from app.widgets.point_item import PointItem

RADIUS_PX = 6
"""Of a screen without scaling: how far from the cursor a point may lie."""
CACHED_BLOCKS = 8


class PointPicker:
    """Reads the depth of the shown picture; every method needs a current context."""

    def __init__(self, renderer: CloudRenderer, points: PointItem) -> None:
        self._renderer = renderer
        self._points = points
        self._blocks: dict[int, np.ndarray] = {}

    def forget(self) -> None:
        """Another cloud is shown."""
        self._blocks.clear()

    def surface_at(
        self, frame: ViewFrame, pixel: tuple[float, float], pixel_ratio: float
    ) -> np.ndarray | None:
        """World position of what is drawn under a widget pixel or next to it; None for nothing."""
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

    def point_at(self, surface: np.ndarray, cameras: PhotoCameras | None) -> PickedPoint | None:
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
        return None if best is None else self._described(best[1], cameras)

    def _described(self, vertex: np.ndarray, cameras: PhotoCameras | None) -> PickedPoint | None:
        buffer = self._points.buffer
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
