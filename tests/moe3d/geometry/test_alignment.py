"""Alignments of depth maps against other libraries and values found by hand."""

import numpy as np
import pytest

from moe3d.errors import EvaluationError, UsageError
from moe3d.geometry.alignment import (
    alignment_method,
    fit_depth_alignment,
    lower_median,
)


def test_the_lower_of_two_middle_values_is_the_median():
    assert lower_median(np.array([4.0, 1.0, 3.0, 2.0])) == 2.0
    assert lower_median(np.array([5.0, 1.0, 3.0])) == 3.0


TRUTH = np.array([1.0, 2.0, 4.0, 8.0])


def test_the_median_alignment_is_a_ratio_of_lower_medians():
    found = fit_depth_alignment(TRUTH[::-1] / 2 + [0, 0, 0, 0.1], TRUTH, "median")
    assert (found.scale, found.shift) == (2.0 / 1.0, 0.0)


def test_least_squares_agree_with_numpy():
    generator = np.random.default_rng(0)
    truth = generator.uniform(1, 5, 300)
    prediction = truth * 0.2 + 0.3 + 0.1 * generator.standard_normal(300)
    found = fit_depth_alignment(prediction, truth, "affine-l2")
    np.testing.assert_allclose(
        [found.scale, found.shift], np.polyfit(prediction, truth, 1), rtol=1e-10
    )


def test_the_disparity_alignment_undoes_an_affine_change_of_disparity():
    prediction = 1 / (0.5 / TRUTH + 0.1)
    found = fit_depth_alignment(prediction, TRUTH, "disparity-affine")
    np.testing.assert_allclose(found.apply(prediction), TRUTH, rtol=1e-12)


def test_aligned_disparity_is_clamped_at_the_largest_true_depth():
    found = fit_depth_alignment(TRUTH, TRUTH, "disparity-affine")
    np.testing.assert_allclose(found.apply(np.array([4.0, 80.0, 1e9])), [4.0, 8.0, 8.0])


@pytest.mark.parametrize("method", ["affine-l1", "affine-l2", "affine-relative-l1"])
def test_affine_alignments_undo_scale_and_shift(method):
    found = fit_depth_alignment((TRUTH - 0.25) / 3, TRUTH, method)
    np.testing.assert_allclose([found.scale, found.shift], [3, 0.25], rtol=1e-9)


@pytest.mark.parametrize("method", ["affine-l1", "affine-l2", "disparity-affine"])
def test_a_constant_prediction_has_no_affine_alignment(method):
    with pytest.raises(EvaluationError, match="constant"):
        fit_depth_alignment(np.full(4, 2.0), TRUTH, method)


def test_a_prediction_below_zero_has_no_median_scale():
    with pytest.raises(EvaluationError, match="above 0"):
        fit_depth_alignment(-TRUTH, TRUTH, "median")


def test_relative_deviations_follow_the_near_pixels():
    # one far pixel wants ratio 1 (weight 4, relative 1), three near ones 2 (weight 0.5 each)
    prediction, truth = np.array([4.0, 0.5, 0.5, 0.5]), np.array([4.0, 1.0, 1.0, 1.0])
    assert fit_depth_alignment(prediction, truth, "scale-l1").scale == 1.0
    assert fit_depth_alignment(prediction, truth, "scale-relative-l1").scale == 2.0


def test_names_of_alignments_forgive_case_and_underscores():
    assert alignment_method("Affine_L1") == "affine-l1"
    with pytest.raises(UsageError, match="disparity-affine"):
        alignment_method("magic")
