"""Which free models stand where in the sample room."""

import math
from dataclasses import dataclass
from pathlib import Path

import bpy
import mathutils

from sample_room.materials import fabric, set_material


@dataclass(frozen=True)
class Placement:
    """One model of Sweet Home 3D's CC0 furniture, standing in the room."""

    model: str
    """Folder and file name in the furniture archive."""
    position_m: tuple[float, float, float]
    """Middle of the footprint and lowest point; x right, y into the room, z up."""
    width_m: float
    """Extent along the model's own x axis; the other extents follow."""
    turn_deg: float = 0.0
    """Anticlockwise seen from above; at 0 the model faces the camera."""


PLACEMENTS = (
    Placement("sofa2", (-0.15, 1.85, 0.0), 2.05),
    Placement("armchair2", (1.75, 0.75, 0.0), 0.95, -62),
    Placement("table", (-0.15, 0.6, 0.012), 1.25),
    Placement("bedsideTable2", (1.3, 2.05, 0.0), 0.5),
    Placement("desklamp", (1.3, 2.05, 0.467), 0.3),
    Placement("plant", (-2.1, 1.7, 0.0), 0.95, 20),
    Placement("decorativePlant", (2.15, -0.15, 0.0), 0.5, 40),
    Placement("electricGuitar", (-1.55, 2.05, 0.0), 0.36, 12),
    Placement("teddyBear", (0.52, 1.72, 0.45), 0.33, -15),
    Placement("orchids", (-0.52, 0.62, 0.405), 0.22),
    Placement("caffe_final", (0.05, 0.5, 0.405), 0.12, 30),
    Placement("caffe_final", (0.3, 0.66, 0.405), 0.12, -60),
    Placement("caballito", (-1.85, 0.55, 0.0), 0.68, 35),
    Placement("basketball", (0.85, 0.0, 0.012), 0.238, 25),
    Placement("cuckooClock", (1.3, 2.3, 1.35), 0.27),
    Placement("lamp2", (-0.1, 0.9, 1.97), 0.53),
    Placement("deer", (2.4, 2.2, 1.495), 0.055, 30),
    Placement("cactus", (2.3, 2.2, 1.12), 0.13),
    Placement("littlePlant", (1.98, 2.2, 1.82), 0.26),
)


def import_model(folder: Path, placement: Placement) -> list[bpy.types.Object]:
    """Load one model, scale it to its width and put it in its place."""
    name = placement.model
    bpy.ops.object.select_all(action="DESELECT")
    bpy.ops.wm.obj_import(filepath=str(folder / "blendswap-cc-0" / name / f"{name}.obj"))
    parts = [part for part in bpy.context.selected_objects if part.type == "MESH"]
    bpy.context.view_layer.update()
    corners = [part.matrix_world @ mathutils.Vector(c) for part in parts for c in part.bound_box]
    low = mathutils.Vector([min(c[axis] for c in corners) for axis in range(3)])
    high = mathutils.Vector([max(c[axis] for c in corners) for axis in range(3)])
    foot = mathutils.Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
    scale = placement.width_m / (high.x - low.x)
    room_from_model = (
        mathutils.Matrix.Translation(placement.position_m)
        @ mathutils.Matrix.Rotation(math.radians(placement.turn_deg), 4, "Z")
        @ mathutils.Matrix.Scale(scale, 4)
        @ mathutils.Matrix.Translation(-foot)
    )
    for part in parts:
        part.matrix_world = room_from_model @ part.matrix_world
    size = (high - low) * scale
    print(f"{name}: {size.x:.2f} x {size.y:.2f} x {size.z:.2f} m")
    return parts


def soften(parts: list[bpy.types.Object]) -> None:
    """Exported OBJ materials shine too much in Cycles: raise the roughness."""
    for material in {slot.material for part in parts for slot in part.material_slots}:
        if material is None or not material.use_nodes:
            continue
        shader = material.node_tree.nodes.get("Principled BSDF")
        if shader is not None:
            shader.inputs["Roughness"].default_value = max(
                0.35, shader.inputs["Roughness"].default_value
            )
            shader.inputs["Metallic"].default_value = 0.0


def place_furniture(folder: Path) -> None:
    """Put every model into the room and cover sofa and armchair with cloth."""
    covers = {
        "sofa2": fabric("sofa cloth", (0.03, 0.13, 0.16), (0.07, 0.24, 0.27)),
        "armchair2": fabric("armchair cloth", (0.55, 0.25, 0.05), (0.72, 0.38, 0.1)),
    }
    for placement in PLACEMENTS:
        parts = import_model(folder, placement)
        soften(parts)
        if placement.model in covers:
            for part in parts:
                set_material(part, covers[placement.model])
