"""The walls of a room, seen from inside."""

from dataclasses import dataclass

import numpy as np

from moe3d.training.data.parts import Vector
from moe3d.training.photo_like.scene_mesh import UP


@dataclass(frozen=True)
class Wall:
    """One of four walls, seen from inside."""

    corner: Vector
    """Its left end on the floor."""
    along: Vector
    """Unit vector to the right."""
    length: float
    has_window: bool

    @property
    def yaw(self) -> float:
        """Turn of furniture that stands with its back to it: x along the wall, y into it."""
        return float(np.arctan2(self.along[1], self.along[0]))

    def place(self, at: float | int, out: float | int, up: float | int = 0.0) -> Vector:
        """A point so far along the wall, so far from it, so high."""
        return self.corner + self.along * at + np.cross(self.along, UP) * out + UP * up
