"""The points of a result's layers on the GPU, and which of them each 3D view shows."""

from collections.abc import Collection, Sequence
from typing import cast

import numpy as np

from moe3d import ScenePrediction, named_layer
from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.space.camera_frusta import PhotoCameras
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.points.point_normals import PointNormalsState
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.drawing.point_storage import PointStorage

ROOM = 8_000_000
"""Points up to which layers that are not on the screen stay, so that they come back at once."""


class LayerPoints:
    """Takes a layer's points from the state when it is first shown: there is no second copy."""

    def __init__(self, display: DisplayState) -> None:
        self._display = display
        self._stored: dict[str, PointStorage] = {}
        """The one that was wanted last comes last."""

    @property
    def stored(self) -> tuple[PointStorage, ...]:
        """Points of every layer that is there."""
        return tuple(self._stored.values())

    def of(self, layer: str) -> PointStorage | None:
        """Points of a layer; None while they are being built."""
        stored = self._stored.pop(layer, None)
        if stored is None:
            buffer = self._display.take_points(layer)
            stored = None if buffer is None else PointStorage(cast(PointBuffer, buffer))
        if stored is not None:
            self._stored[layer] = stored
        return stored

    def drop_all(self) -> list[PointStorage]:
        """Another result is shown; the caller frees these."""
        dropped, self._stored = list(self.stored), {}
        return dropped

    def drop_hidden(self, shown: Collection[str]) -> list[PointStorage]:
        """Take out, oldest first, what there is no room for; the caller frees these."""
        dropped = []
        for layer in [layer for layer in self._stored if layer not in shown]:
            if sum(len(stored.buffer) for stored in self.stored) <= ROOM:
                break
            dropped.append(self._stored.pop(layer))
        return dropped


class ShownLayers:
    """Keeps no data of its own but what each view shows."""

    def __init__(
        self, points: LayerPoints, normals: PointNormalsState, views: Sequence[CloudView]
    ) -> None:
        self._points, self._known_normals, self._views = points, normals, views
        self._scene: ScenePrediction | None = None
        self._shown: list[tuple[ScenePrediction | None, str]] = [(None, "") for _ in views]
        self._normals: list[object | None] = [None for _ in views]

    @property
    def names(self) -> list[str]:
        """The layer that each view shows; empty for none."""
        return [layer for _, layer in self._shown]

    def show(self, prediction: ScenePrediction | None, layers: Sequence[str]) -> None:
        """Show these layers, or as many as there are points of; free what nobody needs."""
        gone = self._points.drop_all() if prediction is not self._scene else []
        self._scene = prediction
        for index in range(len(self._views)):
            self._show_layer(index, prediction, layers[index] if index < len(layers) else "")
        self._free(gone + self._points.drop_hidden(self.names))

    def show_normals(self) -> None:
        """Hand each view the normals of its layer, as far as they are known."""
        for index, view in enumerate(self._views):
            normals = self._known_normals.of(self._shown[index][1])
            if normals is not self._normals[index]:
                self._normals[index] = normals
                view.set_normals(cast("np.ndarray | None", normals))

    def _show_layer(self, index: int, prediction: ScenePrediction | None, layer: str) -> None:
        view, (shown, name) = self._views[index], self._shown[index]
        if shown is prediction and name == layer:
            return
        points = self._points.of(layer) if prediction is not None and layer else None
        if prediction is None or points is None:
            if shown is not prediction:
                self._shown[index] = (None, "")
                view.set_points(None)
            return
        self._shown[index] = (prediction, layer)
        cameras = named_layer(prediction, layer)
        self._normals[index] = None
        seen_by = PhotoCameras(cameras.camera_from_world, cameras.intrinsics, prediction.images)
        view.set_points(points, seen_by)

    def _free(self, gone: list[PointStorage]) -> None:
        for view in self._views:
            if view.isValid():  # their contexts share all buffers
                for points in gone:
                    view.free(points)
                return
