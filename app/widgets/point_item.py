"""The item that draws a point buffer: one upload, everything else by uniforms."""

import numpy as np
from jaxtyping import Bool, Float
from OpenGL import GL
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from app.rendering.draw_plan import DrawRanges, block_slices, blocks_in_view
from app.rendering.point_buffer import PointBuffer
from app.rendering.point_picking import visible_mask
from app.rendering.point_positions import PointPositions
from app.rendering.point_style import PointStyle, hides_by_other, lowest_other_level
from app.widgets.point_program import PointProgram, PointProjection
from app.widgets.point_storage import PointStorage


class PointItem(GLGraphicsItem):
    """Points of one cloud; also works in any GLViewWidget by `addItem`."""

    def __init__(self) -> None:
        super().__init__()
        self.revision = 0
        """Counts what changes the picture."""
        self.style = PointStyle()
        self._cameras: tuple[np.ndarray, np.ndarray] | None = None
        self._storage = PointStorage()
        self._program = PointProgram()

    @property
    def buffer(self) -> PointBuffer | None:
        """What is shown, without its vertices once they are uploaded."""
        return self._storage.buffer

    @property
    def depth_range(self) -> tuple[float, float]:
        """Depths at the ends of the colour map."""
        return self._program.depth_range

    @property
    def is_uploaded(self) -> bool:
        """Whether every point is on the GPU."""
        return self._storage.is_complete

    @property
    def longest_block(self) -> int:
        """Points in the largest block."""
        return 0 if self.buffer is None else int(np.diff(self.buffer.block_starts).max(initial=0))

    def set_buffer(self, buffer: PointBuffer | None) -> None:
        """Show this cloud, or nothing; its vertices are let go after the upload."""
        self._storage.start(buffer)
        self._configure()

    def update_positions(self, positions: PointPositions) -> None:
        """Move the points; only their positions are sent again."""
        self._storage.move(positions)
        self.revision += 1

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
        self.revision += 1

    def upload_some(self) -> None:
        """Send the next part of the buffer; needs a current context."""
        if self._storage.upload_some():
            self.revision += 1

    def visible_blocks(self, clip_from_world: Float[np.ndarray, "4 4"]) -> Bool[np.ndarray, " B"]:
        """Which blocks are uploaded and reach into the view."""
        if self.buffer is None:
            return np.zeros(0, bool)
        seen = blocks_in_view(self.buffer.block_lower, self.buffer.block_upper, clip_from_world)
        return seen & (self.buffer.block_starts[1:] <= self._storage.uploaded)

    def read_block(self, block: int) -> np.ndarray:
        """The vertices of one block, back from the GPU."""
        return self._storage.read_block(block)

    def read_visible(self, block: int, vertices: np.ndarray) -> np.ndarray:
        """Which of a block's vertices the filters leave; a context must be current."""
        buffer = self.buffer
        assert buffer is not None
        visible = visible_mask(vertices, self.style, buffer.levels)
        if hides_by_other(self.style, buffer):
            extras = self._storage.read_extras(block)
            if extras is not None:
                visible &= extras["other"] > lowest_other_level(self.style, buffer)
        return visible

    def draw(
        self, ranges: DrawRanges, projection: PointProjection, size_factor: float = 1.0
    ) -> None:
        """Draw these places of the buffer into the bound target."""
        if ranges.num_points == 0:
            return
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthFunc(GL.GL_LESS)
        GL.glDisable(GL.GL_BLEND)
        self._program.use(projection, size_factor)
        self._storage.bind_attributes()
        GL.glMultiDrawArrays(GL.GL_POINTS, ranges.firsts, ranges.counts, len(ranges.firsts))
        self._storage.release_attributes()
        GL.glUseProgram(0)

    def draw_everything(self, projection: PointProjection) -> None:
        """Upload and draw the whole cloud, however long it takes."""
        while not self.is_uploaded:
            self.upload_some()
        if self.buffer is not None:
            blocks = self.visible_blocks(projection.clip_from_world)
            everything = block_slices(self.buffer.block_starts, blocks, 0, self.longest_block)
            self.draw(everything, projection)

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
        self.draw_everything(projection)

    def _configure(self) -> None:
        self._program.configure(self.buffer, self.style, self._cameras)
        self.revision += 1
