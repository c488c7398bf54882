from dataclasses import replace

import numpy as np
import pytest
import trimesh

from app.state.backend import ExportRequest, TargetExistsError
from app.state.point_filters import PointFilters
from app.workers.backend import MoE3DBackend
from moe3d.evaluation.scene_flying import flying_pixels
from moe3d.geometry.box import OrientedBox
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction


def test_the_exported_ply_holds_the_points_that_the_screen_counts(tmp_path):
    prediction = step_prediction()
    request = ExportRequest(
        prediction, tmp_path, ("ply",), "vggt", PointFilters(percentile=35.0), "garden wall"
    )
    (path,) = MoE3DBackend().export(request, Progress())
    assert path.name == "garden wall.ply"
    cloud = point_cloud(prediction, layer="vggt", confidence_percentile=35.0)
    read = trimesh.load(path, process=False)
    np.testing.assert_allclose(np.asarray(read.vertices), cloud.points, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(read.colors)[:, :3], cloud.colors)


def test_every_filter_of_the_screen_is_left_out_of_the_file(tmp_path):
    prediction = step_prediction()
    box = OrientedBox((0.0, 0.0, 1.0), (9.0, 9.0, 0.1))  # the near plane
    filters = PointFilters(10.0, frozenset({1}), frozenset({1}), 0.03, box=box)
    (path,) = MoE3DBackend().export(
        ExportRequest(prediction, tmp_path, filters=filters), Progress()
    )
    counts = MoE3DBackend().count_points(prediction, "fused", filters, Progress())
    read = np.asarray(trimesh.load(path, process=False).vertices)
    assert len(read) == counts.kept
    # The near plane of photo 1 without its last column (an edge), and the lowest tenth: 4 columns.
    assert counts.kept == 28 * (21 - 1 - 4)
    assert set(counts.removed) == {"confidence", "photos", "experts", "edges", "section"}


def test_black_and_white_pixels_go(tmp_path):
    prediction = step_prediction()
    images = prediction.images.copy()
    images[0, 0], images[0, 1], images[0, 2] = 16, 240, (16, 240, 240)
    prediction = replace(prediction, images=images)
    filters = PointFilters(hide_black=True, hide_white=True)
    counts = MoE3DBackend().count_points(prediction, "vggt", filters, Progress())
    assert counts.removed == {"black": 42, "white": 42}


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


def test_hidden_flying_points_are_counted_and_left_out(tmp_path):
    prediction = step_prediction(height=56, width=84)
    filters = PointFilters(percentile=10.0, hide_flying=True)
    flying = flying_pixels(prediction, ("vggt",))["vggt"].mask
    assert flying.any()
    counts = MoE3DBackend().count_points(prediction, "vggt", filters, Progress())
    assert counts.removed["flying"] == np.count_nonzero(flying)
    lowest = np.sort(prediction.confidence, axis=None)[prediction.confidence.size // 10]
    stays = (prediction.confidence >= lowest) & ~flying
    request = ExportRequest(prediction, tmp_path, layer="vggt", filters=filters)
    (path,) = MoE3DBackend().export(request, Progress())
    read = np.asarray(trimesh.load(path, process=False).vertices)
    assert len(read) == counts.kept == np.count_nonzero(stays)
