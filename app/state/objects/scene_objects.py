"""All clouds and meshes beside the result: commands, signals, undo and what sessions keep.

Sessions keep every setting, and the data by where it comes from: a file's path, or the recipe of
what was made of the result. Whoever can bring data answers `data_wanted` by `set_data`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Float32
from PySide6.QtCore import QObject, Signal

from moe3d import ObjectCloud, ObjectData
from moe3d_viewer.state.chosen_values import flag
from moe3d_viewer.state.objects.scene_object import (
    IDENTITY,
    POINT_SIZES,
    Kind,
    Look,
    Rgb,
    SceneObject,
    Vector,
    matrix_words,
    object_json,
    read_objects,
)
from moe3d_viewer.state.remembered import Chosen, Remembered

RESULT = 0
"""Stands for the result itself wherever an object's id is asked for."""
USUAL_PERCENT = 95
"""So many points are nearer than the distance at the end of the colours."""


class SceneObjects(Remembered):
    """Knows every further object; the result itself can be hidden among them."""

    changing = Signal()
    """Objects are about to come or go; all are still as they were."""
    object_added = Signal(int)
    object_removed = Signal(int)
    object_changed = Signal(int)
    """A setting, the data or the distances of this object; RESULT: whether that is shown."""
    data_wanted = Signal(int)
    """An object came back by undo or with a session and lacks its data."""
    selection_changed = Signal(int)
    frame_wanted = Signal(int)
    """The 3D view is to go where this object, or the result, is seen whole."""

    objects = Chosen[tuple[SceneObject, ...]]((), read_objects)
    """In the order in which they came."""
    is_result_shown = Chosen(True, flag, "show_result")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._made: dict[int, ObjectData] = {}
        """What cannot be read again, for as long as undo may bring it back."""
        self._last_id = RESULT
        self._selected = RESULT
        self._alone: int | None = None
        self._limits: dict[int, tuple[float, float]] = {}

    def to_json(self) -> dict[str, object]:
        """See Remembered."""
        return {
            "objects": [object_json(item) for item in self.objects],
            "is_result_shown": self.is_result_shown,
        }

    def find(self, object_id: int) -> SceneObject | None:
        """The object with this id; None when there is none."""
        return next((item for item in self.objects if item.id == object_id), None)

    @property
    def shown(self) -> tuple[SceneObject, ...]:
        """What is to be drawn: shown, and there; the one that is looked at alone, if there is."""
        there = (item for item in self.objects if item.data is not None)
        if self._alone is not None:
            return tuple(item for item in there if item.id == self._alone)
        return tuple(item for item in there if item.is_shown)

    @property
    def is_result_drawn(self) -> bool:
        """Whether the result's own points are to be drawn."""
        return self.is_result_shown if self._alone is None else self._alone == RESULT

    @property
    def is_one_alone(self) -> bool:
        """Whether only one object, or only the result, is drawn for now."""
        return self._alone is not None

    def look_at_alone(self, object_id: int | None) -> None:
        """Draw one object only, or only the result, whatever is shown; None ends that."""
        if object_id != self._alone:
            self._alone = object_id
            for item in self.objects:
                self.object_changed.emit(item.id)
            self.object_changed.emit(RESULT)

    @property
    def selected(self) -> int:
        """Id of the object that the list has marked; RESULT for the result."""
        return self._selected

    def select(self, object_id: int) -> None:
        """Mark an object, or the result."""
        if object_id != self._selected and (object_id == RESULT or self.find(object_id)):
            self._selected = object_id
            self.selection_changed.emit(object_id)

    def go_to(self, object_id: int) -> None:
        """Bring the 3D view where this object, or the result, is seen whole."""
        self.frame_wanted.emit(object_id)

    def distance_limits(self, object_id: int) -> tuple[float, float]:
        """Distances at the two ends of the colours: nothing, and what 95 % stay below."""
        return self._limits.get(object_id, (0.0, 1.0))

    # what is there

    def add(
        self,
        name: str,
        data: ObjectData,
        *,
        path: str = "",
        recipe: str = "",
        origin: Vector = (0.0, 0.0, 0.0),
        world_from_object: Float[np.ndarray, "4 4"] | None = None,
        look: Look = Look.SHADED,
        prepared: object | None = None,
    ) -> int:
        """Show a further object; returns its id. One step of undo.

        Args:
            name: what the list calls it; made unique.
            data: its points or triangles.
            path: file that it can be read from again.
            recipe: for what was made of the result, how; `data` is then kept for undo.
            origin: what was taken off the file's coordinates.
            world_from_object: into the result's own units.
            look: of a mesh.
            prepared: what a worker has made of a cloud for the 3D view.
        """
        self._last_id += 1
        place = IDENTITY if world_from_object is None else matrix_words(world_from_object)
        item = SceneObject(
            self._last_id,
            self._free_name(name),
            Kind.CLOUD if isinstance(data, ObjectCloud) else Kind.MESH,
            path,
            recipe,
            origin,
            place,
            place,
            look=look,
            data=data,
            prepared=prepared,
        )
        if not path:
            self._made[item.id] = data
        self._take((*self.objects, item), f"add {item.id}")
        return item.id

    def remove(self, object_id: int) -> None:
        """Take an object out; undo brings it back."""
        kept = tuple(item for item in self.objects if item.id != object_id)
        self._take(kept, f"remove {object_id}")

    def clear(self) -> None:
        """Another scene: nothing stays, and undo cannot bring it back."""
        self._take((), "clear")
        self.show_result(True)
        self.forget_removed()

    def forget_removed(self) -> None:
        """Undo begins anew: what was made and removed again is let go."""
        ids = {item.id for item in self.objects}
        self._made = {key: data for key, data in self._made.items() if key in ids}

    def remove_made(self) -> None:
        """Another result: what was made of the old one goes."""
        self._take(tuple(item for item in self.objects if item.path), "made")

    # how it looks

    def show(self, object_id: int, on: bool) -> None:
        """Show or hide an object, or the result."""
        if object_id == RESULT:
            self.show_result(on)
        else:
            self._change(object_id, "shown", lambda item: replace(item, is_shown=on))

    def show_result(self, on: bool) -> None:
        """Show or hide the result itself."""
        if self._keep("is_result_shown", on):
            self.object_changed.emit(RESULT)

    def rename(self, object_id: int, name: str) -> None:
        """Call an object something else; an empty name changes nothing."""
        wanted = name.strip()
        item = self.find(object_id)
        if wanted and item is not None and wanted != item.name:
            unique = self._free_name(wanted)
            self._change(object_id, "name", lambda item: replace(item, name=unique))

    def set_color(self, object_id: int, color: Rgb | None) -> None:
        """One colour for all, or (None) its own."""
        self._change(object_id, "color", lambda item: replace(item, color=color))

    def set_opacity(self, object_id: int, opacity: float) -> None:
        """From 0.05 to 1, which hides what lies behind."""
        held = min(max(opacity, 0.05), 1.0)
        self._change(object_id, "opacity", lambda item: replace(item, opacity=held))

    def set_point_size(self, object_id: int, size: float) -> None:
        """Of a cloud's points, logical pixels."""
        held = min(max(size, POINT_SIZES[0]), POINT_SIZES[1])
        self._change(object_id, "size", lambda item: replace(item, point_size=held))

    def set_look(self, object_id: int, look: Look) -> None:
        """How a mesh is drawn."""
        self._change(object_id, "look", lambda item: replace(item, look=look))

    def place(self, object_id: int, world_from_object: Float[np.ndarray, "4 4"]) -> None:
        """Put an object elsewhere; its distances are no longer known."""
        words = matrix_words(world_from_object)
        self._change(
            object_id, "place", lambda item: replace(item, world_from_object=words, distances=None)
        )

    def show_distances(self, object_id: int, on: bool) -> None:
        """Colour an object by its distance to the result."""
        self._change(object_id, "distances", lambda item: replace(item, shows_distances=on))

    # what comes later

    def set_data(self, object_id: int, data: ObjectData, prepared: object | None = None) -> None:
        """The data of an object that came back; no step of undo."""
        item = self.find(object_id)
        if item is not None:
            if not item.path:
                self._made[object_id] = data
            self._put(replace(item, data=data, prepared=prepared, problem=""))

    def set_problem(self, object_id: int, problem: str) -> None:
        """There will be no data, and why."""
        item = self.find(object_id)
        if item is not None:
            self._put(replace(item, problem=problem))

    def set_distances(self, object_id: int, distances: Float32[np.ndarray, " N"] | None) -> None:
        """Distances of every point to the result, in the result's own units; no step of undo."""
        item = self.find(object_id)
        if item is not None:
            assert distances is None or len(distances) == len(item.positions)
            if distances is not None and np.isfinite(distances).any():
                far = float(np.percentile(distances[np.isfinite(distances)], USUAL_PERCENT))
                self._limits[object_id] = (0.0, max(far, 1e-12))
            self._put(replace(item, distances=distances))

    def forget_distances(self) -> None:
        """Another result: no distance is known."""
        for item in self.objects:
            if item.distances is not None:
                self.set_distances(item.id, None)

    def set_objects(self, objects: Iterable[SceneObject]) -> None:
        """Take what undo or a session gives; data that is still here stays."""
        self._take(tuple(self._with_data(item) for item in objects), "objects")
        for item in self.objects:
            if item.data is None and not item.problem:
                self.data_wanted.emit(item.id)

    def _with_data(self, item: SceneObject) -> SceneObject:
        here = self.find(item.id)
        if here is not None and (here.path, here.recipe) == (item.path, item.recipe):
            is_moved = here.world_from_object != item.world_from_object
            distances = None if is_moved else here.distances
            return replace(
                item,
                data=here.data,
                prepared=here.prepared,
                distances=distances,
                problem=here.problem,
            )
        return replace(item, data=self._made.get(item.id))

    def _change(
        self, object_id: int, what: str, change: Callable[[SceneObject], SceneObject]
    ) -> None:
        changed = tuple(change(item) if item.id == object_id else item for item in self.objects)
        self._take(changed, f"{what} {object_id}")

    def _put(self, item: SceneObject) -> None:
        """Take an object whose data is another one; its settings are the same."""
        self.__dict__["_objects"] = tuple(
            item if other.id == item.id else other for other in self.objects
        )
        self.object_changed.emit(item.id)

    def _take(self, objects: tuple[SceneObject, ...], what: str) -> None:
        before = {item.id: item for item in self.objects}
        if objects == self.objects:
            return
        self.changing.emit()
        self.__dict__["_objects"] = objects
        self._last_id = max([self._last_id, *(item.id for item in objects)])
        now = {item.id: item for item in objects}
        for object_id in before.keys() - now.keys():
            if object_id == self._selected:
                self.select(RESULT)
            if object_id == self._alone:
                self._alone = None
            self.object_removed.emit(object_id)
        for object_id, item in now.items():
            if object_id not in before:
                self.object_added.emit(object_id)
            elif item != before[object_id]:
                self.object_changed.emit(object_id)
        if not self._is_one_change:
            self.changed.emit(what)

    def _free_name(self, name: str) -> str:
        taken = {item.name for item in self.objects}
        count, free = 2, name
        while free in taken:
            free, count = f"{name} ({count})", count + 1
        return free
