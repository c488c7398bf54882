"""Depth errors against torchmetrics and by hand."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.regression import (
    mean_absolute_percentage_error,
    mean_squared_error,
)

from moe3d.errors import EvaluationError, ShapeError
from moe3d.evaluation.metrics.depth import score_depth
from tests.depth_maps import blurred, box_scene, with_holes


def test_absrel_and_rmse_are_those_of_torchmetrics():
    truth = box_scene()
    prediction = blurred(truth) * 1.1
    errors = score_depth(prediction, truth)
    p, g = torch.from_numpy(prediction.ravel()), torch.from_numpy(truth.ravel())
    assert errors.absrel == pytest.approx(float(mean_absolute_percentage_error(p, g)), rel=1e-12)
    assert errors.rmse == pytest.approx(float(mean_squared_error(p, g, squared=False)), rel=1e-12)
    logs = float(mean_squared_error(p.log(), g.log(), squared=False))
    assert errors.rmselog == pytest.approx(logs, rel=1e-12)


def test_every_error_of_two_pixels_by_hand():
    errors = score_depth(np.array([[2.0, 3.0]]), np.array([[1.0, 4.0]]))
    assert errors.absrel == pytest.approx((1 + 0.25) / 2)
    assert errors.sqrel == pytest.approx((1 + 0.25) / 2)
    assert errors.rmse == pytest.approx(1.0)
    assert errors.rmselog == pytest.approx(np.sqrt((np.log(2) ** 2 + np.log(0.75) ** 2) / 2))
    assert errors.log10 == pytest.approx((np.log10(2) + np.log10(4 / 3)) / 2)
    assert (errors.d1, errors.d2, errors.d3) == (0.0, 0.5, 0.5)
    assert errors.valid_pixels == 2


def test_a_ratio_of_exactly_the_threshold_does_not_count():
    assert score_depth(np.array([[1.25]]), np.array([[1.0]])).d1 == 0.0
    assert score_depth(np.array([[1.0]]), np.array([[1.25]])).d1 == 0.0
    assert score_depth(np.array([[1.2499999]]), np.array([[1.0]])).d1 == 1.0


def test_a_perfect_prediction_up_to_scale_scores_perfectly():
    truth = with_holes(box_scene())
    errors = score_depth(truth * 0.25, truth, alignment="median")
    assert (errors.absrel, errors.rmse, errors.d1) == (0.0, 0.0, 1.0)
    assert errors.valid_pixels == np.count_nonzero(truth)


def test_unknown_truth_and_masked_pixels_do_not_count():
    truth = np.array([[1.0, 0.0, np.nan, 2.0, 5.0]])
    prediction = np.array([[1.0, 9.0, 9.0, 2.0, 9.0]])
    mask = np.array([[1, 1, 1, 1, 0]])
    errors = score_depth(prediction, truth, mask)
    assert (errors.absrel, errors.valid_pixels) == (0.0, 2)


def test_clipping_follows_the_alignment():
    truth = np.array([[1.0, 10.0, 60.0]])
    prediction = np.array([[0.5, 5.0, 50.0]])
    errors = score_depth(prediction, truth, alignment="median", clip_above=70.0)
    assert errors.absrel == pytest.approx((70 / 60 - 1) / 3)


def test_a_negative_prediction_is_no_inlier():
    errors = score_depth(np.array([[-1.0, 1.0]]), np.array([[1.0, 1.0]]))
    assert errors.d3 == 0.5
    assert np.isfinite(errors.rmselog)
    assert np.isfinite(errors.log10)


def test_the_exact_l1_alignment_beats_every_other_in_its_own_measure():
    truth = box_scene()
    prediction = np.sqrt(blurred(truth))
    best = score_depth(prediction, truth, alignment="affine-relative-l1").absrel
    for other in ("median", "scale-l1", "affine-l1", "affine-l2", "scale-relative-l1"):
        assert best <= score_depth(prediction, truth, alignment=other).absrel + 1e-12


def test_maps_of_two_shapes_are_refused():
    with pytest.raises(ShapeError, match=r"\(2, 2\) and \(2, 3\)"):
        score_depth(np.ones((2, 2)), np.ones((2, 3)))


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match="mask"):
        score_depth(np.ones((2, 2)), np.ones((2, 2)), np.ones((3, 2), bool))


def test_a_prediction_that_is_not_finite_is_refused():
    with pytest.raises(EvaluationError, match="not finite at 1 of 2"):
        score_depth(np.array([[np.nan, 1.0]]), np.ones((1, 2)))


def test_truth_without_a_valid_pixel_is_refused():
    with pytest.raises(EvaluationError, match="no pixel"):
        score_depth(np.ones((2, 2)), np.zeros((2, 2)))


def test_arrays_that_hold_no_numbers_are_refused():
    with pytest.raises(EvaluationError, match="dtype"):
        score_depth(np.array([["a"]]), np.ones((1, 1)))
    for mask, message in ((np.array([[0.5]]), "just 0 and 1"), (np.array([["x"]]), "bool")):
        with pytest.raises(EvaluationError, match=message):
            score_depth(np.ones((1, 1)), np.ones((1, 1)), mask)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_a_mask_of_any_usual_type_means_the_same(dtype):
    mask = np.array([[1, 0, 1]]).astype(dtype)
    errors = score_depth(np.array([[1.0, 9.0, 2.0]]), np.array([[1.0, 1.0, 1.0]]), mask)
    assert (errors.absrel, errors.valid_pixels) == (0.5, 2)
