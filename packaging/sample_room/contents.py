"""What lies about in the sample room: books on a shelf, cushions, magazines."""

import math

import numpy as np

from sample_room.materials import fabric, noisy
from sample_room.shapes import add_box, add_cushion


def build_shelf() -> None:
    """An open wooden shelf in the right back corner, filled with books."""
    rng = np.random.default_rng(5)
    wood = noisy("shelf wood", (0.24, 0.13, 0.06), (0.36, 0.21, 0.10), 14.0, 0.5)
    left, right, back, depth, height = 1.72, 2.62, 2.39, 0.3, 1.82
    front = back - depth
    for x in (left, right - 0.025):
        add_box("shelf side", (x, front, 0), (x + 0.025, back, height), wood)
    add_box("shelf back", (left, back - 0.01, 0), (right, back, height), wood)
    levels = [0.06, 0.42, 0.77, 1.12, 1.47, height - 0.025]
    for z in levels:
        add_box("board", (left, front, z), (right, back, z + 0.025), wood)
    colours = [(0.45, 0.08, 0.06), (0.07, 0.16, 0.32), (0.08, 0.25, 0.14), (0.62, 0.48, 0.2)]
    colours += [(0.7, 0.66, 0.58), (0.09, 0.09, 0.1), (0.4, 0.2, 0.08), (0.3, 0.1, 0.25)]
    covers = [
        noisy(f"book {i}", c, tuple(1.25 * v for v in c), 70.0) for i, c in enumerate(colours)
    ]
    for level, z in enumerate(levels[:-1]):
        x, stop = left + 0.03, right - (0.05 if level < 3 else 0.5)
        while x < stop:
            width, tall = rng.uniform(0.018, 0.05), rng.uniform(0.19, 0.28)
            inset = rng.uniform(0.02, 0.07)
            cover = covers[rng.integers(len(covers))]
            base = z + 0.025
            add_box("book", (x, front + inset, base), (x + width, back - 0.03, base + tall), cover)
            x += width + 0.002


def build_cushions() -> None:
    """Three cushions on the sofa and a few magazines on the table."""
    cloths = [
        fabric("mustard", (0.55, 0.33, 0.04), (0.75, 0.5, 0.1)),
        fabric("linen", (0.6, 0.55, 0.46), (0.8, 0.75, 0.66)),
        fabric("brick", (0.42, 0.11, 0.06), (0.58, 0.2, 0.1)),
    ]
    for x, turn, cloth in ((-0.85, 12, cloths[0]), (-0.57, -9, cloths[1]), (0.22, 10, cloths[2])):
        cushion = add_cushion(0.42, 0.17, cloth)
        cushion.location = (x, 1.8, 0.66)
        cushion.rotation_euler = (math.radians(-18), math.radians(turn), math.radians(turn / 2))
    for index, colour in enumerate([(0.1, 0.22, 0.3), (0.75, 0.7, 0.6), (0.6, 0.12, 0.08)]):
        z = 0.405 + 0.012 * index
        paper = noisy(f"magazine {index}", colour, tuple(0.6 * v for v in colour), 25.0)
        magazine = add_box("magazine", (-0.11, -0.15, 0), (0.11, 0.15, 0.011), paper)
        magazine.location = (-0.14 + 0.012 * index, 0.66, z + 0.006)
        magazine.rotation_euler = (0, 0, math.radians(20 - 17 * index))
