import numpy as np
import pytest
import trimesh

from app.state.backend import ExportRequest, TargetExistsError
from app.workers.backend import MoE3DBackend
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction


def test_the_exported_ply_holds_the_points_that_the_screen_counts(tmp_path):
    prediction = step_prediction()
    request = ExportRequest(prediction, tmp_path, ("ply",), "vggt", 35.0, "garden wall")
    (path,) = MoE3DBackend().export(request, Progress())
    assert path.name == "garden wall.ply"
    cloud = point_cloud(prediction, layer="vggt", confidence_percentile=35.0)
    read = trimesh.load(path, process=False)
    np.testing.assert_allclose(np.asarray(read.vertices), cloud.points, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(read.colors)[:, :3], cloud.colors)


def test_existing_files_are_named_before_anything_is_written(tmp_path):
    target = tmp_path / "scene.ply"
    target.write_text("mine")
    request = ExportRequest(step_prediction(), tmp_path)
    with pytest.raises(TargetExistsError, match=r"scene\.ply"):
        MoE3DBackend().export(request, Progress())
    assert target.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == [target]


def test_formats_have_titles():
    formats = MoE3DBackend().export_formats(Progress())
    assert formats[0].key == "ply"
    assert all(offered.title for offered in formats)


def test_a_saved_prediction_comes_back(tmp_path):
    backend, prediction = MoE3DBackend(), step_prediction()
    path = backend.write_prediction(prediction, tmp_path / "scene.npz", Progress())
    again = backend.read_prediction(path, Progress())
    np.testing.assert_array_equal(again.depth, prediction.depth)
    backend.write_prediction(prediction, path, Progress())  # the file dialog has asked already
