"""Surfaces made of what is on the screen, shown as objects and kept for the export."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from moe3d import (
    MadeMesh,
    Mesh,
    MeshRecipe,
    MeshSettings,
    Progress,
    ProgressReport,
    ScenePrediction,
    cloud_options,
    mesh_recipe,
)
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.meshes.mesh_choices import MeshChoices, made_words, read_made_words
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.objects.scene_object import Kind, Look, SceneObject
from moe3d_viewer.state.objects.scene_objects import SceneObjects
from moe3d_viewer.state.points.filter_list import FilterListState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState

FORMAT_FACTS = {"grid": "mesh-grid", "tsdf": "mesh-tsdf", "poisson": "mesh-poisson"}
"""The file that holds each kind."""


@dataclass(frozen=True, eq=False)
class ShownMesh:
    """A surface in the units of the screen when it was made, and as one piece to be drawn."""

    made: MadeMesh
    joined: Mesh


MAKE_MESH = JobKind[Callable[[ScenePrediction, MeshRecipe, Progress], ShownMesh]]("make_mesh")


@dataclass(frozen=True, eq=False)
class _Wish:
    recipe: MeshRecipe
    settings: MeshSettings
    units: float
    object_id: int | None = None
    """One that came back with a session; None: a new one."""


class MeshMakingState(QObject):
    """Makes one at a time; a surface of the same kind and layer takes the place of the older."""

    changed = Signal()
    """Something was made, removed, begun or ended, or what is made is older than the options."""
    export_wanted = Signal()
    """The user asks for a file of what is shown."""
    progressed = Signal(object)
    """ProgressReport of the surface that is being made."""

    def __init__(
        self,
        jobs: Jobs,
        display: DisplayState,
        filters: FilterListState,
        scale: MetricScaleState,
        objects: SceneObjects,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._jobs, self._display, self._filters = jobs, display, filters
        self._scale, self._objects, self._notices = scale, objects, notices
        self.choices = MeshChoices(self)
        self._wish: _Wish | None = None
        self._waiting: list[int] = []
        self._made: dict[int, tuple[MeshRecipe, MadeMesh]] = {}
        """By object; with the recipe that was asked for."""
        self._making = LatestJob(jobs, self)
        self._making.progressed.connect(self.progressed)
        self._making.succeeded.connect(self._on_made)
        self._making.failed.connect(self._on_failed)
        objects.data_wanted.connect(self._on_data_wanted)
        objects.object_removed.connect(self._on_objects_changed)
        objects.object_added.connect(self._on_objects_changed)
        objects.object_changed.connect(self._on_objects_changed)
        display.depths_changed.connect(self._on_depths_changed)
        filters.changed.connect(self._on_filters_changed)
        display.layers_shown_changed.connect(self.changed)
        self.choices.changed.connect(self._on_chosen)

    @property
    def is_running(self) -> bool:
        """Whether a surface is being made."""
        return self._making.is_running

    @property
    def can_make(self) -> bool:
        """Whether there is a result, and nothing is being made."""
        return self._display.prediction is not None and not self.is_running

    @property
    def made(self) -> tuple[MadeMesh, ...]:
        """Every surface that is in the list, for the export."""
        return tuple(made for key, (_, made) in self._made.items() if self._objects.find(key))

    @property
    def shown(self) -> SceneObject | None:
        """The surface of the chosen kind and the shown layer; None while there is none."""
        return self._object_of(self.choices.kind, self._display.layer)

    @property
    def counts(self) -> tuple[int, int] | None:
        """Triangles and vertices of it."""
        item = self.shown
        if item is None or not isinstance(item.data, Mesh):
            return None
        return len(item.data.faces), len(item.data.vertices)

    @property
    def is_older(self) -> bool:
        """Whether it was made with other filters or options than there are now."""
        item = self.shown
        if item is None or item.id not in self._made:
            return False
        return self._made[item.id][0] != self._recipe()

    @property
    def hides_points(self) -> bool:
        """Whether the result's points are hidden."""
        return not self._objects.is_result_shown

    @property
    def export_format(self) -> str:
        """The file that holds the chosen kind."""
        return FORMAT_FACTS[self.choices.kind]

    @Slot()
    def make(self) -> None:
        """Make the chosen kind of what is on the screen; it is shown when it is there."""
        if self.can_make:
            recipe = self._recipe()
            self._start(_Wish(recipe, self.choices.settings, self._scale.factor))

    def make_kind(self, kind: str) -> None:
        """Make this kind, which is then the chosen one."""
        self.choices.set_kind(kind)
        self.make()

    @Slot()
    def cancel(self) -> None:
        """Stop; what was shown before stays."""
        self._making.cancel()

    @Slot(bool)
    def show_points(self, shown: bool) -> None:
        """Show the result's points beside the surface, or hide them."""
        self._objects.show_result(shown)

    def layer_of(self, item: SceneObject) -> str:
        """The layer that an object was made of; empty for what was not made of the result."""
        try:
            return read_made_words(item.recipe)[1] if item.recipe else ""
        except (ValueError, TypeError, KeyError):
            return ""

    def _recipe(self) -> MeshRecipe:
        cloud = cloud_options(self._filters.now, layer=self._display.layer)
        return mesh_recipe(self.choices.kind, cloud, self.choices.settings)

    def _start(self, wish: _Wish) -> None:
        jobs, prediction, recipe = self._jobs, self._display.prediction, wish.recipe
        if prediction is None:
            return
        self._wish = wish
        self._making.start(lambda progress, _publish: jobs[MAKE_MESH](prediction, recipe, progress))
        self.progressed.emit(ProgressReport(self.tr("begin"), 0, 0))
        self.changed.emit()

    @Slot(object)
    def _on_made(self, shown: ShownMesh) -> None:
        wish, self._wish = self._wish, None
        if wish is None:
            return
        if wish.object_id is not None:
            self._made[wish.object_id] = wish.recipe, shown.made
            self._objects.set_data(wish.object_id, self._in_own_units(shown.joined, wish))
        else:
            self._add(wish, shown)
        self._next_waiting()
        self.changed.emit()

    def _add(self, wish: _Wish, shown: ShownMesh) -> None:
        kind, layer = wish.recipe.kind, wish.recipe.cloud.layer
        older = self._object_of(kind, layer)
        with self._objects.one_change("mesh"):
            if older is not None:
                self._objects.remove(older.id)
            made = self._objects.add(
                self._name(kind, layer),
                self._in_own_units(shown.joined, wish),
                recipe=made_words(kind, layer, wish.settings),
                look=Look.TEXTURED if older is None else older.look,
            )
            if older is not None:
                self._objects.set_color(made, older.color)
                self._objects.set_opacity(made, older.opacity)
            self._objects.show_result(False)
        self._made.pop(older.id if older is not None else -1, None)
        self._made[made] = wish.recipe, shown.made
        self._objects.select(made)

    def _in_own_units(self, mesh: Mesh, wish: _Wish) -> Mesh:
        """Objects are kept in the result's own units, whatever the screen shows."""
        if wish.units == 1:
            return mesh
        return replace(mesh, vertices=mesh.vertices / np.float32(wish.units))

    def _name(self, kind: str, layer: str) -> str:
        names = {
            "grid": self.tr("Mesh of photos"),
            "tsdf": self.tr("Fused mesh"),
            "poisson": self.tr("Smooth mesh"),
        }
        return f"{names[kind]}, {layer}"

    def _object_of(self, kind: str, layer: str) -> SceneObject | None:
        for item in reversed(self._objects.objects):
            if item.kind is Kind.MESH and item.recipe:
                try:
                    found = read_made_words(item.recipe)[:2]
                except (ValueError, TypeError, KeyError):
                    continue
                if found == (kind, layer):
                    return item
        return None

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        wish, self._wish = self._wish, None
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not make the mesh"), error_text(error))
        if wish is not None and wish.object_id is not None:
            self._objects.set_problem(wish.object_id, error_text(error))
        self._next_waiting()
        self.changed.emit()

    @Slot(int)
    def _on_data_wanted(self, object_id: int) -> None:
        item = self._objects.find(object_id)
        if item is not None and item.kind is Kind.MESH and item.recipe:
            self._waiting.append(object_id)
            self._next_waiting()

    def _next_waiting(self) -> None:
        """Make again what came back without its triangles, with the filters there are now."""
        while self._waiting and self.can_make:
            item = self._objects.find(self._waiting.pop(0))
            if item is None or item.data is not None:
                continue
            try:
                kind, layer, settings = read_made_words(item.recipe)
            except (ValueError, TypeError, KeyError):
                self._objects.set_problem(item.id, self.tr("cannot be made again"))
                continue
            if layer in self._display.layers:
                cloud = cloud_options(self._filters.now, layer=layer)
                recipe = mesh_recipe(kind, cloud, settings)
                self._start(_Wish(recipe, settings, self._scale.factor, item.id))

    @Slot()
    def _on_depths_changed(self) -> None:
        self._making.abandon()
        self._wish = None
        self._made = {key: made for key, made in self._made.items() if self._objects.find(key)}
        self._next_waiting()
        self.changed.emit()

    @Slot()
    def _on_filters_changed(self) -> None:
        if self._made:  # only what was made can be older than the filters
            self.changed.emit()

    @Slot(int)
    def _on_objects_changed(self, _object_id: int) -> None:
        self.changed.emit()

    @Slot(str)
    def _on_chosen(self, _what: str) -> None:
        self.changed.emit()
