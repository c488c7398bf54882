"""The item that draws a point buffer: one upload, everything else by uniforms."""

import time
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float
from OpenGL import GL
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from moe3d_viewer.rendering.points.draw_plan import (
    DrawRanges,
    PointBudget,
    block_slices,
    blocks_in_view,
)
from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_growth import PointGrowth, moved_vertices
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.rendering.points.point_values import DrawnPoints, visible_points
from moe3d_viewer.rendering.space.scene_frame import camera_centers
from moe3d_viewer.widgets.viewport.drawing.point_program import PointProgram, PointProjection
from moe3d_viewer.widgets.viewport.drawing.point_storage import NormalStorage, PointStorage

STEP_MS = 40.0
"""Of a full draw that is done in parts."""


class PointItem(GLGraphicsItem):
    """Points of one cloud; also works in any GLViewWidget by `addItem`."""

    def __init__(self) -> None:
        super().__init__()
        self._revision = 0
        self.style = PointStyle()
        self._cameras: tuple[np.ndarray, np.ndarray] | None = None
        self._storage: PointStorage | None = None
        self._normals = NormalStorage()
        self._program = PointProgram()

    @property
    def revision(self) -> tuple[int, int]:
        """Changes with what changes the picture."""
        return self._revision, 0 if self._storage is None else self._storage.revision

    @property
    def buffer(self) -> PointBuffer | None:
        """What is shown, without its vertices once they are uploaded."""
        return None if self._storage is None else self._storage.buffer

    @property
    def depth_range(self) -> tuple[float, float]:
        """Depths at the ends of the colour map."""
        return self._program.depth_range

    @property
    def is_uploaded(self) -> bool:
        """Whether every point is on the GPU."""
        return self._storage is None or self._storage.is_complete

    @property
    def longest_block(self) -> int:
        """Points in the largest block."""
        return 0 if self.buffer is None else int(np.diff(self.buffer.block_starts).max(initial=0))

    def set_storage(self, storage: PointStorage | None) -> None:
        """Show these points, or nothing."""
        self._storage = storage
        self._normals.take(None)
        self._configure()

    def move(self, growth: PointGrowth | None) -> None:
        """Move the points along their photos' rays, or back; only the growths are sent."""
        if self._storage is not None:
            self._storage.move(growth)

    def set_normals(self, normals: np.ndarray | None) -> None:
        """Packed normals of the buffer's points, in its order; None lets them go."""
        self._normals.take(normals)
        self._revision += 1

    def set_style(self, style: PointStyle) -> None:
        """Colour, filter and size from now on; nothing is sent but small tables."""
        if style != self.style:
            self.style = style
            self._configure()

    def set_cameras(self, cameras: tuple[np.ndarray, np.ndarray] | None) -> None:
        """The photos' camera_from_world and intrinsics: depth colours and natural point sizes
        come from them."""
        self._cameras = cameras
        self._configure()

    def set_plain_color(self, color: tuple[int, int, int]) -> None:
        """Colour of points that have none of their own in the current mode."""
        self._program.plain_color = color
        self._revision += 1

    def upload_some(self) -> None:
        """Send the next part of the buffer; needs a current context."""
        if self._storage is not None:
            self._storage.upload_some()

    def visible_blocks(self, clip_from_world: Float[np.ndarray, "4 4"]) -> Bool[np.ndarray, " B"]:
        """Which blocks are uploaded and reach into the view."""
        if self._storage is None:
            return np.zeros(0, bool)
        buffer = self._storage.buffer
        seen = blocks_in_view(buffer.block_lower, buffer.block_upper, clip_from_world)
        return seen & (buffer.block_starts[1:] <= self._storage.uploaded)

    def read_block(self, block: int) -> np.ndarray:
        """The vertices of one block, back from the GPU, where they are drawn."""
        assert self._storage is not None
        vertices, growth = self._storage.read_block(block), self._storage.read_growth(block)
        if growth is None or self._cameras is None:
            return vertices
        centers = camera_centers(self._cameras[0]).astype(np.float32)
        return moved_vertices(vertices, growth, centers)

    def read_visible(self, block: int, vertices: np.ndarray) -> np.ndarray:
        """Which of a block's vertices the filters leave; a context must be current."""
        assert self._storage is not None
        storage = self._storage
        centers = None if self._cameras is None else camera_centers(self._cameras[0])
        points = DrawnPoints(
            vertices,
            self.style,
            lambda: storage.read_extras(block),
            None if centers is None else centers.astype(np.float32),
        )
        return visible_points(points, storage.buffer)

    def draw(
        self, ranges: DrawRanges, projection: PointProjection, size_factor: float = 1.0
    ) -> None:
        """Draw these places of the buffer into the bound target."""
        if self._storage is None or ranges.num_points == 0:
            return
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthFunc(GL.GL_LESS)
        GL.glDisable(GL.GL_BLEND)
        self._program.use(projection, size_factor, moved=self._storage.is_moved)
        self._storage.bind_attributes()
        self._normals.bring_up_to_date()
        self._normals.bind(len(self._storage.buffer))
        GL.glMultiDrawArrays(GL.GL_POINTS, ranges.firsts, ranges.counts, len(ranges.firsts))
        self._storage.release_attributes()
        self._normals.release()
        GL.glUseProgram(0)

    def draw_steps(self, projection: PointProjection) -> Iterator[float]:
        """Draw the whole cloud, which is uploaded, in parts of some milliseconds.

        Yields:
            The share that is drawn; a context and the target must be current again after each.
        """
        budget, drawn, longest = PointBudget(STEP_MS), 0, self.longest_block
        blocks = self.visible_blocks(projection.clip_from_world)
        while self.buffer is not None and drawn < longest:
            end = min(drawn + budget.share_per_block(int(blocks.sum())), longest)
            ranges = block_slices(self.buffer.block_starts, blocks, drawn, end)
            started = time.perf_counter()
            self.draw(ranges, projection)
            GL.glFinish()
            budget.observe(ranges.num_points, 1000 * (time.perf_counter() - started))
            drawn = end
            yield drawn / longest

    def paint(self) -> None:
        """Draw the whole cloud, for use in an ordinary GLViewWidget."""
        self.setupGLState()
        clip, view, lens = (
            np.array(matrix.copyDataTo()).reshape(4, 4)
            for matrix in (self.mvpMatrix(), self.modelViewMatrix(), self.projectionMatrix())
        )
        height = int(GL.glGetIntegerv(GL.GL_VIEWPORT)[3])
        is_parallel = bool(lens[3, 3] == 1)
        projection = PointProjection(clip, -view[2], lens[1, 1] * height / 2, is_parallel)
        while not self.is_uploaded:
            self.upload_some()
        for _ in self.draw_steps(projection):
            pass

    def _configure(self) -> None:
        self._program.configure(self.buffer, self.style, self._cameras)
        self._revision += 1
