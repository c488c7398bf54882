"""Walls, window, rug and paintings of the sample room.

Metres; x right, y into the room, z up. The cameras stand near y = -2.3 and look along +y.
"""

import math
from pathlib import Path

import bpy
import numpy as np

from sample_room.contents import build_cushions, build_shelf
from sample_room.materials import Colour, fabric, noisy, pictured, plain, set_material
from sample_room.pictures import paint_all
from sample_room.shapes import add_box, add_sheet

LEFT, RIGHT, FRONT, BACK, TOP = -2.7, 2.8, -3.2, 2.4, 2.6
WINDOW_Y, WINDOW_Z = (-0.55, 1.05), (0.75, 2.2)


def build_walls(pictures: dict[str, Path]) -> None:
    """Floor, ceiling and four walls, the left one with a window hole, and skirting boards."""
    white = noisy("plaster", (0.70, 0.66, 0.60), (0.76, 0.72, 0.66), 9.0)
    green = noisy("painted wall", (0.30, 0.38, 0.34), (0.345, 0.43, 0.385), 9.0)
    thick = 0.2
    floor = [(LEFT, FRONT, 0), (RIGHT, FRONT, 0), (RIGHT, BACK, 0), (LEFT, BACK, 0)]
    add_sheet("floor", floor, pictured("floor boards", pictures["boards"], 0.42))
    add_box(
        "ceiling",
        (LEFT, FRONT, TOP),
        (RIGHT, BACK, TOP + thick),
        plain("ceiling", (0.8, 0.79, 0.77)),
    )
    add_box("back wall", (LEFT - thick, BACK, 0), (RIGHT + thick, BACK + thick, TOP), green)
    add_box("front wall", (LEFT - thick, FRONT - thick, 0), (RIGHT + thick, FRONT, TOP), white)
    add_box("right wall", (RIGHT, FRONT, 0), (RIGHT + thick, BACK, TOP), white)
    (near, far), (sill, lintel) = WINDOW_Y, WINDOW_Z
    for low, high in (
        ((FRONT, 0.0), (near, TOP)),
        ((far, 0.0), (BACK, TOP)),
        ((near, 0.0), (far, sill)),
        ((near, lintel), (far, TOP)),
    ):
        add_box("left wall", (LEFT - thick, *low), (LEFT, *high), white)
    skirting = plain("skirting", (0.8, 0.79, 0.76), 0.4)
    add_box("skirting", (LEFT, BACK - 0.015, 0), (RIGHT, BACK, 0.09), skirting)
    add_box("skirting", (RIGHT - 0.015, FRONT, 0), (RIGHT, BACK, 0.09), skirting)
    add_box("skirting", (LEFT, FRONT, 0), (LEFT + 0.015, BACK, 0.09), skirting)


def build_window() -> None:
    """Frame, sill and two curtains in soft folds."""
    (near, far), (sill, lintel) = WINDOW_Y, WINDOW_Z
    frame = plain("window frame", (0.85, 0.85, 0.84), 0.35)
    middle = (near + far) / 2
    for y in (near, middle, far):
        add_box("frame", (LEFT - 0.12, y - 0.03, sill), (LEFT - 0.06, y + 0.03, lintel), frame)
    for z in (sill, (sill + lintel) / 2 + 0.2, lintel):
        add_box("frame", (LEFT - 0.12, near, z - 0.03), (LEFT - 0.06, far, z + 0.03), frame)
    add_box("sill", (LEFT - 0.2, near - 0.05, sill - 0.04), (LEFT + 0.12, far + 0.05, sill), frame)
    cloth = fabric("curtain", (0.62, 0.55, 0.42), (0.74, 0.67, 0.54))
    for start, end in ((near - 0.4, near + 0.12), (far - 0.12, far + 0.4)):
        steps = np.linspace(0, 1, 60)
        ys = start + (end - start) * steps
        xs = LEFT + 0.1 + 0.04 * np.sin(2 * math.pi * 5 * steps)
        points = [(x, y, z) for z in (0.04, lintel + 0.18) for x, y in zip(xs, ys, strict=True)]
        faces = [(i, i + 1, i + 61, i + 60) for i in range(59)]
        mesh = bpy.data.meshes.new("curtain")
        mesh.from_pydata(points, [], faces)
        mesh.shade_smooth()
        curtain = bpy.data.objects.new("curtain", mesh)
        bpy.context.scene.collection.objects.link(curtain)
        set_material(curtain, cloth)
    rail = plain("rail", (0.12, 0.1, 0.08), 0.3)
    top = lintel + 0.18
    add_box("rail", (LEFT + 0.09, near - 0.5, top), (LEFT + 0.11, far + 0.5, top + 0.025), rail)


def hang_painting(
    centre: tuple[float, float], size: tuple[float, float], picture: Path, frame: Colour
) -> None:
    """A framed picture on the back wall; centre and size in x and z."""
    (x, z), (width, height) = centre, size
    left, right, low, high = x - width / 2, x + width / 2, z - height / 2, z + height / 2
    edge = 0.035
    add_box(
        f"frame of {picture.stem}",
        (left - edge, BACK - 0.025, low - edge),
        (right + edge, BACK - 0.001, high + edge),
        plain("picture frame", frame, 0.4),
    )
    y = BACK - 0.026
    corners = [(left, y, low), (right, y, low), (right, y, high), (left, y, high)]
    add_sheet(picture.stem, corners, pictured(picture.stem, picture, 0.7))


def build_shell(folder: Path) -> None:
    """Everything in the room that is not a furniture model; pictures are painted into `folder`."""
    pictures = paint_all(folder)
    build_walls(pictures)
    build_window()
    add_box("rug body", (-1.45, -0.4, 0), (1.15, 1.3, 0.011), plain("rug edge", (0.3, 0.1, 0.08)))
    rug = [(-1.45, -0.4, 0.012), (1.15, -0.4, 0.012), (1.15, 1.3, 0.012), (-1.45, 1.3, 0.012)]
    add_sheet("rug", rug, pictured("rug", pictures["rug"], 0.95))
    hang_painting((-0.2, 1.62), (0.95, 0.63), pictures["hills"], (0.16, 0.09, 0.04))
    hang_painting((-1.12, 1.62), (0.42, 0.56), pictures["discs"], (0.05, 0.05, 0.05))
    hang_painting((0.66, 1.62), (0.42, 0.56), pictures["valley"], (0.05, 0.05, 0.05))
    build_shelf()
    build_cushions()
