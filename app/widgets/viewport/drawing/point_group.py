"""The points of a result and of further clouds, drawn together: part by part, over all blocks."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from OpenGL import GL

from moe3d_viewer.rendering.points.draw_plan import DrawRanges, PointBudget, block_slices
from moe3d_viewer.widgets.viewport.drawing.object_cloud import ObjectCloudItem
from moe3d_viewer.widgets.viewport.drawing.point_item import STEP_MS, PointItem
from moe3d_viewer.widgets.viewport.drawing.point_program import PointProjection


@dataclass(frozen=True)
class GroupRanges:
    """Runs of places in every cloud's buffer, in the order of the group."""

    ranges: tuple[DrawRanges, ...]

    @property
    def num_points(self) -> int:
        """Points in all runs of all clouds."""
        return sum(ranges.num_points for ranges in self.ranges)


class PointGroup:
    """The renderer's only idea of points; needs a context where its clouds do."""

    def __init__(self, result: PointItem) -> None:
        self._result = result
        self._clouds: tuple[ObjectCloudItem, ...] = ()
        self._shows_result = True
        self._revision = 0

    @property
    def clouds(self) -> tuple[ObjectCloudItem, ...]:
        """Further clouds that are drawn."""
        return self._clouds

    def show_clouds(self, clouds: Sequence[ObjectCloudItem]) -> None:
        """Draw these beside the result's points."""
        if tuple(clouds) != self._clouds:
            self._clouds = tuple(clouds)
            self._revision += 1

    @property
    def shows_result(self) -> bool:
        """Whether the result's own points are drawn."""
        return self._shows_result

    @shows_result.setter
    def shows_result(self, shown: bool) -> None:
        self._revision += shown != self._shows_result
        self._shows_result = shown

    @property
    def revision(self) -> tuple[object, ...]:
        """Changes with what changes the picture."""
        clouds = tuple(cloud.revision for cloud in self._clouds)
        return self._revision, self._result.revision, clouds

    @property
    def is_uploaded(self) -> bool:
        """Whether every point is on the GPU."""
        return self._result.is_uploaded and all(cloud.is_uploaded for cloud in self._clouds)

    @property
    def longest_block(self) -> int:
        """Points in the largest block of all."""
        return max((part.longest_block for part in self._parts), default=0)

    def upload_some(self) -> None:
        """Send the next part: the result first, then one cloud after the other."""
        if not self._result.is_uploaded:
            self._result.upload_some()
            return
        waiting = next((cloud for cloud in self._clouds if not cloud.is_uploaded), None)
        if waiting is not None:
            waiting.upload_some()

    def visible_blocks(self, clip_from_world: Float[np.ndarray, "4 4"]) -> Bool[np.ndarray, " B"]:
        """Which blocks of all clouds are uploaded and reach into the view."""
        found = [part.visible_blocks(clip_from_world) for part in self._parts]
        return np.concatenate(found) if found else np.zeros(0, bool)

    def ranges(self, blocks: Bool[np.ndarray, " B"], begin: int, end: int) -> GroupRanges:
        """The `begin`-th to `end`-th point of every visible block; none once the clouds differ
        from those that the blocks were asked of."""
        found, at = [], 0
        for starts in map(_starts, self._parts):
            chosen = blocks[at : at + len(starts) - 1]
            at += len(starts) - 1
            if len(chosen) == len(starts) - 1:
                found.append(block_slices(starts, chosen, begin, end))
        return GroupRanges(tuple(found) if at == len(blocks) else ())

    def draw(
        self, ranges: GroupRanges, projection: PointProjection, size_factor: float = 1.0
    ) -> None:
        """Draw these places into the bound target."""
        for part, places in zip(self._parts, ranges.ranges, strict=False):
            part.draw(places, projection, size_factor)

    def draw_steps(self, projection: PointProjection) -> Iterator[float]:
        """Draw everything, which is uploaded, in parts of some milliseconds.

        Yields:
            The share that is drawn; a context and the target must be current again after each.
        """
        budget, drawn, longest = PointBudget(STEP_MS), 0, self.longest_block
        blocks = self.visible_blocks(projection.clip_from_world)
        while drawn < longest:
            end = min(drawn + budget.share_per_block(int(blocks.sum())), longest)
            ranges = self.ranges(blocks, drawn, end)
            started = time.perf_counter()
            self.draw(ranges, projection)
            GL.glFinish()
            budget.observe(ranges.num_points, 1000 * (time.perf_counter() - started))
            drawn = end
            yield drawn / longest

    @property
    def _parts(self) -> tuple[PointItem | ObjectCloudItem, ...]:
        is_drawn = self._shows_result and self._result.buffer is not None
        return (*((self._result,) if is_drawn else ()), *self._clouds)


def _starts(part: PointItem | ObjectCloudItem) -> np.ndarray:
    if isinstance(part, ObjectCloudItem):
        return part.prepared.block_starts
    assert part.buffer is not None
    return part.buffer.block_starts
