"""A box of any direction: what lies inside, and its corners."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class OrientedBox:
    """A box by its centre, half sizes and axes. Plain numbers, so that two can be compared."""

    center: Vector
    half_sizes: Vector
    axes: tuple[Vector, Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    """Unit vectors at right angles: the directions of the half sizes."""

    def __truediv__(self, factor: float) -> "OrientedBox":
        """The same box in units of which each is so many of the present ones."""
        center, half_sizes = (
            _vector(np.array(lengths) / factor) for lengths in (self.center, self.half_sizes)
        )
        return OrientedBox(center, half_sizes, self.axes)

    @property
    def box_from_world(self) -> Float[np.ndarray, "3 4"]:
        """World points (x, y, z, 1) to -1..1 inside the box."""
        scaled = np.array(self.axes) / np.maximum(self.half_sizes, 1e-12)[:, None]
        return np.c_[scaled, -scaled @ np.array(self.center)]

    @property
    def corners(self) -> Float[np.ndarray, "8 3"]:
        """In the world; bit 0, 1, 2 of the index tells the side along axis 0, 1, 2."""
        signs = np.array(
            [[2 * (corner >> axis & 1) - 1 for axis in range(3)] for corner in range(8)]
        )
        return np.array(self.center) + (signs * np.array(self.half_sizes)) @ np.array(self.axes)

    def contains(self, points: Float[np.ndarray, "N 3"]) -> Bool[np.ndarray, " N"]:
        """Which points lie inside; NaN never does."""
        matrix = self.box_from_world.astype(np.float32)
        with np.errstate(invalid="ignore"):
            return np.abs(points @ matrix[:, :3].T + matrix[:, 3]).max(axis=1) <= 1


def box_around(
    points: Float[np.ndarray, "N 3"], axes: Float[np.ndarray, "3 3"], percent: float = 1.0
) -> OrientedBox:
    """The box along some axes that holds all but the outermost points of each.

    Args:
        points: finite; none give a box of size 1 at the origin.
        axes: unit vectors at right angles, one a row.
        percent: points left out at either end of each axis.
    """
    if len(points) == 0:
        return OrientedBox((0.0, 0.0, 0.0), (0.5, 0.5, 0.5))
    along = points @ axes.T
    low, high = np.percentile(along, [percent, 100 - percent], axis=0)
    center, half = (low + high) / 2 @ axes, np.maximum((high - low) / 2, 1e-9)
    right, up, front = map(_vector, axes)
    return OrientedBox(_vector(center), _vector(half), (right, up, front))


def _vector(row: Float[np.ndarray, "3"]) -> Vector:
    x, y, z = row.tolist()
    return x, y, z
