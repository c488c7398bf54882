"""Alignments against other libraries and values found by hand."""

import numpy as np
import pytest
from evo.core.geometry import umeyama_alignment
from scipy.spatial.transform import Rotation
from skimage.transform import SimilarityTransform

from moe3d.errors import EvaluationError, ShapeError, UsageError
from moe3d.geometry.alignment import (
    alignment_method,
    fit_depth_alignment,
    fit_median_similarity,
    fit_similarity,
    lower_median,
    rotation_angles_deg,
)


def point_pair(count=40, noise=0.02):
    generator = np.random.default_rng(count)
    source = generator.standard_normal((count, 3))
    rotation = Rotation.random(random_state=3).as_matrix()
    target = 1.7 * source @ rotation.T + [1, -2, 3]
    return source, target + noise * generator.standard_normal((count, 3))


def test_the_similarity_is_that_of_evo_and_of_scikit_image():
    source, target = point_pair()
    found = fit_similarity(source, target)
    rotation, translation, scale = umeyama_alignment(source.T, target.T, with_scale=True)
    np.testing.assert_allclose(found.rotation, rotation, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.translation, translation, rtol=1e-12)
    assert found.scale == pytest.approx(scale, rel=1e-12)
    other = SimilarityTransform.from_estimate(source, target)
    np.testing.assert_allclose(found.apply(source), other(source), rtol=1e-9)


def test_a_mirrored_cloud_gets_a_rotation_not_a_mirror():
    source, _ = point_pair()
    found = fit_similarity(source, source * [1, 1, -1])
    assert np.linalg.det(found.rotation) == pytest.approx(1)
    rotation, _, scale = umeyama_alignment(source.T, (source * [1, 1, -1]).T, with_scale=True)
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-12)
    assert found.scale == pytest.approx(scale, rel=1e-12)


def test_points_on_a_line_have_no_similarity():
    line = np.arange(12.0)[:, None] * [[1.0, 2.0, 3.0]]
    with pytest.raises(EvaluationError, match="not on one line"):
        fit_similarity(line, line)


def test_two_points_have_no_similarity():
    with pytest.raises(EvaluationError, match="three points"):
        fit_similarity(np.eye(3)[:2], np.eye(3)[:2])


def test_points_of_another_count_are_refused():
    with pytest.raises(ShapeError, match="paired"):
        fit_similarity(np.zeros((4, 3)), np.zeros((5, 3)))


def test_the_median_similarity_of_a_hand_made_cloud():
    # z medians: source 2, target 12; spreads about the medians: 1 and 3
    source = np.array([[0, 0, 2], [1, 0, 2], [-1, 0, 2], [0, 1, 2], [0, -1, 2.0]])
    target = source * [3, 3, 0] + [0, 0, 12]
    found = fit_median_similarity(source, target)
    assert found.scale == 3
    np.testing.assert_allclose(found.apply(source), target)
    np.testing.assert_array_equal(found.rotation, np.eye(3))


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


def test_rotation_angles_are_accurate_at_both_ends():
    for angle in (0.0, 1e-9, 1e-3, 1.0, np.pi - 1e-6, np.pi):
        rotation = Rotation.from_rotvec([0, angle, 0]).as_matrix()
        assert rotation_angles_deg(rotation) == pytest.approx(
            np.degrees(angle), rel=1e-9, abs=1e-12
        )
