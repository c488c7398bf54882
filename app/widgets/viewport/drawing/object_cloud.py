"""A further cloud on the GPU, drawn by blocks as the result's points are; shared by all views."""

import ctypes
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8
from OpenGL import GL

from moe3d_viewer.rendering.points.draw_plan import DrawRanges, blocks_in_view
from moe3d_viewer.rendering.points.object_points import ObjectPoints, placed_bounds
from moe3d_viewer.rendering.points.object_shader import (
    OBJECT_ATTRIBUTES,
    OBJECT_FRAGMENT,
    OBJECT_VERTEX,
)
from moe3d_viewer.rendering.space.scene_frame import Bounds
from moe3d_viewer.rendering.space.view_colors import Rgb
from moe3d_viewer.widgets.viewport.drawing.gl_program import GlProgram, enable_point_sizes
from moe3d_viewer.widgets.viewport.drawing.point_program import PointProjection

UPLOAD_POINTS = 200_000
POSITION_BYTES, COLOR_BYTES = 12, 4
GREY: Rgb = (150, 150, 150)
"""Of clouds that have no colours."""


@dataclass(frozen=True)
class CloudLook:
    """How a further cloud looks; a change costs uniforms."""

    world_from_object: tuple[float, ...]
    """Row by row, into the units of the screen."""
    color: Rgb | None = None
    opacity: float = 1.0
    size_px: float = 2.0


class ObjectCloudItem:
    """Everything but the setters and properties needs a current context."""

    def __init__(
        self, prepared: ObjectPoints, points: Float32[np.ndarray, "N 3"], look: CloudLook
    ) -> None:
        self.prepared, self.look = prepared, look
        self._points: np.ndarray | None = points
        self._colors: np.ndarray | None = None
        self._has_colors = False
        self._uploaded = 0
        self._colored = 0
        self._names: list[int] = []
        self._revision = 0
        self._program = GlProgram(OBJECT_VERTEX, OBJECT_FRAGMENT, OBJECT_ATTRIBUTES)

    @property
    def revision(self) -> int:
        """Changes with what changes the picture."""
        return self._revision

    @property
    def is_uploaded(self) -> bool:
        """Whether every point and colour is on the GPU."""
        return self._uploaded >= len(self.prepared) and self._colors is None

    @property
    def longest_block(self) -> int:
        """Points in the largest block."""
        return int(np.diff(self.prepared.block_starts).max(initial=0))

    @property
    def bounds(self) -> Bounds:
        """Every point, in the world."""
        return placed_bounds(self.prepared.bounds, self._matrix)

    @property
    def robust(self) -> Bounds:
        """Nearly every point, in the world."""
        return placed_bounds(self.prepared.robust, self._matrix)

    @property
    def _matrix(self) -> Float[np.ndarray, "4 4"]:
        return np.array(self.look.world_from_object).reshape(4, 4)

    def set_look(self, look: CloudLook) -> None:
        """Place, colour, opacity and size from now on."""
        if look != self.look:
            self.look = look
            self._revision += 1

    def set_colors(self, colors: UInt8[np.ndarray, "N 3"] | None) -> None:
        """Colours of the points, in the cloud's order; None: it has none. Sent anew, in parts."""
        self._colors, self._colored = colors, 0
        self._has_colors = colors is not None
        self._revision += 1

    def upload_some(self) -> None:
        """Send the next part."""
        if self.is_uploaded:
            return
        if not self._names:
            self._names = [int(name) for name in GL.glGenBuffers(2)]
        if self._points is not None:
            order = self.prepared.order[self._uploaded : self._uploaded + UPLOAD_POINTS]
            self._send(0, self._uploaded, np.ascontiguousarray(self._points[order], np.float32))
            self._uploaded += len(order)
            if self._uploaded >= len(self.prepared):
                self._points = None
        elif self._colors is not None:
            order = self.prepared.order[self._colored : self._colored + UPLOAD_POINTS]
            part = np.full((len(order), 4), 255, np.uint8)
            part[:, :3] = self._colors[order]
            self._send(1, self._colored, part)
            self._colored += len(order)
            if self._colored >= len(self.prepared):
                self._colors = None
        self._revision += 1

    def release(self) -> None:
        """Give the memory back; nothing can be drawn any more."""
        if self._names:
            GL.glDeleteBuffers(len(self._names), self._names)
            self._names, self._uploaded = [], 0

    def visible_blocks(self, clip_from_world: Float[np.ndarray, "4 4"]) -> Bool[np.ndarray, " B"]:
        """Which blocks are uploaded and reach into the view."""
        prepared = self.prepared
        clip_from_object = clip_from_world @ self._matrix
        seen = blocks_in_view(prepared.block_lower, prepared.block_upper, clip_from_object)
        return seen & (prepared.block_starts[1:] <= self._uploaded)

    def draw(self, ranges: DrawRanges, projection: PointProjection, size_factor: float) -> None:
        """Draw these places into the bound target."""
        if not self._names or ranges.num_points == 0:
            return
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthFunc(GL.GL_LESS)
        GL.glDisable(GL.GL_BLEND)
        enable_point_sizes()
        look, program = self.look, self._program
        program.use()
        program.set_matrix("u_clip_from_object", projection.clip_from_world @ self._matrix)
        program.set_float("u_size", look.size_px * projection.pixel_ratio * size_factor)
        is_colored = self._has_colors and look.color is None
        color = look.color or GREY
        program.set_float("u_color", *(channel / 255 for channel in color), not is_colored)
        program.set_float("u_opacity", look.opacity)
        self._bind(is_colored)
        GL.glMultiDrawArrays(GL.GL_POINTS, ranges.firsts, ranges.counts, len(ranges.firsts))
        GL.glDisableVertexAttribArray(0)
        GL.glDisableVertexAttribArray(1)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        GL.glUseProgram(0)

    def _bind(self, is_colored: bool) -> None:
        start = ctypes.c_void_p(0)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[0])
        GL.glEnableVertexAttribArray(0)
        GL.glVertexAttribPointer(0, 3, GL.GL_FLOAT, False, POSITION_BYTES, start)
        if not is_colored:
            GL.glVertexAttrib4f(1, 0.0, 0.0, 0.0, 1.0)
            return
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[1])
        GL.glEnableVertexAttribArray(1)
        GL.glVertexAttribPointer(1, 4, GL.GL_UNSIGNED_BYTE, True, COLOR_BYTES, start)

    def _send(self, which: int, at: int, part: np.ndarray) -> None:
        size = part.nbytes // len(part)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[which])
        if at == 0:
            total = len(self.prepared) * size
            GL.glBufferData(GL.GL_ARRAY_BUFFER, total, None, GL.GL_STATIC_DRAW)
        raw = part.view(np.uint8).reshape(-1)
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, at * size, raw.nbytes, raw)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
