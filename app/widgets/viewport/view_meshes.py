"""The meshes among the objects, brought from the state to the 3D views."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from jaxtyping import Float32
from PySide6.QtCore import QObject, Slot

from moe3d_viewer.rendering.meshes.mesh_buffer import MeshBuffer
from moe3d_viewer.rendering.points.object_points import distance_colors
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.objects.scene_object import SceneObject
from moe3d_viewer.widgets.viewport.drawing.mesh_layer import DrawnMesh, MeshStyle
from moe3d_viewer.widgets.viewport.drawing.mesh_storage import MeshStorage
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView
from moe3d_viewer.widgets.viewport.view_legends import ViewLegends

OF_VERTICES = "textured"
"""The look of a mesh in its own colours."""


@dataclass(frozen=True, eq=False)
class _Source:
    """What is on the GPU: a packed mesh, in its own colours or in those of its distances."""

    packed: MeshBuffer
    distances: Float32[np.ndarray, " V"] | None
    limits: tuple[float, float] | None

    def is_same(self, other: "_Source | None") -> bool:
        return (
            other is not None
            and self.packed is other.packed
            and self.distances is other.distances
            and self.limits == other.limits
        )

    def buffer(self) -> MeshBuffer:
        """To be uploaded."""
        if self.distances is None or self.limits is None:
            return self.packed
        vertices = self.packed.vertices.copy()
        vertices["color"][:, :3] = distance_colors(self.distances, self.limits)
        vertices["color"][:, 3] = 255
        return replace(self.packed, vertices=vertices, textures=(), has_colors=True)


class ViewMeshes(QObject):
    """Each is on the GPU once, whichever views show it."""

    def __init__(self, state: AppState, split: SplitCloudView, legends: ViewLegends) -> None:
        super().__init__(split)
        self._state, self._objects, self._split = state, state.objects, split
        self._legends = legends
        self._stored: dict[int, tuple[_Source, MeshStorage]] = {}
        """By object, with what it was made of."""
        objects = state.objects
        for signal in (objects.object_added, objects.object_removed, objects.object_changed):
            signal.connect(self._on_object)
        state.mesh_packs.changed.connect(self._show)
        state.display.layers_shown_changed.connect(self._show)
        state.scale.scale_changed.connect(self._show)
        state.scene.section.box_changed.connect(self._cut)
        state.scene.extent.changed.connect(self._cut)
        self._show()
        self._cut()

    @Slot(int)
    def _on_object(self, _object_id: int) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        gone = self._take_packed()
        layers = self._state.display.layers_shown
        for index, view in enumerate(self._split.views):
            own = layers[index] if index < len(layers) else ""
            here = [item for item in self._shown if self._is_on_side(item, own)]
            view.objects.show_meshes([self._drawn(item) for item in here])
            is_free = not self._objects.is_one_alone and self._lacks_mesh(here)
            view.objects.show_points(self._objects.is_result_drawn or is_free)
        self._legends.show()
        for storage in gone:
            self._free(storage)

    @property
    def _shown(self) -> list[SceneObject]:
        return [item for item in self._objects.shown if item.id in self._stored]

    def _is_on_side(self, item: SceneObject, own_layer: str) -> bool:
        """A surface of one of two layers beside each other belongs to that side."""
        layers, made_of = self._state.display.layers_shown, self._state.meshes.layer_of(item)
        return len(layers) < 2 or made_of not in layers or made_of == own_layer

    def _lacks_mesh(self, here: list[SceneObject]) -> bool:
        """Whether the points stand against a surface of the result on the other side."""
        made = {item.id for item in self._shown if self._state.meshes.layer_of(item)}
        is_compared = len(self._state.display.layers_shown) > 1
        return is_compared and bool(made) and not made & {item.id for item in here}

    def _take_packed(self) -> list[MeshStorage]:
        """Know what is packed; returns what nobody needs any more."""
        gone = []
        for object_id, (source, storage) in list(self._stored.items()):
            if not source.is_same(self._source(self._objects.find(object_id))):
                del self._stored[object_id]
                gone.append(storage)
        for item in self._objects.shown:
            source = self._source(item)
            if source is not None and item.id not in self._stored:
                self._stored[item.id] = source, MeshStorage(source.buffer())
        return gone

    def _source(self, item: SceneObject | None) -> "_Source | None":
        packed = None if item is None else self._state.mesh_packs.of(item.id)
        if item is None or packed is None:
            return None
        distances = item.distances if item.shows_distances else None
        limits = None if distances is None else self._objects.distance_limits(item.id)
        return _Source(cast(MeshBuffer, packed), distances, limits)

    def _drawn(self, item: SceneObject) -> DrawnMesh:
        factor = self._state.scale.factor
        source, storage = self._stored[item.id]
        style = MeshStyle(str(item.look), item.color, item.opacity)
        if source.limits is not None:  # its vertices have the colours of their distances
            style = MeshStyle(OF_VERTICES, None, item.opacity)
        place = np.diag([factor, factor, factor, 1.0]) @ item.matrix
        return DrawnMesh(storage, place, style)

    @Slot()
    def _cut(self) -> None:
        scene = self._state.scene
        box = scene.section.box(scene.extent.box)
        for view in self._split.views:
            view.objects.cut(box)

    def _free(self, storage: MeshStorage) -> None:
        for view in self._split.views:
            if view.isValid():  # their contexts share all buffers
                view.objects.free(storage)
                return
