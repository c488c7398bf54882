"""Both sides of a prediction in numbers, on scenes with known answers."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import JobCancelledError, UsageError
from moe3d.evaluation.metrics.arrays import ArrayOptions, score_arrays
from moe3d.evaluation.one_scene.comparison import ComparisonOptions, beside, compare_sides
from moe3d.evaluation.one_scene.places import find_places
from moe3d.evaluation.one_scene.scene_truth import read_truth
from moe3d.progress import Progress
from moe3d.scene.comparison import PAIR
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder
from tests.scenes import step_prediction

COLUMNS = 42
# VGGT smears the step: 1.1 1.3 1.5 1.7 1.9 in columns 19 to 23, where the fused depth is 1 1 2 2 2
APART = [0.1 / 1.1, 0.3 / 1.3, 0.5 / 1.5, 0.3 / 1.7, 0.1 / 1.9]


def test_points_flying_points_and_differences_are_those_of_the_step():
    found = compare_sides(step_prediction(), options=ComparisonOptions(percentile=0))
    pixels = 2 * 28 * COLUMNS
    assert found.value("valid", "fused") == found.value("kept", "vggt") == pixels
    assert found.value("kept_both", PAIR) == pixels
    assert (found.value("flying", "fused"), found.value("flying", "vggt")) == (0, 2 * 28 * 5)
    assert found.value("flying_rate", "vggt") == 1.0
    assert found.value("differ_10", PAIR) == pytest.approx(sum(a > 0.1 for a in APART) / COLUMNS)
    assert found.value("differ_3", PAIR) == pytest.approx(5 / COLUMNS)
    assert found.value("difference", PAIR) == 0
    # fused: both ends of the step; VGGT: every step over 10 %, that is columns 18 to 23
    assert found.value("jumps", "fused") == pytest.approx(2 / COLUMNS)
    assert found.value("jumps", "vggt") == pytest.approx(6 / COLUMNS)


def test_each_side_drops_its_own_lowest_confidences_and_both_keep_the_rest():
    prediction = step_prediction()
    turned = replace(prediction.baseline, confidence=prediction.confidence[..., ::-1].copy())
    found = compare_sides(replace(prediction, baseline=turned), options=ComparisonOptions(25))
    rows = 2 * 28
    cut = int(0.25 * COLUMNS)  # confidence grows by column: whole columns go, ties stay
    assert found.value("kept", "fused") == rows * (COLUMNS - cut)
    assert found.value("kept_both", PAIR) == rows * (COLUMNS - 2 * cut)


def test_the_worst_place_of_a_photo_is_where_the_depths_lie_apart():
    prediction = step_prediction()
    second = prediction.depth.copy()
    second[1, 5:11, 18:24] *= 1.4
    second[0, 20:23, 20:26] *= 0.75
    places = find_places(prediction.depth, second, prediction.valid_mask, prediction.names)
    assert [(p.view_index, p.left, p.top, p.width, p.height) for p in places] == [
        (1, 18, 5, 6, 6),
        (0, 20, 20, 6, 3),
    ]
    assert places[0].difference == pytest.approx(1 / 1.4 - 1)
    assert places[1].difference == pytest.approx(1 / 0.75 - 1)
    assert places[0].num_pixels == 36
    assert 18 <= places[0].x < 24
    assert 5 <= places[0].y < 11


def test_differences_far_from_every_edge_are_no_places():
    depth = np.ones((1, 30, 40))
    slope = depth * np.linspace(1, 1.4, 40)  # 1 % a pixel: another level, no edge
    assert find_places(depth, slope, np.ones((1, 30, 40), bool), ["a"]) == ()


def test_truth_adds_the_metrics_of_the_evaluation_package(tmp_path):
    prediction = step_prediction()
    truth = read_truth(truth_folder(tmp_path / "t"), prediction)
    found = compare_sides(prediction, truth)
    assert found.value("absrel_scene", "fused") == pytest.approx(0, abs=1e-6)
    assert found.value("d1_scene", "fused") == 1
    true_depth = 3.0 * prediction.depth[0].astype(float)
    expected = score_arrays(
        3.0 / 1.3 * prediction.baseline.depth[0].astype(float),  # VGGT's median is 1.3
        true_depth,
        options=ArrayOptions("none", intrinsics=truth.intrinsics[0]),
    )
    assert found.value("absrel_scene", "vggt") == pytest.approx(expected.absrel)
    for key in ("rmse", "boundary_f1_masked", "dbe_acc", "boundary_acc_3d", "fpr_self"):
        assert found.value(key, "vggt") == pytest.approx(getattr(expected, key)), key
    assert found.value("rre_mean", "fused") == pytest.approx(0, abs=1e-6)
    assert found.value("cloud_acc_mean", "fused") < found.value("cloud_acc_mean", "vggt")
    assert "median scale" in found.notes[0]


def test_photos_that_disagree_are_told_by_one_scale_a_scene_and_forgiven_by_a_scale_a_photo(
    tmp_path,
):
    """By hand: two photos alike, the second predicted twice as far. Every depth of the scene in
    order is 1 (a quarter), 2 (a half), 4 (a quarter): its lower median is 2, the truth's 1."""
    prediction = step_prediction()
    truth = read_truth(truth_folder(tmp_path / "t"), prediction)
    depth = prediction.depth.copy()
    depth[1] *= 2
    found = compare_sides(replace(prediction, depth=depth), truth)
    assert found.value("absrel_scene", "fused") == pytest.approx((0.5 + 0) / 2)
    assert found.value("d1_scene", "fused") == pytest.approx(0.5)
    assert found.value("absrel_photo", "fused") == pytest.approx(0, abs=1e-6)
    assert found.value("d1_photo", "fused") == 1


def test_a_better_side_is_named_by_the_measure(tmp_path):
    prediction = step_prediction()
    found = compare_sides(prediction, read_truth(truth_folder(tmp_path / "t"), prediction))
    better = {row.key: row.better_side(found.sides) for row in found.rows}
    assert better["absrel_scene"] == better["d1_scene"] == better["flying"] == 0
    assert better["valid"] is None
    assert better["rra5"] is None  # equal


def test_another_result_takes_the_place_of_vggt():
    one, other = step_prediction(), step_prediction(num_experts=1)
    found = compare_sides(beside(one, other))
    assert found.value("difference", PAIR) == 0
    assert found.value("flying", "vggt") == 0
    with pytest.raises(UsageError, match="same photos at one size"):
        beside(one, step_prediction(height=14))


def test_without_a_second_side_there_is_nothing_to_compare():
    with pytest.raises(UsageError, match="--against"):
        compare_sides(step_prediction(with_baseline=False))


def test_a_cancelled_comparison_stops():
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        compare_sides(step_prediction(), progress=progress)


def test_text_and_json_hold_every_row():
    found = compare_sides(step_prediction())
    lines = found.to_text().splitlines()
    assert lines[0] == "measure\tMoE3D\tVGGT\tunit"
    assert len(lines) == 1 + len(found.rows)
    assert "Flying pixels\t0\t280\t" in lines
    document = found.to_json()
    assert document["measures"]["flying"] == {"fused": 0, "vggt": 280}
    assert document["places"][0]["photo"] == "photo 1.jpg"
