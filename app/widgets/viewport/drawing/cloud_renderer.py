"""Draws points and meshes progressively into pictures of its own, and lays them under the overlays.

While something changes: a prefix of every block, as much as the time allows, and meshes as coarse
as it takes. When still: larger and larger prefixes, at last all of it, each part by part into a
hidden picture that replaces the shown one when it is whole; the last one equals a full draw. The
fewer points, the larger they are, so that surfaces stay closed. Overlays are drawn over it and
never restart it.
"""

import math
import time
from collections.abc import Generator, Iterator

import numpy as np
from OpenGL import GL

from moe3d_viewer.rendering.points.draw_plan import PointBudget
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.backdrop import Backdrop, Lighting, LightingPass
from moe3d_viewer.widgets.viewport.drawing.drawing_pace import DrawingPace
from moe3d_viewer.widgets.viewport.drawing.gl_target import GlTarget
from moe3d_viewer.widgets.viewport.drawing.mesh_layer import MeshLayer
from moe3d_viewer.widgets.viewport.drawing.point_group import PointGroup
from moe3d_viewer.widgets.viewport.drawing.point_item import PointItem
from moe3d_viewer.widgets.viewport.drawing.point_program import PointProjection

LARGEST_FACTOR = 4.0
"""Of points when few of them are drawn; larger ones would hide what is small."""
OVERLAP = 2.0
"""Points that were chosen by chance cover each other: as much area covers less than all did."""
GROWTH, LAST_GROWTH = 4, 8
"""How many times more points the next picture has at least; how many times more the last one may
have. So all before it are a seventh of the work."""
FIRST_PARTS = 8
"""Less than so many parts are no picture of their own."""


