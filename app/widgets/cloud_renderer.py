"""Draws the points progressively into pictures of its own, and lays them under the overlays.

While something changes: a prefix of every block, as much as the time allows, a little larger. When
still: the rest, part by part, into a second picture without clearing, which then replaces the first
and equals a full draw. Overlays are drawn over it and never restart it.
"""

import time
from collections.abc import Generator

import numpy as np
from OpenGL import GL

from app.rendering.draw_plan import PointBudget, block_slices
from app.rendering.view_frame import ViewFrame
from app.widgets.backdrop import Backdrop, Lighting, LightingPass
from app.widgets.gl_target import GlTarget
from app.widgets.point_item import PointItem
from app.widgets.point_program import PointProjection

MOVING_MS = 8.0  # with shading and swap: sixty frames a second on a software rasteriser
STILL_MS = 28.0
SMALLEST_MOVING, SMALLEST_STILL = 20_000, 80_000
"""Points that are drawn however slow a pass was: on a starved machine a pass waits for its turn,
and smaller passes would only wait more often."""
LARGEST_COARSE_FACTOR = 2.0


class CloudRenderer:
    """Needs a current context in every method but `reset`."""

    def __init__(self, points: PointItem) -> None:
        self.backdrop = Backdrop()
        self.lighting = Lighting()
        self.is_complete = False
        """Whether the picture equals a full draw."""
        self._points = points
        self._moving, self._still = GlTarget(), GlTarget()
        self._shown = self._moving
        self._moving_budget = PointBudget(MOVING_MS, smallest=SMALLEST_MOVING)
        self._still_budget = PointBudget(STILL_MS, smallest=SMALLEST_STILL)
        self._lighting_pass = LightingPass()
        self._key: tuple[object, ...] = ()
        self._projection: PointProjection | None = None
        self._pixel_ratio = 1.0
        self._blocks = np.zeros(0, bool)
        self._coarse_share = 0
        self._refined_share = 0

    def context_was_replaced(self) -> None:
        """Start over in a new context."""
        for target in (self._moving, self._still):
            target.forget()
        self.backdrop.forget()
        self._key = ()

    def draw_backdrop(self, width: int, height: int) -> None:
        """Show the background alone."""
        self.backdrop.fill(self._moving, width, height)
        self._shown, self._key = self._moving, ()
        self.is_complete = False

    def draw(self, frame: ViewFrame, width: int, height: int, pixel_ratio: float) -> bool:
        """Draw a first, coarse picture if anything changed; False if nothing did.

        Args:
            frame: camera and matrices.
            width: of the picture, device pixels.
            height: of the picture, device pixels.
            pixel_ratio: device pixels of a widget pixel.
        """
        self._points.upload_some()
        if self.is_current(frame, width, height):
            return False
        self._key, self._pixel_ratio = self._key_of(frame, width, height), pixel_ratio
        self._projection = point_projection(frame, height, pixel_ratio)
        self._blocks = self._points.visible_blocks(frame.clip_from_world)
        self.backdrop.fill(self._moving, width, height)
        self._coarse_share = self._draw_coarse()
        self._refined_share = 0
        self._shown = self._moving
        self.is_complete = (
            self._coarse_share >= self._points.longest_block and self._points.is_uploaded
        )
        return True

    @property
    def shows_refinement(self) -> bool:
        """Whether the shown picture grows with `refine`."""
        return self._shown is self._still

    def refine(self) -> None:
        """Draw the next part of the rest."""
        if self.is_complete or self._projection is None:
            return
        longest = self._points.longest_block
        if self._refined_share == 0:
            self.backdrop.fill(self._still, *self._moving.size)
        self._still.bind(*self._moving.size)
        share = self._still_budget.share_per_block(int(self._blocks.sum()))
        end = min(self._refined_share + share, longest)
        self._timed_draw(self._still_budget, self._refined_share, end, 1.0)
        self._refined_share = end
        if end >= min(4 * self._coarse_share, longest):
            self._shown = self._still
        self.is_complete = end >= longest and self._points.is_uploaded

    def present(self, frame: ViewFrame, framebuffer: int) -> None:
        """Bring the shown picture into a framebuffer of the same size, with its depth.

        Lighting is left out while a coarse picture moves: there it would cost more than the points.
        """
        is_settled = self.is_complete or self.shows_refinement
        self._present(self._shown, frame, framebuffer, is_settled, self._pixel_ratio)

    def full_steps(
        self, frame: ViewFrame, picture: GlTarget, pixel_ratio: float
    ) -> Generator[float, None, None]:
        """Draw the whole cloud into a picture, part by part; at the end the picture is bound.

        Begins again when the points or their looks change meanwhile.

        Yields:
            The share that is drawn; the context must be current again after each, and when the
            generator is closed.
        """
        projection = point_projection(frame, picture.size[1], pixel_ratio)
        points, revision = GlTarget(), None
        try:
            while not self._points.is_uploaded:
                self._points.upload_some()
                yield 0.0
            while revision != self._points.revision:
                revision = self._points.revision
                self.backdrop.fill(points, *picture.size)
                for share in self._points.draw_steps(projection):
                    yield share
                    points.bind(*picture.size)
                    if revision != self._points.revision:
                        break
            self._present(points, frame, picture.framebuffer, True, pixel_ratio)
        finally:
            points.release()

    def _present(
        self,
        shown: GlTarget,
        frame: ViewFrame,
        framebuffer: int,
        is_settled: bool,
        pixel_ratio: float,
    ) -> None:
        if is_settled and self.lighting.strength > 0:
            GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, framebuffer)
            GL.glViewport(0, 0, *shown.size)
            self._lighting_pass.draw(shown, frame, self.lighting, pixel_ratio)
        else:
            shown.copy_to(framebuffer)
            GL.glViewport(0, 0, *shown.size)

    def depth_around(self, x: int, y: int, radius: int) -> np.ndarray | None:
        """Depth values around a device pixel (from the bottom left), rows from the bottom;
        None if the window reaches outside the picture."""
        width, height = self._shown.size
        if not (radius <= x < width - radius and radius <= y < height - radius):
            return None
        side = 2 * radius + 1
        return self._shown.read_depth(x - radius, y - radius, side, side)

    def is_current(self, frame: ViewFrame, width: int, height: int) -> bool:
        """Whether the shown picture, complete or not, is of this frame and this style."""
        return self._key == self._key_of(frame, width, height)

    def _key_of(self, frame: ViewFrame, width: int, height: int) -> tuple[object, ...]:
        matrix = frame.clip_from_world.tobytes()
        return (matrix, width, height, self._points.revision, self.backdrop.colors)

    def _draw_coarse(self) -> int:
        longest = self._points.longest_block
        share = self._moving_budget.share_per_block(int(self._blocks.sum()))
        factor = 1.0
        if 0 < share < longest:
            factor = min(np.sqrt(longest / share), LARGEST_COARSE_FACTOR)
        self._timed_draw(self._moving_budget, 0, min(share, longest), float(factor))
        return share

    def _timed_draw(self, budget: PointBudget, begin: int, end: int, factor: float) -> None:
        buffer = self._points.buffer
        if buffer is None or self._projection is None:
            return
        ranges = block_slices(buffer.block_starts, self._blocks, begin, end)
        if ranges.num_points == 0:
            return
        started = time.perf_counter()
        self._points.draw(ranges, self._projection, factor)
        GL.glFinish()
        budget.observe(ranges.num_points, 1000 * (time.perf_counter() - started))


def point_projection(frame: ViewFrame, height: int, pixel_ratio: float) -> PointProjection:
    """The frame's matrices for points on a picture of this height in device pixels."""
    return PointProjection(
        clip_from_world=frame.clip_from_world,
        view_depth_row=-frame.view_from_world[2],
        px_per_unit=height / (2 * frame.camera.half_height),
        orthographic=frame.camera.orthographic,
        pixel_ratio=pixel_ratio,
    )
