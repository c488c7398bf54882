"""The clouds among the objects, brought from the state to the 3D views."""

from typing import cast

import numpy as np
from PySide6.QtCore import QObject, Slot

from moe3d import ObjectCloud, color_table
from moe3d_viewer.rendering.pictures.legend import LegendScale, bar_legend
from moe3d_viewer.rendering.points.object_points import (
    DISTANCE_MAP,
    ObjectPoints,
    distance_colors,
    placed_bounds,
)
from moe3d_viewer.rendering.space.scene_frame import Bounds
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.objects.scene_object import SceneObject
from moe3d_viewer.state.objects.scene_objects import RESULT
from moe3d_viewer.widgets.viewport.drawing.object_cloud import CloudLook, ObjectCloudItem
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView
from moe3d_viewer.widgets.viewport.view_legends import ViewLegends


class ObjectClouds(QObject):
    """One item on the GPU a cloud, whichever views show it."""

    def __init__(self, state: AppState, split: SplitCloudView, legends: ViewLegends) -> None:
        super().__init__(split)
        self._state, self._objects, self._split = state, state.objects, split
        self._legends = legends
        self._explained: set[str] = set()
        """Names of the legends that are shown."""
        self._items: dict[int, ObjectCloudItem] = {}
        self._colored: dict[int, tuple[object, object]] = {}
        """Of each cloud what its colours on the GPU were made of."""
        self._shapes: dict[int, tuple[object, Bounds]] = {}
        objects = state.objects
        objects.object_added.connect(self._show)
        objects.object_changed.connect(self._show)
        objects.object_removed.connect(self._show)
        objects.frame_wanted.connect(self._on_frame_wanted)
        state.scale.scale_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        clouds = [item for item in self._objects.objects if item.prepared is not None]
        for gone in self._items.keys() - {item.id for item in clouds}:
            self._free(self._items.pop(gone))
            self._colored.pop(gone, None)
        for item in clouds:
            self._bring(item)
        shown = [self._items[item.id] for item in self._objects.shown if item.id in self._items]
        bounds = self._bounds()
        for view in self._split.views:
            view.objects.show_clouds(shown)
            view.objects.take_bounds(bounds)
        self._explain([item for item in self._objects.shown if self._shows_distances(item)])

    def _explain(self, measured: list[SceneObject]) -> None:
        """One legend for every object that shows distances."""
        explained = {f"distances {item.id}": item for item in measured}
        for gone in self._explained - explained.keys():
            self._legends.show_also(gone, None)
        for name, item in explained.items():
            factor = self._state.scale.factor
            low, high = (factor * end for end in self._objects.distance_limits(item.id))
            title = self.tr("Distance of {}").format(item.name)
            table = color_table(DISTANCE_MAP)
            legend = bar_legend(title, self._legends.unit, LegendScale(low, high), table)
            self._legends.show_also(name, legend)
        self._explained = set(explained)

    def _bring(self, item: SceneObject) -> None:
        assert isinstance(item.data, ObjectCloud)
        look = CloudLook(
            tuple(self._screen_from_object(item).ravel().tolist()),
            None if self._shows_distances(item) else item.color,
            item.opacity,
            item.point_size,
        )
        here = self._items.get(item.id)
        prepared = cast(ObjectPoints, item.prepared)
        if here is None or here.prepared is not prepared:
            if here is not None:
                self._free(here)
            here = self._items[item.id] = ObjectCloudItem(prepared, item.data.points, look)
            self._colored.pop(item.id, None)
        here.set_look(look)
        limits = self._objects.distance_limits(item.id) if self._shows_distances(item) else None
        source = (item.distances, limits) if limits is not None else (item.data, None)
        if not _same(self._colored.get(item.id), source):
            self._colored[item.id] = source
            here.set_colors(
                item.data.colors
                if limits is None or item.distances is None
                else distance_colors(item.distances, limits)
            )

    def _shows_distances(self, item: SceneObject) -> bool:
        return item.shows_distances and item.distances is not None

    def _screen_from_object(self, item: SceneObject) -> np.ndarray:
        factor = self._state.scale.factor
        return np.diag([factor, factor, factor, 1.0]) @ item.matrix

    def _bounds(self) -> Bounds | None:
        """Of everything that is shown, clouds and meshes."""
        found = [self._bounds_of(item) for item in self._objects.shown]
        if not found:
            return None
        first, *others = found
        for other in others:
            first = first.including(other.corners)
        return first

    def _bounds_of(self, item: SceneObject) -> Bounds:
        known = self._shapes.get(item.id)
        if known is None or known[0] is not item.data:
            points = item.positions
            box = Bounds(points.min(axis=0).astype(float), points.max(axis=0).astype(float))
            if item.prepared is not None:
                box = cast(ObjectPoints, item.prepared).robust
            known = self._shapes[item.id] = (item.data, box)
        return placed_bounds(known[1], self._screen_from_object(item))

    @Slot(int)
    def _on_frame_wanted(self, object_id: int) -> None:
        item, view = self._objects.find(object_id), self._split.view_in_use
        if object_id == RESULT:
            view.frame_all()
        elif item is not None and len(item.positions):
            view.objects.frame(self._bounds_of(item))

    def _free(self, item: ObjectCloudItem) -> None:
        for view in self._split.views:
            others = [other for other in view.objects.clouds if other is not item]
            view.objects.show_clouds(others)
        for view in self._split.views:
            if view.isValid():  # their contexts share all buffers
                view.objects.free(item)
                return


def _same(before: tuple[object, object] | None, now: tuple[object, object]) -> bool:
    return before is not None and before[0] is now[0] and before[1] == now[1]
