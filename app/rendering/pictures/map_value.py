"""What a map says of a pixel, in words."""

from functools import cached_property

import numpy as np
from jaxtyping import Float32

from moe3d import SavedMap, scale_name, scale_text


class MapReading:
    """Of one map of one photo; computed once, read at every move of the mouse."""

    def __init__(self, saved: SavedMap) -> None:
        self._saved = saved

    @property
    def has_scale(self) -> bool:
        """Whether colours stand for numbers, so that a colour bar says something."""
        key = self._saved.key
        return key not in ("photo", "gating") and not key.startswith("flying:")

    @cached_property
    def _values(self) -> Float32[np.ndarray, "H W"]:
        return self._saved.values()

    @cached_property
    def _sides(self) -> tuple[SavedMap, SavedMap]:
        first, second = (
            SavedMap(self._saved.source, key, self._saved.style)
            for key in self._saved.source.compared
        )
        return first, second

    def text(self, x: int, y: int) -> str:
        """The pixel's value, with what it is."""
        source, key = self._saved.source, self._saved.key
        if key == "photo":
            red, green, blue = source.prediction.images[source.view_index, y, x]
            return f"red {red}  green {green}  blue {blue}"
        if key == "gating":
            weights = source.weights[:, y, x]
            winner = int(weights.argmax())
            return f"expert {winner + 1} wins, weight {weights[winner]:.2f}"
        if key == "sides":
            columns = self._saved.style.split.columns(source.prediction.depth.shape[2])
            return MapReading(self._sides[0 if x < columns else 1]).text(x, y)
        value = float(self._values[y, x])
        if np.isnan(value):
            return "unknown"
        if key.startswith("flying:"):
            return "flying" if value else "not flying"
        return f"{scale_name(key)} {scale_text(key, value)}"
