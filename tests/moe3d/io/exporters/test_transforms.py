"""transforms.json against projections by hand."""

import json

import numpy as np
import plyfile
import pytest
from PIL import Image

from moe3d.io.export import export
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


def test_the_applied_transform_is_that_of_the_points(folder):
    document = json.loads((folder / "transforms.json").read_text())
    applied = np.array(document["applied_transform"])
    np.testing.assert_array_equal(applied, [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0]])


def test_every_frame_names_an_image_of_its_size(folder):
    for frame in json.loads((folder / "transforms.json").read_text())["frames"]:
        assert "\\" not in frame["file_path"]
        assert Image.open(folder / frame["file_path"]).size == (frame["w"], frame["h"])
