"""Runs inside Blender: import files, and write what Blender made of each to a JSON file.

blender -b -P blender_report.py -- REPORT FILE...
"""

import json
import sys
from pathlib import Path

import bpy
import numpy as np

IS_OLD = bpy.app.version < (4, 0)
if IS_OLD:
    np.bool = bool  # Debian's glTF add-on asks its numpy 1.24 for a name that was dropped

IMPORTS = {
    ".ply": lambda path: (bpy.ops.import_mesh.ply if IS_OLD else bpy.ops.wm.ply_import)(
        filepath=path
    ),
    ".obj": lambda path: bpy.ops.wm.obj_import(filepath=path),
    ".glb": lambda path: bpy.ops.import_scene.gltf(filepath=path),
}


def values(collection: object, name: str, width: int) -> np.ndarray:
    """An attribute of every element, as an array."""
    found = np.empty(len(collection) * width, np.float64)
    collection.foreach_get(name, found)
    return found.reshape(-1, width)


def colors_of(mesh: object) -> np.ndarray:
    """Colours by vertex, linear, 0 to 1; empty when Blender has none."""
    for layer in mesh.color_attributes:
        found = values(layer.data, "color", 4)[:, :3]
        if layer.domain == "POINT":
            return found
        corners = np.empty(len(mesh.loops), np.int64)
        mesh.loops.foreach_get("vertex_index", corners)
        by_vertex = np.zeros((len(mesh.vertices), 3))
        by_vertex[corners] = found
        return by_vertex
    return np.zeros((0, 3))


def facts_of(item: object) -> dict[str, object]:
    """What an object holds, in Blender's world."""
    facts = {
        "kind": item.type,
        "name": item.name,
        "matrix": [list(row) for row in item.matrix_world],
    }
    if item.type == "MESH":
        points = values(item.data.vertices, "co", 3)
        turn = np.array(item.matrix_world)
        facts["points"] = (points @ turn[:3, :3].T + turn[:3, 3]).tolist()
        facts["colors"] = colors_of(item.data).tolist()
        facts["faces"] = len(item.data.polygons)
        facts["uvs"] = len(item.data.uv_layers)
        facts["extra"] = sorted(layer.name for layer in item.data.attributes)
    elif item.type == "CAMERA":
        facts["angle_y"], facts["angle_x"] = item.data.angle_y, item.data.angle_x
        facts["shift"] = [item.data.shift_x, item.data.shift_y]
    return facts


def report_of(path: Path) -> dict[str, object]:
    """Import one file into an empty scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if path.suffix == ".exr":
        image = bpy.data.images.load(str(path))
        image.colorspace_settings.is_data = True
        pixels = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], -1)[::-1]
        return {"size": list(image.size), "first_channel": pixels[..., 0].tolist()}
    if path.suffix == ".glb":
        bpy.ops.preferences.addon_enable(module="io_scene_gltf2")
    if path.suffix == ".ply" and IS_OLD:
        bpy.ops.preferences.addon_enable(module="io_mesh_ply")
    IMPORTS[path.suffix](str(path))
    bpy.context.view_layer.update()
    images = [{"name": image.name, "size": list(image.size)} for image in bpy.data.images]
    return {"objects": [facts_of(item) for item in bpy.data.objects], "images": images}


def main() -> None:
    words = sys.argv[sys.argv.index("--") + 1 :]
    report = {"version": bpy.app.version_string}
    report |= {Path(word).name: report_of(Path(word)) for word in words[1:]}
    Path(words[0]).write_text(json.dumps(report))


main()
