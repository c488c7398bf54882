"""The point shader with its uniforms and its two small tables."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d import FLYING_COLOR
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_normals import normal_color_axes
from moe3d_viewer.rendering.points.point_shader import (
    POINT_ATTRIBUTES,
    POINT_FRAGMENT,
    point_vertex_shader,
)
from moe3d_viewer.rendering.points.point_style import PointStyle, box_matrix
from moe3d_viewer.rendering.points.point_tables import (
    color_table,
    expert_table,
    photo_table,
    scene_depth_range,
)
from moe3d_viewer.rendering.points.point_values import drawn_limits
from moe3d_viewer.rendering.space.view_colors import DARK, Rgb
from moe3d_viewer.widgets.viewport.drawing.gl_program import GlProgram, enable_point_sizes
from moe3d_viewer.widgets.viewport.drawing.gl_texture import GlTexture


@dataclass(frozen=True, eq=False)
class PointProjection:
    """How points come to the screen, in device pixels."""

    clip_from_world: Float[np.ndarray, "4 4"]
    view_depth_row: Float[np.ndarray, "4"]
    """Dot with (x, y, z, 1): depth along the line of sight."""
    px_per_unit: float
    """Pixels of a world unit at depth 1, or anywhere if orthographic."""
    orthographic: bool
    pixel_ratio: float = 1.0


class PointProgram:
    """Set to a buffer, a style and the photos' cameras; sends tables only when they changed."""

    def __init__(self) -> None:
        self.plain_color: Rgb = DARK.plain
        self._cameras: tuple[np.ndarray, np.ndarray] | None = None
        self._buffer: PointBuffer | None = None
        self._style = PointStyle()
        self._scene_depths = (0.0, 1.0)
        self._tables_stale = True
        self._programs = {
            (mode, moved): GlProgram(
                point_vertex_shader(mode, moved=moved), POINT_FRAGMENT, POINT_ATTRIBUTES
            )
            for mode in ColorMode
            for moved in (False, True)
        }
        self._moved = False
        self._photos, self._map = GlTexture(), GlTexture()

    def configure(
        self,
        buffer: PointBuffer | None,
        style: PointStyle,
        cameras: tuple[np.ndarray, np.ndarray] | None,
    ) -> None:
        """What to draw from now on; cameras are camera_from_world and intrinsics."""
        self._buffer = None if buffer is None else buffer.without_vertices()
        self._style, self._cameras = style, cameras
        self._tables_stale = True
        if buffer is not None:
            self._scene_depths = scene_depth_range(buffer, cameras[0] if cameras else None)

    @property
    def depth_range(self) -> tuple[float, float]:
        """Depths at the ends of the colour map."""
        return self._style.depth_range or self._scene_depths

    @property
    def _program(self) -> GlProgram:
        return self._programs[self._style.color_mode, self._moved]

    def use(self, projection: PointProjection, size_factor: float, *, moved: bool) -> None:
        """Make the shader current with everything set; needs a current context.

        Args:
            projection: how points come to the screen.
            size_factor: of the points' sizes.
            moved: whether the points have growths.
        """
        assert self._buffer is not None
        self._moved = moved
        enable_point_sizes()
        self._program.use()
        self._bind_tables(self._buffer)
        self._set_projection(projection, size_factor)
        self._set_style(self._buffer)

    def _bind_tables(self, buffer: PointBuffer) -> None:
        if self._tables_stale:
            cameras = self._cameras or (None, None)
            hidden = self._style.hidden_photos
            self._photos.upload_table(photo_table(buffer.num_photos, hidden, *cameras))
            self._map.upload_image(color_table(self._style, buffer))
            self._tables_stale = False
        self._photos.bind(0)
        self._map.bind(1)
        self._program.set_int("u_photos", 0)
        self._program.set_int("u_map", 1)

    def _set_projection(self, projection: PointProjection, size_factor: float) -> None:
        program, style = self._program, self._style
        follows = style.size_follows_depth and self._cameras is not None
        growth = projection.px_per_unit * 0.7 * style.size_px if follows else 0.0
        smallest = style.size_px * projection.pixel_ratio
        largest = style.largest_px * projection.pixel_ratio
        program.set_matrix("u_clip_from_world", projection.clip_from_world)
        program.set_float("u_view_depth", *projection.view_depth_row)
        program.set_float("u_px_per_unit", growth)
        program.set_float("u_world_px", projection.px_per_unit * (style.size_world or 0.0))
        program.set_float("u_orthographic", projection.orthographic)
        program.set_float("u_size", smallest, largest, size_factor, 0.0)

    def _set_style(self, buffer: PointBuffer) -> None:
        program, style, levels = self._program, self._style, buffer.levels
        low, high = self.depth_range
        program.set_vectors("u_limits", drawn_limits(style, buffer))
        program.set_matrix("u_box_from_world", box_matrix(style))
        program.set_matrix("u_color_from_normal", normal_color_axes(style.axes))
        program.set_float("u_level_scale", 1 / max(len(levels.values) - 1, 1))
        program.set_float("u_depth_range", low, 1 / max(high - low, 1e-9))
        program.set_float("u_has_cameras", self._cameras is not None)
        program.set_float("u_plain", *(channel / 255 for channel in self.plain_color))
        program.set_float("u_flying_color", *(channel / 255 for channel in FLYING_COLOR))
        program.set_vectors("u_experts", expert_table(style.hidden_experts, style.palette))
