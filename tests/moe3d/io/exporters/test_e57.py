"""E57 files as pye57's own reader sees them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction

pye57 = pytest.importorskip("pye57")

STEP = step_prediction(num_views=2)
TILTED = STEP.camera_from_world.copy()
TILTED[1, :3, :3] = Rotation.from_rotvec([0.1, -0.2, 0.05]).as_matrix()
SCENE = replace(STEP, camera_from_world=TILTED, names=("größe & <1>.jpg", "bad \x01\ud800.jpg"))
Z_UP_FROM_WORLD = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    options = ExportOptions(scale=2.0)
    return export(SCENE, tmp_path_factory.mktemp("e57"), ["e57"], options)[0].path


def test_every_photo_is_a_scan_at_its_camera(path):
    cloud = point_cloud(SCENE)
    with pye57.E57(str(path)) as file:
        assert file.scan_count == 2
        names = [file.get_header(index)["name"].value() for index in range(2)]
        assert names == ["größe & <1>.jpg", "bad __.jpg"]
        for view in range(2):
            own = cloud.view_index == view
            scan = file.read_scan(
                view, colors=True, intensity=True, row_column=True, ignore_missing_fields=True
            )
            points = np.stack([scan[f"cartesian{axis}"] for axis in "XYZ"], axis=1)
            expected = 2 * cloud.points[own] @ Z_UP_FROM_WORLD.T
            np.testing.assert_allclose(points, expected, atol=1e-5)
            colors = np.stack([scan[f"color{name}"] for name in ("Red", "Green", "Blue")], axis=1)
            np.testing.assert_array_equal(colors, cloud.colors[own])
            np.testing.assert_array_equal(scan["intensity"], cloud.confidence[own])
            np.testing.assert_array_equal(
                scan["rowIndex"].astype(int) * 42 + scan["columnIndex"], cloud.pixel_index[own]
            )
            centre = 2 * Z_UP_FROM_WORLD @ np.linalg.inv(TILTED[view])[:3, 3]
            np.testing.assert_allclose(file.scan_position(view)[0], centre, atol=1e-9)


def test_raw_points_lie_in_their_cameras_frame(path):
    with pye57.E57(str(path)) as file:
        raw = file.read_scan_raw(1)
    own = point_cloud(SCENE).view_index == 1
    depth = 2 * SCENE.depth[1].ravel()[point_cloud(SCENE).pixel_index[own]]
    np.testing.assert_allclose(raw["cartesianZ"], depth, rtol=1e-6)


def test_many_points_go_through_several_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("moe3d.io.exporters.e57.CHUNK_POINTS", 100)
    (done,) = export(STEP, tmp_path, ["e57"])
    assert done.written["points"] == len(point_cloud(STEP))
