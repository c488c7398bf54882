"""Render assets/samples/room: photos, exact depth and cameras of one living room.

Needs the `bpy` package of PyPI (Blender as a Python module; 4.5.15 on Python 3.11 was used) and the
Debian package `sweethome3d-furniture` (1.8). From an environment with bpy, numpy and Pillow:

    python packaging/render_sample_room.py --output assets/samples/room

Only models whose own licence file says CC0 are used. Walls, rug, books, curtains and paintings are
made in packaging/sample_room. Takes about 20 minutes on one thread of a busy machine.
"""

import argparse
import json
import math
import tempfile
import zipfile
from pathlib import Path

import bpy
import mathutils
import numpy as np
from sample_room.furniture import place_furniture
from sample_room.lights import build_lights
from sample_room.shell import build_shell

WIDTH, HEIGHT = 640, 480
FOCAL_PX = 500.0
NUM_VIEWS = 8
ARC_DEG = 52.0
RADIUS_M = 3.6
TARGET = np.array([0.0, 1.05, 0.9])
EYE_HEIGHT_M = 1.5
FURNITURE = Path("/usr/share/sweethome3d/furniture/BlendSwap-CC-0.sh3f")


def world_from_camera(position: np.ndarray, target: np.ndarray) -> np.ndarray:
    """A camera that looks at a point, OpenCV axes (x right, y down, z forward); world z is up."""
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, 3] = position
    return matrix


def camera_path() -> list[np.ndarray]:
    """World-from-camera matrices along a gentle arc at eye height, a little uneven like a hand."""
    rng = np.random.default_rng(7)
    cameras = []
    for angle in np.radians(np.linspace(-ARC_DEG / 2, ARC_DEG / 2, NUM_VIEWS)):
        wobble = rng.normal(size=6)
        radius = RADIUS_M + 0.08 * wobble[0]
        position = TARGET + radius * np.array([math.sin(angle), -math.cos(angle), 0.0])
        position[2] = EYE_HEIGHT_M + 0.05 * wobble[1]
        cameras.append(world_from_camera(position, TARGET + 0.06 * wobble[2:5]))
    return cameras


def place_camera(matrix: np.ndarray) -> None:
    """Move Blender's camera; its axes are x right, y up, z backward."""
    camera = bpy.context.scene.camera
    assert camera is not None
    camera.matrix_world = mathutils.Matrix((matrix @ np.diag([1.0, -1.0, -1.0, 1.0])).tolist())


def set_up_scene(samples: int, scale: float) -> None:
    """An empty scene with the camera, Cycles on one thread and the compositor's depth output."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.resolution_percentage = round(100 * scale)
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.seed = 1
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces = 6, 4
    scene.cycles.sample_clamp_indirect = 4.0
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.use_persistent_data = True
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = 0.35
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width = "HORIZONTAL", 36.0
    data.lens = FOCAL_PX / WIDTH * 36.0
    data.clip_start, data.clip_end = 0.05, 100.0
    scene.camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(scene.camera)


def render_photo(path: Path) -> None:
    """One photo as JPEG."""
    settings = bpy.context.scene.render.image_settings
    settings.file_format, settings.quality = "JPEG", 93
    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def render_depth(folder: Path) -> np.ndarray:
    """Z-depth in metres through the centre of every pixel (H, W); NaN where nothing is hit.

    One ray a pixel with a filter of no width, so that no depth is mixed at an edge.
    """
    scene = bpy.context.scene
    cycles = scene.cycles
    kept = cycles.samples, cycles.use_denoising, cycles.pixel_filter_type
    cycles.samples, cycles.use_denoising, cycles.pixel_filter_type = 1, False, "BOX"
    cycles.filter_width = 0.01
    scene.view_layers[0].use_pass_z = True
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    layers = tree.nodes.new("CompositorNodeRLayers")
    output = tree.nodes.new("CompositorNodeOutputFile")
    output.base_path = str(folder)
    output.file_slots[0].path = "depth"
    output.format.file_format, output.format.color_depth = "OPEN_EXR", "32"
    tree.links.new(layers.outputs["Depth"], output.inputs[0])
    bpy.ops.render.render(write_still=False)
    scene.use_nodes = False
    cycles.samples, cycles.use_denoising, cycles.pixel_filter_type = kept
    cycles.filter_width = 1.5
    written = next(folder.glob("depth*.exr"))
    image = bpy.data.images.load(str(written))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    depth = np.array(image.pixels[:], np.float32).reshape(height, width, -1)[::-1, :, 0]
    bpy.data.images.remove(image)
    written.unlink()
    return np.where(depth < 90.0, depth, np.nan)


def write_cameras(path: Path, cameras: list[np.ndarray], scale: float) -> None:
    """cameras.json: OpenCV axes, metres; intrinsics with pixel centres at whole numbers."""
    focal_px = FOCAL_PX * scale
    centre = [(WIDTH * scale - 1) / 2, (HEIGHT * scale - 1) / 2]
    intrinsics = [[focal_px, 0.0, centre[0]], [0.0, focal_px, centre[1]], [0.0, 0.0, 1.0]]
    views = [
        {
            "image": f"images/{index:03d}.jpg",
            "depth": f"depth/{index:03d}.npy",
            "camera_from_world": np.linalg.inv(camera).tolist(),
            "intrinsics": intrinsics,
        }
        for index, camera in enumerate(cameras)
    ]
    path.write_text(json.dumps({"units": "metres", "views": views}, indent=1) + "\n")


def main() -> None:
    """Build the room and render all views."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--furniture", type=Path, default=FURNITURE)
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--scale", type=float, default=1.0, help="of the picture size, for trials")
    parser.add_argument("--views", type=int, nargs="*", help="only these, for trials")
    options = parser.parse_args()
    set_up_scene(options.samples, options.scale)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with zipfile.ZipFile(options.furniture) as archive:
            archive.extractall(folder / "furniture")
        build_shell(folder)
        build_lights()
        place_furniture(folder / "furniture")
        (options.output / "images").mkdir(parents=True, exist_ok=True)
        (options.output / "depth").mkdir(exist_ok=True)
        cameras = camera_path()
        for index in options.views or range(NUM_VIEWS):
            place_camera(cameras[index])
            render_photo(options.output / "images" / f"{index:03d}.jpg")
            depth = render_depth(folder)
            np.save(options.output / "depth" / f"{index:03d}.npy", depth.astype(np.float16))
    write_cameras(options.output / "cameras.json", cameras, options.scale)


if __name__ == "__main__":
    main()
