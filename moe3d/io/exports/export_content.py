"""What a file holds, counted while it is written, and again when it is read back."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Shaped, UInt8


@dataclass
class Content:
    """Counts, bounds and mean colour of a file or folder."""

    num_points: int = 0
    """Points or vertices."""
    lowest: Float[np.ndarray, "3"] = field(default_factory=lambda: np.full(3, np.inf))
    highest: Float[np.ndarray, "3"] = field(default_factory=lambda: np.full(3, -np.inf))
    color_sum: Float[np.ndarray, "3"] = field(default_factory=lambda: np.zeros(3))
    num_colors: int = 0
    num_files: int = 1
    num_known: int = 0
    """Pixels of depth maps that hold a depth."""
    least_value: float = np.inf
    """Smallest stored depth of the maps, as stored; inf when there are none."""
    largest_value: float = -np.inf
    details: dict[str, Any] = field(default_factory=dict)
    """More for the sidecar: removed points by filter, axes, tracks, factors."""

    def add(
        self, points: Float32[np.ndarray, "N 3"], colors: UInt8[np.ndarray, "N 3"] | None
    ) -> None:
        """Count some more points."""
        if len(points) == 0:
            return
        self.num_points += len(points)
        # By column: numpy reduces (N, 3) along its long axis twenty times as slowly.
        columns = points.T
        self.lowest = np.minimum(self.lowest, [column.min() for column in columns])
        self.highest = np.maximum(self.highest, [column.max() for column in columns])
        if colors is not None:
            self.color_sum = self.color_sum + [column.sum(dtype=np.int64) for column in colors.T]
            self.num_colors += len(colors)

    def add_map(self, values: Shaped[np.ndarray, "H W"]) -> None:
        """Count a depth map as it is stored; 0 is unknown."""
        known = values[values > 0]
        if len(known):
            self.num_known += len(known)
            self.least_value = min(self.least_value, float(known.min()))
            self.largest_value = max(self.largest_value, float(known.max()))

    def summary(self) -> dict[str, Any]:
        """Counts, bounds and mean colour, for the sidecar and the toast."""
        result: dict[str, Any] = {"files": self.num_files}
        if self.num_points:
            result |= {
                "points": self.num_points,
                "lowest": [float(value) for value in self.lowest],
                "highest": [float(value) for value in self.highest],
            }
        if self.num_colors:
            mean = self.color_sum / self.num_colors
            result["mean_color"] = [round(float(value), 2) for value in mean]
        if self.num_known:
            result["known_pixels"] = self.num_known
            result["stored_range"] = [self.least_value, self.largest_value]
        return result

    def differs_from(self, other: "Content") -> bool:
        """Whether counts, bounds, mean colour or stored depths are not the same, to rounding."""
        counts = (self.num_points, self.num_files, self.num_known)
        if counts != (other.num_points, other.num_files, other.num_known):
            return True
        if self.num_known:
            stored = [[item.least_value, item.largest_value] for item in (self, other)]
            if not np.allclose(*stored, rtol=1e-6, atol=0):
                return True
        if self.num_points:
            size = float(np.max(self.highest - self.lowest)) + float(np.abs(self.lowest).max())
            bounds = [self.lowest, self.highest], [other.lowest, other.highest]
            if not np.allclose(*bounds, atol=1e-5 * size):
                return True
        if self.num_colors and other.num_colors:
            means = self.color_sum / self.num_colors, other.color_sum / other.num_colors
            return not np.allclose(*means, atol=1.5)
        return False
