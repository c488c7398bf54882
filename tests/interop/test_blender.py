"""PLY, GLB, OBJ and EXR in Blender, imported in the background."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from moe3d.geometry.axes import export_from_world
from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.scene.filters import CloudOptions
from tests.interop.checks import (
    assert_reprojects,
    assert_same_cloud,
    camera_centre,
    cloud_of,
    photo_pixels,
    run_program,
)

pytestmark = pytest.mark.interop

LIMIT = 20_000
BPY = Path(__file__).parents[2] / "build/interop/bpy"
SCRIPT = Path(__file__).with_name("blender_report.py")


@pytest.fixture(scope="module", params=["blender", "bpy"])
def report(request, room, work) -> dict:
    """All files in one start of Debian's Blender, and of the newer one that PyPI has."""
    options = ExportOptions(CloudOptions(max_points=LIMIT), mesh=MeshSettings(grid_step=4))
    folder = work / request.param
    done = export(room, folder, ["ply", "glb"], options)
    options = ExportOptions(name="mesh", mesh=MeshSettings(grid_step=4))
    meshes = export(room, folder, ["mesh-grid", "obj", "depth-exr"], options)
    files = [file.path for file in (*done, meshes[0])]
    files += [meshes[1].path / "mesh.obj", meshes[2].path / "room_1.exr"]
    out = folder / "report.json"
    if request.param == "blender":
        start = ["blender", "-b", "--factory-startup", "--python-exit-code", "3", "-P", SCRIPT]
        run_program(*start, "--", out, *files)
    else:
        if not BPY.is_dir():
            pytest.skip("the package bpy is not in build/interop (make interop; Python 3.11)")
        run_program(sys.executable, SCRIPT, "--", out, *files, python_path=BPY)
    return {
        **json.loads(out.read_text()),
        "written": {file.format: file.written for file in meshes},
    }


def objects(report: dict, name: str, kind: str) -> list[dict]:
    return [item for item in report[name]["objects"] if item["kind"] == kind]


def srgb(linear: np.ndarray) -> np.ndarray:
    return 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def keeps_colours(report: dict) -> bool:
    """Blender 3 drops the colours of vertices that no face uses."""
    return not report["version"].startswith("3.")


def test_blender_reads_the_ply_with_its_colours_and_values(report, room):
    (mesh,) = objects(report, "scene.ply", "MESH")
    cloud = cloud_of(room, LIMIT)
    assert_same_cloud(np.array(mesh["points"]), None, cloud)
    if keeps_colours(report):
        np.testing.assert_allclose(srgb(np.array(mesh["colors"])), cloud.colors, atol=1)
        assert {"quality", "photo_id", "winner"} <= set(mesh["extra"])


def test_blender_stands_the_glb_upright_with_points_and_colours(report, room):
    (mesh,) = objects(report, "scene.glb", "MESH")
    cloud = cloud_of(room, LIMIT)
    assert_same_cloud(np.array(mesh["points"]), None, cloud, up="z")
    if keeps_colours(report):
        np.testing.assert_allclose(srgb(np.array(mesh["colors"])), cloud.colors, atol=2)


def test_blenders_cameras_stand_and_look_where_the_photos_were_taken(report, room):
    cameras = {item["name"]: item for item in objects(report, "scene.glb", "CAMERA")}
    cloud = cloud_of(room, LIMIT)
    z_up = cloud.points.astype(float) @ export_from_world("z")[:3, :3].T
    for view, name in enumerate(room.names):
        camera = cameras[name]
        blender_from_camera = np.array(camera["matrix"])  # looks along -z, y up
        np.testing.assert_allclose(
            blender_from_camera[:3, 3], camera_centre(room, view, "z"), atol=1e-5
        )
        own = cloud.view_index == view
        in_camera = (z_up[own] - blender_from_camera[:3, 3]) @ blender_from_camera[:3, :3]
        transform = room.pixel_transforms[view]
        width, height = transform.original_width, transform.original_height
        focal_px = 0.5 * height / np.tan(camera["angle_y"] / 2)
        x, y, z = in_camera.T
        seen = np.stack([width / 2 + focal_px * x / -z, height / 2 - focal_px * y / -z], axis=1)
        # glTF has no principal point; the room's is half a photo pixel off the image's middle.
        assert_reprojects(seen, photo_pixels(room, cloud, view), limit_px=0.75)


def test_blender_reads_meshes_with_texture(report, room):
    for name, format_ in (("mesh_mesh.glb", "mesh-grid"), ("mesh.obj", "obj")):
        meshes = objects(report, name, "MESH")
        assert len(meshes) == room.num_views
        points = np.concatenate([np.array(item["points"]) for item in meshes])
        written = report["written"][format_]
        if name.endswith("obj"):  # one import splits nothing: every vertex once
            assert len(points) == written["points"]
        assert all(item["uvs"] == 1 for item in meshes)
        assert sum(item["faces"] for item in meshes) > 10_000
        low, high = np.array(written["lowest"]), np.array(written["highest"])
        z_up = [low[0], -high[2], low[1]], [high[0], -low[2], high[1]]
        np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], z_up, atol=1e-4)
        pictures = [image for image in report[name]["images"] if image["size"][0] > 0]
        assert len(pictures) == room.num_views


def test_blender_reads_depth_to_the_bit(report, room):
    found = report["room_1.exr"]
    assert found["size"] == [320, 240]
    depth = np.array(found["first_channel"])
    kept = depth > 0
    assert kept.mean() > 0.2
    np.testing.assert_array_equal(depth[kept].astype(np.float32), room.depth[0][kept])
