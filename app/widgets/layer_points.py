"""The points of a result's layers on the GPU, where every 3D view finds them."""

from collections.abc import Collection
from typing import cast

from app.rendering.point_buffer import PointBuffer
from app.state.display import DisplayState
from app.widgets.point_storage import PointStorage

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
