"""Clouds and maps in Open3D, trimesh, plyfile, laspy, pye57 and OpenEXR."""

import numpy as np
import open3d
import plyfile
import pytest
import trimesh

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.scene.filters import CloudOptions
from tests.interop.checks import PLY_LIMIT, assert_same_cloud, camera_centre, cloud_of

pytestmark = pytest.mark.interop

OPTIONS = ExportOptions(CloudOptions(max_points=PLY_LIMIT))


@pytest.fixture(scope="module")
def ply(room, work):
    return export(room, work / "libraries", ["ply"], OPTIONS)[0].path


def test_open3d_reads_points_colours_and_every_value(ply, room):
    cloud = cloud_of(room, PLY_LIMIT)
    legacy = open3d.io.read_point_cloud(str(ply))
    assert_same_cloud(np.asarray(legacy.points), np.asarray(legacy.colors) * 255, cloud)
    tensor = open3d.t.io.read_point_cloud(str(ply))
    assert_same_cloud(tensor.point.positions.numpy(), tensor.point.colors.numpy(), cloud)
    np.testing.assert_array_equal(tensor.point.quality.numpy()[:, 0], cloud.confidence)
    np.testing.assert_array_equal(tensor.point.winner.numpy()[:, 0], cloud.expert_index)


def test_trimesh_reads_points_and_colours(ply, room):
    found = trimesh.load(ply, process=False)
    colors = np.asarray(found.colors)[:, :3]
    assert_same_cloud(np.asarray(found.vertices), colors, cloud_of(room, PLY_LIMIT))


def test_plyfile_reads_points_colours_and_comments(ply, room):
    data = plyfile.PlyData.read(str(ply))
    vertex = data["vertex"]
    points = np.stack([vertex[name] for name in "xyz"], axis=1)
    colors = np.stack([vertex[name] for name in ("red", "green", "blue")], axis=1)
    assert_same_cloud(points, colors, cloud_of(room, PLY_LIMIT))
    assert any("units" in comment for comment in data.comments)


def test_laspy_reads_points_colours_and_confidence(room, work):
    laspy = pytest.importorskip("laspy")
    las = laspy.read(export(room, work / "libraries", ["las"], OPTIONS)[0].path)
    colors = np.stack([las.red, las.green, las.blue], axis=1) / 257
    cloud = cloud_of(room, PLY_LIMIT)
    assert_same_cloud(np.asarray(las.xyz), colors, cloud, up="z")
    np.testing.assert_array_equal(las["confidence"], cloud.confidence)


def test_pye57_reads_a_scan_a_photo_at_its_camera(room, work):
    pye57 = pytest.importorskip("pye57")
    path = export(room, work / "libraries", ["e57"], OPTIONS)[0].path
    points, colors = [], []
    with pye57.E57(str(path)) as file:
        for view in range(file.scan_count):
            scan = file.read_scan(view, colors=True, ignore_missing_fields=True)
            points.append(np.stack([scan[f"cartesian{axis}"] for axis in "XYZ"], axis=1))
            colors.append(np.stack([scan[f"color{c}"] for c in ("Red", "Green", "Blue")], axis=1))
            centre = camera_centre(room, view, "z")
            np.testing.assert_allclose(file.scan_position(view)[0], centre, atol=1e-9)
    cloud = cloud_of(room, PLY_LIMIT)
    assert_same_cloud(np.concatenate(points), np.concatenate(colors), cloud, up="z")


def test_openexr_reads_depth_and_experts_to_the_bit(room, work):
    openexr = pytest.importorskip("OpenEXR")
    depth, experts = export(room, work / "libraries", ["depth-exr", "expert-maps"])
    with openexr.File(str(depth.path / "room_1.exr"), separate_channels=True) as file:
        found = file.channels()["Y"].pixels
    known = found > 0
    np.testing.assert_array_equal(found[known], room.depth[0][known])
    with openexr.File(str(experts.path / "room_2.exr"), separate_channels=True) as file:
        found = {name: channel.pixels.copy() for name, channel in file.channels().items()}
    known = room.valid_mask[1]
    np.testing.assert_array_equal(found["expert2.Y"][known], room.expert_depths[1, 1][known])
    np.testing.assert_allclose((found["gate1.Y"] + found["gate2.Y"])[known], 1, atol=1e-6)
