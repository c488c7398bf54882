"""The flat record of two depth maps."""

import subprocess
import sys

import numpy as np
import pytest

from moe3d.errors import EvaluationError, ShapeError
from moe3d.evaluation.metrics.arrays import ArrayOptions, score_arrays
from moe3d.evaluation.reports.json_values import json_value
from tests.depth_maps import blurred, box_scene, with_holes

INTRINSICS = np.array([[60.0, 0, 31.5], [0, 60.0, 23.5], [0, 0, 1]])


def test_a_perfect_prediction_of_any_scale_scores_perfectly():
    truth = with_holes(box_scene())
    scores = score_arrays(0.25 * truth, truth, options=ArrayOptions(intrinsics=INTRINSICS))
    assert (scores.absrel, scores.rmse, scores.d1, scores.scale) == (0, 0, 1, 4)
    assert (scores.boundary_f1_masked, scores.boundary_f1_pooled_r1) == (1, 1)
    assert (scores.boundary_f1_pooled_r2, scores.boundary_f1_pooled_r3) == (1, 1)
    assert (scores.fpr_gt, scores.dbe_acc, scores.dbe_comp) == (0, 0, 0)
    assert (scores.boundary_acc_3d, scores.boundary_comp_3d) == (0, 0)


def test_the_alignment_moves_depth_errors_and_leaves_the_occlusion_f1_alone():
    truth = box_scene()
    prediction = 0.5 * blurred(truth) + 0.7
    results = {
        name: score_arrays(prediction, truth, options=ArrayOptions(alignment=name))
        for name in ("median", "affine-l2", "none")
    }
    assert results["affine-l2"].rmse < results["median"].rmse < results["none"].rmse
    assert len({scores.boundary_f1_masked for scores in results.values()}) == 1
    assert len({scores.fpr_self for scores in results.values()}) == 1
    assert len({scores.fpr_gt for scores in results.values()}) > 1


def test_missing_predictions_are_refused_unless_allowed():
    truth = box_scene()
    prediction = truth.copy()
    prediction[5, 5] = np.nan
    with pytest.raises(EvaluationError, match="not finite at 1"):
        score_arrays(prediction, truth)
    scores = score_arrays(prediction, truth, options=ArrayOptions(allow_missing=True))
    assert (scores.absrel, scores.valid_pixels) == (0, truth.size - 1)


def test_a_missing_prediction_does_not_hide_the_truths_edges():
    truth = box_scene()
    prediction = blurred(truth)
    whole = score_arrays(prediction, truth)
    prediction[:, 30] = np.nan
    scores = score_arrays(prediction, truth, options=ArrayOptions(allow_missing=True))
    assert scores.band_pixels == whole.band_pixels
    assert scores.fpr_gt_tested_pixels < whole.fpr_gt_tested_pixels


def test_whole_number_depth_is_scored_as_it_is():
    truth = np.round(1000 * box_scene()).astype(np.uint16)
    assert score_arrays(truth, truth).absrel == 0


def test_a_stack_of_maps_is_refused():
    with pytest.raises(ShapeError, match=r"one \(H, W\)"):
        score_arrays(np.ones((2, 4, 4)), np.ones((2, 4, 4)))


def test_what_is_not_defined_becomes_null():
    values = json_value(score_arrays(np.ones((8, 8)), np.ones((8, 8))))
    assert values["fpr_gt"] is None
    assert values["boundary_acc_3d"] is None
    assert values["boundary_f1_by_threshold"] == [0.0] * 10


def test_metrics_of_arrays_never_reach_torch():
    check = (
        "import sys, moe3d.evaluation.metrics.arrays, moe3d.evaluation.metrics.pose_scores as _; "
    )
    check += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
