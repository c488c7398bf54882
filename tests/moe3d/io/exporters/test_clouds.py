"""Splat and LAS clouds as other libraries read them."""

import numpy as np
import plyfile
import pytest

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

SCENE = step_prediction()
CLOUD = point_cloud(SCENE)


def test_a_splat_has_every_property_that_trainers_ask_for(tmp_path):
    path = export(SCENE, tmp_path, ["ply-splat"], ExportOptions(scale=2.0))[0].path
    vertex = plyfile.PlyData.read(str(path))["vertex"]
    points = np.stack([vertex[name] for name in "xyz"], axis=1)
    np.testing.assert_allclose(points, 2 * CLOUD.points, rtol=1e-6)
    colors = np.stack([vertex[f"f_dc_{index}"] for index in range(3)], axis=1) * 0.28209479 + 0.5
    np.testing.assert_allclose(colors * 255, CLOUD.colors, atol=1e-3)
    radius = np.exp(vertex["scale_0"])
    np.testing.assert_allclose(radius, 0.5 * points[:, 2] / 42, rtol=1e-5)  # half a pixel there
    np.testing.assert_array_equal(vertex["rot_0"], 1)
    np.testing.assert_allclose(1 / (1 + np.exp(-vertex["opacity"])), 0.8, atol=1e-6)


def test_las_holds_points_z_up_colours_and_extra_values(tmp_path):
    laspy = pytest.importorskip("laspy")
    path = export(SCENE, tmp_path, ["las"])[0].path
    las = laspy.read(path)
    assert (las.header.version.major, las.header.version.minor) == (1, 4)
    assert las.header.point_format.id == 7
    expected = CLOUD.points[:, [0, 2, 1]] * [1, 1, -1]
    np.testing.assert_allclose(las.xyz, expected, atol=1e-6)
    colors = np.stack([las.red, las.green, las.blue], axis=1)
    np.testing.assert_array_equal(colors, CLOUD.colors.astype(np.uint16) * 257)
    np.testing.assert_array_equal(las["confidence"], CLOUD.confidence)
    np.testing.assert_array_equal(las["winner"], CLOUD.expert_index)
    np.testing.assert_array_equal(las["photo"], CLOUD.view_index)
    assert "support" not in las.point_format.dimension_names


def test_las_holds_support_and_a_splat_does_not(tmp_path):
    laspy = pytest.importorskip("laspy")
    scene = supported_prediction()
    las, splat = (file.path for file in export(scene, tmp_path, ["las", "ply-splat"]))
    found = laspy.read(las)
    np.testing.assert_array_equal(found["support"], point_cloud(scene).support)
    assert found["support"].dtype == np.uint8
    assert set(np.unique(found["support"])) == {0, 1, 2, 3}
    assert "support" not in plyfile.PlyData.read(str(splat))["vertex"].data.dtype.names
