"""transforms.json against projections by hand."""

import json

import numpy as np
import open3d
import plyfile
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction

SCENE = step_prediction(num_views=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return export(SCENE, tmp_path_factory.mktemp("ns"), ["transforms"])[0].path


def test_points_project_onto_their_pixels_through_the_written_cameras(folder):
    document = json.loads((folder / "transforms.json").read_text())
    vertex = plyfile.PlyData.read(str(folder / document["ply_file_path"]))["vertex"]
    points = np.stack([vertex[name] for name in "xyz"], axis=1)
    cloud = point_cloud(SCENE)
    assert len(points) == len(cloud)
    for view, frame in enumerate(document["frames"]):
        camera_from_world = np.linalg.inv(frame["transform_matrix"])  # OpenGL axes
        x, y, z = (points @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]).T
        u = frame["fl_x"] * x / -z + frame["cx"]
        v = frame["fl_y"] * -y / -z + frame["cy"]
        own = cloud.view_index == view
        np.testing.assert_allclose(u[own], cloud.pixel_index[own] % 42 + 0.5, atol=1e-3)
        np.testing.assert_allclose(v[own], cloud.pixel_index[own] // 42 + 0.5, atol=1e-3)


def as_nerfstudio_reads(folder, moves_points_by_applied: bool):
    """Cameras and points in nerfstudio's own frame, by its documented steps.

    Saved camera poses are oriented, centred and scaled; the points of ply_file_path are turned by
    the same matrix. Version 1.0 turns them by that matrix times applied_transform, later ones by
    the matrix alone (they take the points to be in the frame of the saved poses).
    """
    document = json.loads((folder / "transforms.json").read_text())
    orient, scale = np.eye(4), 0.37
    orient[:3, :3] = Rotation.from_rotvec([0.4, -0.7, 0.2]).as_matrix()
    orient[:3, 3] = [0.3, -0.2, 1.1]
    poses = []
    for frame in document["frames"]:
        pose = orient @ np.array(frame["transform_matrix"])
        pose[:3, 3] *= scale
        poses.append(pose)
    turn = orient
    if "applied_transform" in document and moves_points_by_applied:
        turn = orient @ np.vstack([document["applied_transform"], [0, 0, 0, 1]])
    scale *= document.get("applied_scale", 1.0)
    cloud = open3d.io.read_point_cloud(str(folder / document["ply_file_path"]))
    points = np.asarray(cloud.points) @ turn[:3, :3].T + turn[:3, 3]
    return document["frames"], poses, points * scale


@pytest.mark.parametrize("moves_points_by_applied", [True, False], ids=["1.0", "later"])
@pytest.mark.parametrize(
    "options",
    [
        ExportOptions(),
        ExportOptions(up="cv"),
        ExportOptions(up="y", scale=3.0),
        ExportOptions(level=True, level_up=(0.1, -1.0, 0.2)),
    ],
    ids=["usual", "cv", "scaled", "level"],
)
def test_cameras_and_points_agree_in_every_version_of_nerfstudio(
    tmp_path, options, moves_points_by_applied
):
    folder = export(SCENE, tmp_path, ["transforms"], options)[0].path
    frames, poses, points = as_nerfstudio_reads(folder, moves_points_by_applied)
    cloud = point_cloud(SCENE)
    assert len(points) == len(cloud)
    for view, (frame, pose) in enumerate(zip(frames, poses, strict=True)):
        own = cloud.view_index == view
        seen = (points[own] - pose[:3, 3]) @ pose[:3, :3]  # OpenGL: looks along -z, y up
        u = frame["fl_x"] * seen[:, 0] / -seen[:, 2] + frame["cx"]
        v = frame["fl_y"] * -seen[:, 1] / -seen[:, 2] + frame["cy"]
        np.testing.assert_allclose(u, cloud.pixel_index[own] % 42 + 0.5, atol=2e-3)
        np.testing.assert_allclose(v, cloud.pixel_index[own] // 42 + 0.5, atol=2e-3)


def test_the_sidecar_says_how_to_come_back_to_the_world(folder):
    sidecar = json.loads(folder.with_name(f"{folder.name}.json").read_text())
    found = np.array(sidecar["options"]["export_from_world"])
    np.testing.assert_array_equal(found[:3], [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0]])


def test_every_frame_names_an_image_of_its_size(folder):
    for frame in json.loads((folder / "transforms.json").read_text())["frames"]:
        assert "\\" not in frame["file_path"]
        assert Image.open(folder / frame["file_path"]).size == (frame["w"], frame["h"])
