"""Boxes, sheets and cushions of the sample room."""

import bpy
import numpy as np

from sample_room.materials import set_material

Point = tuple[float, float, float]


def add_box(name: str, low: Point, high: Point, material: bpy.types.Material) -> bpy.types.Object:
    """An axis-aligned box from its lowest to its highest corner."""
    bpy.ops.mesh.primitive_cube_add(size=1.0)
    box = bpy.context.object
    assert box is not None
    box.name = name
    box.location = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    box.scale = [b - a for a, b in zip(low, high, strict=True)]
    set_material(box, material)
    return box


def add_sheet(
    name: str, corners: list[Point], material: bpy.types.Material, repeat: float = 1.0
) -> bpy.types.Object:
    """A textured quadrilateral: lower left, lower right, upper right, upper left corner."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    layer = mesh.uv_layers.new()
    for loop, uv in zip(layer.data, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        loop.uv = (uv[0] * repeat, uv[1] * repeat)
    sheet = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(sheet)
    set_material(sheet, material)
    return sheet


def add_cushion(size: float, thickness: float, cloth: bpy.types.Material) -> bpy.types.Object:
    """A square cushion that stands upright around its middle, its face towards the cameras."""
    steps = np.linspace(-1, 1, 25)
    across, up = np.meshgrid(steps, steps)
    swell = ((1 - across**4) * (1 - up**4)) ** 0.45 * thickness / 2
    pinch = 0.5 * size * (1 - 0.06 * (1 - np.abs(across * up)))
    count = across.size
    points = [
        (float(x), float(y), float(z))
        for side in (-1.0, 1.0)
        for x, y, z in zip(
            (across * pinch).ravel(), (side * swell).ravel(), (up * pinch).ravel(), strict=True
        )
    ]
    faces = []
    for row in range(24):
        for column in range(24):
            i = row * 25 + column
            faces.append((i, i + 1, i + 26, i + 25))
            faces.append((count + i, count + i + 25, count + i + 26, count + i + 1))
    mesh = bpy.data.meshes.new("cushion")
    mesh.from_pydata(points, [], faces)
    mesh.shade_smooth()
    cushion = bpy.data.objects.new("cushion", mesh)
    bpy.context.scene.collection.objects.link(cushion)
    set_material(cushion, cloth)
    return cushion
