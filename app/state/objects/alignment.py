"""Three pairs of clicked points, then all points: an object is brought onto the result."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from moe3d import CloudAlignment, MoE3DError, Progress, align_by_pairs
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.objects.reference import ReferenceCloud, ReferenceState
from moe3d_viewer.state.objects.scene_object import SceneObject
from moe3d_viewer.state.objects.scene_objects import SceneObjects
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState
from moe3d_viewer.state.viewport.tools import Tool, ToolState
from moe3d_viewer.state.viewport.upright import Vector

NOT_FITTED = "Could not fit the object"
ALIGN_CLOSER = JobKind[Callable[[SceneObject, ReferenceCloud, bool, Progress], CloudAlignment]](
    "align_closer"
)
"""Fit an object that lies roughly right; with or without scale."""


class AlignmentState(QObject):
    """Guides through the clicks, places the object, and says what is left."""

    changed = Signal()
    """Another step of the clicks, another fit, or a job under way."""

    def __init__(
        self,
        jobs: Jobs,
        objects: SceneObjects,
        reference: ReferenceState,
        tools: ToolState,
        scale: MetricScaleState,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._objects, self._reference = jobs, objects, reference
        self._tools, self._scale, self._notices = tools, scale, notices
        self._moving = self._fixed = 0
        self._with_scale = True
        self._found: dict[int, CloudAlignment] = {}
        self._fitting = LatestJob(jobs, self)
        self._fitting.succeeded.connect(self._on_fitted)
        self._fitting.failed.connect(self._on_failed)
        tools.tool_changed.connect(self._show_step)
        tools.points_changed.connect(self._show_step)
        tools.finished.connect(self._on_tool_finished)
        objects.object_removed.connect(self._on_removed)
        objects.object_changed.connect(self.changed)

    @property
    def with_scale(self) -> bool:
        """Whether sizes may change."""
        return self._with_scale

    def set_with_scale(self, on: bool) -> None:
        """Let sizes change, or keep them."""
        if on != self._with_scale:
            self._with_scale = on
            self.changed.emit()

    @property
    def is_picking(self) -> bool:
        """Whether points are being clicked."""
        return self._tools.tool is Tool.ALIGN

    @property
    def is_fitting(self) -> bool:
        """Whether all points are being fitted."""
        return self._fitting.is_running

    @property
    def hint(self) -> str:
        """What to click next."""
        count = len(self._tools.points)
        item = self._objects.find(self._moving)
        name = item.name if item is not None else ""
        other = self._objects.find(self._fixed)
        fixed = other.name if other is not None else self.tr("the result")
        pair = count // 2 + 1
        if count % 2 == 0:
            return self.tr("Point {} of 3: click it on {}").format(pair, name)
        return self.tr("Point {} of 3: click the same spot on {}").format(pair, fixed)

    def can_align(self, object_id: int) -> bool:
        """Whether there is something to align this object to."""
        item = self._objects.find(object_id)
        is_there = item is not None and item.data is not None
        return is_there and self._reference.of(object_id) is not None

    def found(self, object_id: int) -> CloudAlignment | None:
        """How well the object lies, since it was fitted last; None when it moved otherwise."""
        return self._found.get(object_id)

    def begin(self, object_id: int) -> None:
        """Begin to click pairs: on the object and on the result, in turn."""
        reference = self._reference.of(object_id)
        if not self.can_align(object_id) or reference is None:
            return
        self._moving, self._fixed = object_id, reference.object_id
        self._tools.take(Tool.LOOK)
        self._tools.take(Tool.ALIGN)

    def fit_closer(self, object_id: int) -> None:
        """Fit all points, from where the object lies now."""
        item, reference = self._objects.find(object_id), self._reference.of(object_id)
        if item is None or item.data is None or reference is None:
            return
        self._moving = object_id
        jobs, with_scale = self._jobs, self._with_scale
        self._fitting.start(
            lambda progress, _publish: jobs[ALIGN_CLOSER](item, reference, with_scale, progress)
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop fitting."""
        self._fitting.cancel()

    def reset(self, object_id: int) -> None:
        """Put the object back to where it was first."""
        item = self._objects.find(object_id)
        if item is not None:
            self._found.pop(object_id, None)
            self._objects.place(object_id, np.array(item.start).reshape(4, 4))
            self.changed.emit()

    @Slot(object, object)
    def _on_tool_finished(self, tool: Tool, points: tuple[Vector, ...]) -> None:
        if tool is not Tool.ALIGN:
            return
        world = np.array(points, np.float64) / self._scale.factor
        self._tools.take(Tool.LOOK)
        try:
            found = align_by_pairs(world[0::2], world[1::2], self._with_scale)
        except MoE3DError as error:
            self._notices.raise_error(self.tr(NOT_FITTED), error_text(error))
            return
        self._place(found)

    def _place(self, found: CloudAlignment) -> None:
        item = self._objects.find(self._moving)
        if item is None:
            return
        self._objects.place(item.id, found.target_from_source @ item.matrix)
        self._found[item.id] = found
        self.changed.emit()

    @Slot()
    @Slot(object)
    def _show_step(self, _tool: object = None) -> None:
        """Only what is to be clicked is seen: the other would hide it."""
        if not self.is_picking:
            self._objects.look_at_alone(None)
        else:
            is_fixed = len(self._tools.points) % 2 == 1
            self._objects.look_at_alone(self._fixed if is_fixed else self._moving)
        self.changed.emit()

    @Slot(object)
    def _on_fitted(self, found: CloudAlignment) -> None:
        self._place(found)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr(NOT_FITTED), error_text(error))
        self.changed.emit()

    @Slot(int)
    def _on_removed(self, object_id: int) -> None:
        self._found.pop(object_id, None)
        if object_id in (self._moving, self._fixed):
            self._fitting.abandon()
            if self.is_picking:
                self._tools.take(Tool.LOOK)
            self.changed.emit()
