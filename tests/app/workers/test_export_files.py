from dataclasses import fields, replace

import numpy as np
import pytest
import trimesh

from moe3d.evaluation.one_scene.scene_flying import flying_pixels
from moe3d.geometry.box import OrientedBox
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from moe3d_viewer.state.cursor import CursorPixel
from moe3d_viewer.state.exports.export import ExportRequest, TargetExistsError
from moe3d_viewer.state.exports.export_plan import ExportPlan
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.workers.count_points import count_points, why_hidden
from moe3d_viewer.workers.export_files import export_files
from moe3d_viewer.workers.scene_files import read_prediction, write_prediction
from tests.scenes import open_prediction, step_prediction
from tests.supported_scenes import supported_prediction

SCENE = step_prediction()


def exported_points(tmp_path, plan: ExportPlan) -> np.ndarray:
    written = export_files(ExportRequest(SCENE, tmp_path, plan), Progress())
    assert written.size_bytes > 0
    return np.asarray(trimesh.load(written.paths[0], process=False).vertices)


def test_the_exported_ply_holds_the_points_that_the_screen_counts(tmp_path):
    plan = ExportPlan(
        ("ply",), "vggt", PointFilters(confidence_percentile=35.0), name="garden wall"
    )
    written = export_files(ExportRequest(SCENE, tmp_path, plan), Progress())
    (path,) = written.paths
    assert path.name == "garden wall.ply"
    cloud = point_cloud(SCENE, layer="vggt", confidence_percentile=35.0)
    read = trimesh.load(path, process=False)
    np.testing.assert_allclose(np.asarray(read.vertices), cloud.points, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(read.colors)[:, :3], cloud.colors)
    assert written.num_points == len(cloud)


def test_every_filter_of_the_screen_reaches_the_file(tmp_path):
    box = OrientedBox((0.0, 0.0, 1.0), (0.3, 0.2, 0.1))
    seen = PointFilters(
        confidence_percentile=10, experts=(0, 2, 3), views=(1,), edge_rtol=0.03,
        box=box,
    )  # fmt: skip
    found = exported_points(tmp_path, ExportPlan(filters=seen))
    expected = point_cloud(SCENE, confidence_percentile=10, edge_rtol=0.03, views=[1])
    near = expected.points[(expected.expert_index != 1)]
    inside = (np.abs(near - [0, 0, 1]) <= [0.3, 0.2, 0.1]).all(axis=1)
    assert 0 < inside.sum() < len(near)
    np.testing.assert_allclose(found, near[inside], atol=1e-6)


def test_limits_axes_and_scale_of_the_plan_reach_the_file(tmp_path):
    plan = ExportPlan(
        confidence_min=1.5, max_points=50, up="z", scale=3.0, level=True, level_up=(0.0, -1.0, 0.0)
    )
    found = exported_points(tmp_path, plan)
    chosen = point_cloud(SCENE, confidence_percentile=0, confidence_min=1.5, max_points=50)
    np.testing.assert_allclose(found, 3 * chosen.points[:, [0, 2, 1]] * [1, 1, -1], atol=1e-5)


def test_a_what_if_on_the_gate_never_reaches_an_export(tmp_path):
    """Nothing in a plan can say it: the fused layer is the model's own."""
    assert not {"remix", "muted", "temperature"} & {item.name for item in fields(ExportPlan)}
    found = exported_points(tmp_path, ExportPlan())
    np.testing.assert_array_equal(np.unique(found[:, 2]), [1, 2])


def test_black_and_white_pixels_go(tmp_path):
    prediction = step_prediction()
    images = prediction.images.copy()
    images[0, 0], images[0, 1], images[0, 2] = 16, 240, (16, 240, 240)
    prediction = replace(prediction, images=images)
    filters = PointFilters(hide_black=True, hide_white=True)
    counts = count_points(prediction, "vggt", filters, Progress())
    assert counts.removed == {"black": 42, "white": 42}


