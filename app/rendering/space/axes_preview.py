"""How the axes of an exported file lie to what the photos show, as lines on paper."""

from dataclasses import dataclass

import numpy as np

from moe3d.geometry.axes import export_from_world

AXIS_COLORS = ((214, 64, 58), (60, 150, 70), (50, 110, 220))
"""X red, Y green, Z blue, as everywhere."""
# Paper: x to the right, y down. World: x right, y down, z into the scene.
_PAPER_FROM_WORLD = np.array([[1.0, 0.0, 0.55], [0.0, 1.0, -0.4]])

DEPTH = 2
FORESHORTENED = 1.7
"""How much longer the axis in depth is drawn, to come out of the house."""

Point = tuple[float, float]


@dataclass(frozen=True)
class PreviewAxis:
    """One axis of the file."""

    name: str
    tip: Point
    """Where its arrow ends, from the origin; 1 is the length of an axis in the paper's plane."""
    color: tuple[int, int, int]
    meaning: str
    """Where it goes, as the photos see it: "right", "up", "into the scene"."""


_MEANINGS = (("right", "left"), ("down", "up"), ("into the scene", "towards the camera"))


def preview_axes(up: str) -> tuple[PreviewAxis, ...]:
    """The three axes of a file of this up axis: "cv", "y" or "z"."""
    axes_in_world = export_from_world(up)[:3, :3]  # one axis of the file a row
    found = []
    for name, axis, color in zip("XYZ", axes_in_world, AXIS_COLORS, strict=True):
        along = int(np.abs(axis).argmax())
        length = FORESHORTENED if along == DEPTH else 1.0
        x, y = (length * _PAPER_FROM_WORLD @ axis).tolist()
        meaning = _MEANINGS[along][0 if axis[along] > 0 else 1]
        found.append(PreviewAxis(name, (x, y), color, meaning))
    return tuple(found)


def preview_house() -> tuple[tuple[Point, ...], ...]:
    """Closed outlines of a small house as the photos see it: upright, in front of the camera."""
    front = [(0, 0, 0), (0.8, 0, 0), (0.8, -0.55, 0), (0.4, -0.9, 0), (0, -0.55, 0)]
    side = [(0.8, 0, 0), (0.8, 0, 0.8), (0.8, -0.55, 0.8), (0.8, -0.55, 0)]
    roof = [(0.8, -0.55, 0), (0.4, -0.9, 0), (0.4, -0.9, 0.8), (0.8, -0.55, 0.8)]
    return tuple(_on_paper(part) for part in (side, roof, front))


def _on_paper(points: list[tuple[float, ...]]) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in (np.array(points) @ _PAPER_FROM_WORLD.T).tolist())