class CloudRenderer:
    """Needs a current context in every method but `reset`."""

    def __init__(self, points: PointItem, pace: DrawingPace) -> None:
        self.backdrop = Backdrop()
        self.lighting = Lighting()
        self.meshes = MeshLayer()
        self.is_complete = False
        """Whether the picture equals a full draw."""
        self.level = 0
        """How often the shown picture was replaced by one with more points since it moved."""
        self.points = PointGroup(points)
        """The result's points and further clouds."""
        self._pace = pace
        self._shown, self._hidden = GlTarget(), GlTarget()
        self._lighting_pass = LightingPass()
        self._key: tuple[object, ...] = ()
        self._projection: PointProjection | None = None
        self._pixel_ratio = 1.0
        self._blocks = np.zeros(0, bool)
        self._share = 0
        self._frame: ViewFrame | None = None
        self._refining: Iterator[None] | None = None

    def context_was_replaced(self) -> None:
        """Start over in a new context."""
        for target in (self._shown, self._hidden):
            target.forget()
        self.backdrop.forget()
        self._key = ()

    def draw_backdrop(self, width: int, height: int) -> None:
        """Show the background alone."""
        self.backdrop.fill(self._shown, width, height)
        self._key = ()
        self.is_complete = False

    def draw(self, frame: ViewFrame, width: int, height: int, pixel_ratio: float) -> bool:
        """Draw a first, coarse picture if anything changed; False if nothing did.

        Args:
            frame: camera and matrices.
            width: of the picture, device pixels.
            height: of the picture, device pixels.
            pixel_ratio: device pixels of a widget pixel.
        """
        self.points.upload_some()
        self.meshes.upload_some()
        if self.is_current(frame, width, height):
            return False
        self._key, self._pixel_ratio = self._key_of(frame, width, height), pixel_ratio
        self._frame, self._refining, self.level = frame, None, 0
        self._projection = point_projection(frame, height, pixel_ratio)
        self._blocks = self.points.visible_blocks(frame.clip_from_world)
        self.meshes.choose_level()
        self.backdrop.fill(self._shown, width, height)
        self.meshes.draw_moving(frame, hiding=True)
        self._draw_coarse()
        self.meshes.draw_moving(frame, hiding=False)
        has_all = self._share >= self.points.longest_block and not self.meshes.is_coarse
        self.is_complete = has_all and self.is_uploaded
        return True

    @property
    def shows_points(self) -> bool:
        """Whether the result's own points are drawn."""
        return self.points.shows_result

    @property
    def shows_objects(self) -> bool:
        """Whether meshes or further clouds are drawn."""
        return bool(self.points.clouds or self.meshes.meshes)

    @property
    def is_uploaded(self) -> bool:
        """Whether all points and meshes are on the GPU."""
        return self.points.is_uploaded and self.meshes.is_uploaded

    @property
    def drawn_share(self) -> float:
        """Of the points, in the shown picture; 0 to 1."""
        return min(self._share / max(self.points.longest_block, 1), 1.0)

    def refine(self) -> None:
        """Draw the next part of the next picture; when it is whole, it is the shown one."""
        if self.is_complete or self._frame is None:
            return
        if self._refining is None:
            self._refining = self._refine_steps(self._frame)
        self._hidden.bind(*self._shown.size)
        next(self._refining, None)

    def _refine_steps(self, frame: ViewFrame) -> Iterator[None]:
        """Pictures of more and more points; meshes are drawn at their finest into the last one.
        The hidden picture is bound again after each step."""
        is_last = False
        while not is_last:
            share = self._next_share()
            is_last = share >= self.points.longest_block
            self.backdrop.fill(self._hidden, *self._shown.size)
            yield from self._mesh_steps(frame, hiding=True, finest=is_last)
            yield from self._point_steps(share)
            yield from self._mesh_steps(frame, hiding=False, finest=is_last)
            self._shown, self._hidden = self._hidden, self._shown
            self._share, self.level = share, self.level + 1
            self.is_complete = is_last and self.is_uploaded
            yield

    def _mesh_steps(self, frame: ViewFrame, *, hiding: bool, finest: bool) -> Iterator[None]:
        if finest:
            yield from self.meshes.steps(frame, hiding=hiding)
        else:
            self.meshes.draw_moving(frame, hiding=hiding)

    def _point_steps(self, share: int) -> Iterator[None]:
        begin, factor = 0, self._size_factor(share)
        while begin < share:
            part = self._pace.still.share_per_block(int(self._blocks.sum()))
            end = min(begin + part, share)
            self._timed_draw(self._pace.still, begin, end, factor)
            begin = end
            if end < share:
                yield

    def _next_share(self) -> int:
        """Points of every block in the picture after the shown one."""
        longest = self.points.longest_block
        part = self._pace.still.share_per_block(int(self._blocks.sum()))
        share = max(GROWTH * self._share, FIRST_PARTS * part)
        return share if LAST_GROWTH * share < longest else longest

    def _size_factor(self, share: int) -> float:
        """By how much points are larger when so many of every block stand for all."""
        if share >= self.points.longest_block:
            return 1.0
        missing = self.points.longest_block / max(share, 1)
        return min(math.sqrt(OVERLAP * missing), LARGEST_FACTOR)

    def present(self, frame: ViewFrame, framebuffer: int) -> None:
        """Bring the shown picture into a framebuffer of the same size, with its depth.

        Lighting is left out while a coarse picture moves: there it would cost more than the points.
        """
        is_settled = self.is_complete or self.level > 0
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
            while not self.is_uploaded:
                self.points.upload_some()
                self.meshes.upload_some()
                yield 0.0
            while revision != self._revision:
                revision = self._revision
                self.backdrop.fill(points, *picture.size)
                for share in self._all_steps(frame, projection):
                    yield share
                    points.bind(*picture.size)
                    if revision != self._revision:
                        break
            self._present(points, frame, picture.framebuffer, True, pixel_ratio)
        finally:
            points.release()

    def _all_steps(self, frame: ViewFrame, projection: PointProjection) -> Iterator[float]:
        for _ in self.meshes.steps(frame, hiding=True):
            yield 0.0
        yield from self.points.draw_steps(projection)
        for _ in self.meshes.steps(frame, hiding=False):
            yield 1.0

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
        return (matrix, width, height, self._revision, self.backdrop.colors)

    @property
    def _revision(self) -> tuple[object, ...]:
        return self.points.revision, self.meshes.revision

    def _draw_coarse(self) -> None:
        share = self._pace.moving.share_per_block(int(self._blocks.sum()))
        self._share = min(share, self.points.longest_block)
        self._timed_draw(self._pace.moving, 0, self._share, self._size_factor(self._share))

    def _timed_draw(self, budget: PointBudget, begin: int, end: int, factor: float) -> None:
        if self._projection is None:
            return
        ranges = self.points.ranges(self._blocks, begin, end)
        if ranges.num_points == 0:
            return
        started = time.perf_counter()
        self.points.draw(ranges, self._projection, factor)
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