def test_the_sky_goes_and_is_counted_as_such(tmp_path):
    prediction, sky = open_prediction(), PointFilters(hide_sky=True)
    counts = count_points(prediction, "vggt", sky, Progress())
    assert counts.removed == {"sky": 2 * 7 * 42}  # two photos, seven rows of 42 columns
    request = ExportRequest(prediction, tmp_path, ExportPlan(filters=sky))
    assert export_files(request, Progress()).num_points == 2 * 21 * 42
    pixel = CursorPixel(1, 5, 6, "fused")
    assert why_hidden(prediction, pixel, sky, Progress()) == ("sky",)
    below = replace(pixel, y=7)
    assert why_hidden(prediction, below, sky, Progress()) == ()


def test_existing_files_are_named_before_anything_is_written(tmp_path):
    target = tmp_path / "scene.ply"
    target.write_text("mine")
    request = ExportRequest(step_prediction(), tmp_path)
    with pytest.raises(TargetExistsError, match=r"scene\.ply"):
        export_files(request, Progress())
    assert target.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == [target]


def test_a_saved_prediction_comes_back(tmp_path):
    prediction = step_prediction()
    path = write_prediction(prediction, tmp_path / "scene.npz", Progress())
    again = read_prediction(path, Progress())
    np.testing.assert_array_equal(again.depth, prediction.depth)
    write_prediction(prediction, path, Progress())  # the file dialog has asked already


def test_hidden_flying_points_are_counted_and_left_out(tmp_path):
    prediction = step_prediction(height=56, width=84)
    filters = PointFilters(confidence_percentile=10.0, hide_flying=True)
    flying = flying_pixels(prediction, ("vggt",))["vggt"].mask
    assert flying.any()
    counts = count_points(prediction, "vggt", filters, Progress())
    assert counts.removed["flying"] == np.count_nonzero(flying)
    lowest = np.sort(prediction.confidence, axis=None)[prediction.confidence.size // 10]
    stays = (prediction.confidence >= lowest) & ~flying
    plan = ExportPlan(layer="vggt", filters=filters)
    written = export_files(ExportRequest(prediction, tmp_path, plan), Progress())
    (path,) = written.paths
    read = np.asarray(trimesh.load(path, process=False).vertices)
    assert len(read) == counts.kept == np.count_nonzero(stays)


def test_the_same_mask_is_counted_and_exported_as_on_the_screen():
    prediction = step_prediction()
    turned = replace(prediction.baseline, confidence=prediction.confidence[..., ::-1].copy())
    prediction = replace(prediction, baseline=turned)
    filters = PointFilters(confidence_percentile=25.0, same_pixels=True)
    rows, cut = 2 * 28, int(0.25 * 42)  # confidence grows by column: the outer columns go
    for layer in ("fused", "vggt"):
        counts = count_points(prediction, layer, filters, Progress())
        assert counts.kept == rows * (42 - 2 * cut)
        assert counts.removed == {"other_side": rows * cut, "confidence": rows * cut}
        assert counts.total == rows * 42


@pytest.mark.parametrize(
    ("seen", "asked", "columns"), [(0, 0, 42), (1, 0, 31), (2, 1, 21), (1, 3, 10)]
)
def test_the_stricter_support_of_screen_and_dialog_is_exported(tmp_path, seen, asked, columns):
    scene = supported_prediction()
    plan = ExportPlan(layer="refined", filters=PointFilters(min_support=seen), min_support=asked)
    written = export_files(ExportRequest(scene, tmp_path, plan), Progress())
    assert written.num_points == 56 * columns
    counts = count_points(scene, "refined", plan.filters, Progress())
    gone = {0: 0, 1: 11, 2: 21}[seen] * 56
    assert counts.removed == ({"support": gone} if seen else {})


def test_the_same_mask_takes_what_either_side_has_unconfirmed(tmp_path):
    scene = supported_prediction()
    filters = PointFilters(min_support=1, same_pixels=True)
    for layer in ("fused", "vggt"):
        counts = count_points(scene, layer, filters, Progress())
        assert counts.kept == 56 * 20
        assert counts.removed == {"other_side": 56 * 11, "support": 56 * 11}
