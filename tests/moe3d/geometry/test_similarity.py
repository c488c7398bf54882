"""Similarities of points against evo, scikit-image and values found by hand."""

import numpy as np
import pytest
from evo.core.geometry import umeyama_alignment
from scipy.spatial.transform import Rotation
from skimage.transform import SimilarityTransform

from moe3d.errors import EvaluationError, ShapeError
from moe3d.geometry.similarity import (
    fit_median_similarity,
    fit_similarity,
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


def test_rotation_angles_are_accurate_at_both_ends():
    for angle in (0.0, 1e-9, 1e-3, 1.0, np.pi - 1e-6, np.pi):
        rotation = Rotation.from_rotvec([0, angle, 0]).as_matrix()
        assert rotation_angles_deg(rotation) == pytest.approx(
            np.degrees(angle), rel=1e-9, abs=1e-12
        )
