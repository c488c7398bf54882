"""GLB clouds as trimesh and a plain JSON reader see them."""

import numpy as np
import pytest
import trimesh

from moe3d.io.exporters.glb import read_glb
from moe3d.io.exports.export import export
from moe3d.io.formats.glb import linear_colors, srgb_colors
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction

SCENE = step_prediction(num_views=3)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return export(SCENE, tmp_path_factory.mktemp("glb"), ["glb"])[0].path


def test_trimesh_sees_the_points_y_up_and_linear_colours(path):
    scene = trimesh.load(path)
    (cloud,) = scene.geometry.values()
    expected = point_cloud(SCENE)
    np.testing.assert_allclose(cloud.vertices, expected.points * [1, -1, -1], atol=1e-6)
    shares = expected.colors / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(cloud.colors[:, :3] / 255, linear, atol=1 / 255)


def test_every_photo_has_a_camera_node_where_it_was_taken(path):
    document, _ = read_glb(path)
    nodes = {node["name"]: node for node in document["nodes"] if "camera" in node}
    assert set(nodes) == set(SCENE.names)
    for view, name in enumerate(SCENE.names):
        matrix = np.array(nodes[name]["matrix"]).reshape(4, 4).T
        centre = np.linalg.inv(SCENE.camera_from_world[view])[:3, 3]
        np.testing.assert_allclose(matrix[:3, 3], centre * [1, -1, -1], atol=1e-12)
        # A camera looks along its -z: that must be where the scene is, at -z after the turn.
        np.testing.assert_allclose(matrix[:3, :3] @ [0, 0, -1], [0, 0, -1], atol=1e-12)
        np.testing.assert_allclose(matrix[:3, :3] @ [0, 1, 0], [0, 1, 0], atol=1e-12)
        camera = document["cameras"][nodes[name]["camera"]]["perspective"]
        assert camera["yfov"] == pytest.approx(2 * np.arctan(14 / 42))
        assert camera["aspectRatio"] == pytest.approx(42 / 28)


def test_colours_survive_the_way_to_linear_and_back():
    colors = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    np.testing.assert_array_equal(srgb_colors(linear_colors(colors)), colors)


def test_buffers_are_aligned_and_bounds_are_right(path):
    document, binary = read_glb(path)
    assert len(binary) == document["buffers"][0]["byteLength"]
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0
    position = document["accessors"][0]
    points = point_cloud(SCENE).points * [1, -1, -1]
    np.testing.assert_allclose(position["min"], points.min(axis=0), atol=1e-6)
    np.testing.assert_allclose(position["max"], points.max(axis=0), atol=1e-6)
