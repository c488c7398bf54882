"""Sun, sky and lamps of the sample room."""

import math

import bpy

from sample_room.materials import Colour, glowing
from sample_room.shapes import Point, add_sheet
from sample_room.shell import FRONT, LEFT, TOP, WINDOW_Y, WINDOW_Z


def add_light(kind: str, place: Point, watts: float, colour: Colour) -> bpy.types.Object:
    """A lamp without a body."""
    data = bpy.data.lights.new(kind.lower(), kind)
    data.energy, data.color = watts, colour
    light = bpy.data.objects.new(kind.lower(), data)
    light.location = place
    bpy.context.scene.collection.objects.link(light)
    return light


def build_lights() -> None:
    """Sun and sky through the window, a soft second window behind the cameras, the table lamp."""
    sun = add_light("SUN", (0, 0, 0), 14.0, (1.0, 0.86, 0.68))
    sun.data.angle = math.radians(1.0)
    sun.rotation_euler = (0.0, math.radians(-54), math.radians(14))
    sky = add_light(
        "AREA", (LEFT - 0.25, sum(WINDOW_Y) / 2, sum(WINDOW_Z) / 2), 120.0, (0.82, 0.91, 1.0)
    )
    sky.data.shape, sky.data.size, sky.data.size_y = "RECTANGLE", 1.5, 1.6
    sky.rotation_euler = (0.0, math.radians(-90), 0.0)
    fill = add_light("AREA", (0.3, FRONT + 0.1, 1.9), 22.0, (1.0, 0.94, 0.86))
    fill.data.shape, fill.data.size, fill.data.size_y = "RECTANGLE", 3.5, 1.2
    fill.rotation_euler = (math.radians(75), 0.0, 0.0)
    lamp = add_light("POINT", (1.3, 2.05, 0.80), 9.0, (1.0, 0.72, 0.42))
    lamp.data.shadow_soft_size = 0.05
    for x in (-1.5, 1.5):
        ceiling = add_light("AREA", (x, -0.5, TOP - 0.02), 6.0, (1.0, 0.93, 0.84))
        ceiling.data.size = 1.4
    backdrop = glowing("garden", (0.75, 0.88, 0.95), 3.0)
    x = LEFT - 3.0
    add_sheet(
        "garden", [(x, -9, -2), (x, 12, -2), (x, 12, 7), (x, -9, 7)], backdrop
    ).visible_shadow = False
