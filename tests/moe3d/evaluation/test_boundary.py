"""Boundary scores against slow references, by hand, and against scikit-image."""

import itertools

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from skimage.feature import canny

from moe3d.errors import ShapeError, UsageError
from moe3d.evaluation.boundary import (
    count_matte_edges,
    count_occlusions,
    count_pooled,
    measure_band_distances,
    measure_edge_distances,
)
from tests.depth_maps import blurred, box_scene, shifted, with_holes


def slow_occlusion_f1(p, g, v, threshold):
    precisions, recalls = [], []
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        both = in_p = in_g = 0
        for y, x in np.ndindex(p.shape):
            there = (y + dy, x + dx)
            if not (0 <= there[0] < p.shape[0] and 0 <= there[1] < p.shape[1]):
                continue
            if not (v[y, x] and v[there]):
                continue
            edge_p, edge_g = p[there] / p[y, x] > threshold, g[there] / g[y, x] > threshold
            both, in_p, in_g = both + (edge_p and edge_g), in_p + edge_p, in_g + edge_g
        precisions.append(both / max(in_p, 1))
        recalls.append(both / max(in_g, 1))
    precision, recall = np.mean(precisions), np.mean(recalls)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def slow_pooled_f1(p, g, v, radius):
    total, weights = 0.0, 0.0
    for t in np.linspace(0.05, 0.25, 10):
        both = in_p = in_g = 0
        inner = itertools.product(*(range(radius, size - radius) for size in p.shape))
        for y, x in inner:
            for dy in range(-radius, radius + 1):
                for dx in range(-radius, radius + 1):
                    there = (y + dy, x + dx)
                    if not 0 < dy * dy + dx * dx <= radius * radius:
                        continue
                    if v[y, x] and v[there]:
                        edge_p, edge_g = p[there] / p[y, x] > 1 + t, g[there] / g[y, x] > 1 + t
                        both += edge_p and edge_g
                        in_p += edge_p
                        in_g += edge_g
        precision, recall = both / max(in_p, 1), both / max(in_g, 1)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        total, weights = total + t * f1, weights + t
    return total / weights


def test_the_masked_f1_is_that_of_a_slow_reference_at_every_threshold():
    truth = with_holes(box_scene(4, 30, 34))
    prediction = blurred(box_scene(4, 30, 34), 0.7)
    counts = count_occlusions(prediction, truth)
    slow = [slow_occlusion_f1(prediction, truth, truth > 0, t) for t in np.linspace(1.05, 1.25, 10)]
    np.testing.assert_allclose(counts.f1s, slow, rtol=1e-14)
    weights = np.linspace(1.05, 1.25, 10)
    assert counts.f1 == pytest.approx(np.sum(slow * weights) / weights.sum(), rel=1e-14)


def test_the_public_form_counts_holes_in_truth_as_edges():
    truth = box_scene(4)
    holes = with_holes(truth)
    assert count_occlusions(truth, truth, masked=False).f1 == 1
    assert count_occlusions(truth, holes, masked=False).f1 < 0.5
    assert count_occlusions(truth, holes).f1 == 1


def test_one_step_by_hand():
    # left of the step occludes right: 1 of the 4 directions has edges; P = R = 1/4
    truth = np.array([[1.0, 1.2], [1.0, 1.2]])
    counts = count_occlusions(truth, truth)
    below = counts.f1s[counts.thresholds < 1.2]
    np.testing.assert_allclose(below, 0.25)
    np.testing.assert_array_equal(counts.f1s[counts.thresholds > 1.2], 0)
    np.testing.assert_array_equal(counts.in_truth[0], [2, 0, 0, 0])


def test_the_score_does_not_feel_scale():
    truth = box_scene(1)
    prediction = blurred(truth, 0.6)
    assert count_occlusions(prediction, truth).f1 == count_occlusions(4 * prediction, truth).f1


def test_counts_of_images_pool():
    first, second = box_scene(0), box_scene(1)
    pooled = count_occlusions(shifted(first), first) + count_occlusions(second, second)
    stacked_truth = np.concatenate([first, second], axis=0)
    seam = np.ones(stacked_truth.shape, bool)
    together = count_occlusions(
        np.concatenate([shifted(first), second], axis=0), stacked_truth, seam
    )
    np.testing.assert_array_equal(pooled.in_truth[:, :2], together.in_truth[:, :2])
    assert 0 < pooled.f1 < 1


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_the_pooled_f1_is_that_of_a_slow_reference(radius):
    truth = with_holes(box_scene(5, 20, 22))
    prediction = blurred(box_scene(5, 20, 22), 0.6)
    slow = slow_pooled_f1(prediction, truth, truth > 0, radius)
    assert count_pooled(prediction, truth, radius=radius).f1 == pytest.approx(slow, rel=1e-13)


def test_only_pixels_a_radius_away_from_the_border_are_centres_of_pooled_pairs():
    # 3 x 3 with a step after the first column: of the one centre's four pairs one is an edge
    truth = np.array([[1.0, 2.0, 2.0]] * 3)
    assert count_pooled(2.0 / truth, truth).in_truth[0] == 0
    assert count_pooled(truth, 2.0 / truth).in_truth[0] == 1
    assert count_pooled(truth, truth, radius=2).f1 == 0


def test_a_wider_disc_forgives_an_edge_that_is_one_pixel_off():
    truth = box_scene(2)
    scores = [count_pooled(shifted(truth), truth, radius=radius).f1 for radius in (1, 2, 3)]
    assert scores[0] < scores[1] < scores[2]


def test_a_radius_of_zero_is_refused():
    with pytest.raises(UsageError, match="radius"):
        count_pooled(np.ones((3, 3)), np.ones((3, 3)), radius=0)


def test_edge_distances_are_those_of_scikit_image_and_scipy():
    truth, prediction = box_scene(6), blurred(shifted(box_scene(6)), 0.8)
    found = measure_edge_distances(prediction, truth)

    def edges(depth):
        scaled = (depth - depth.min()) / (depth - depth.min()).max()
        return canny(scaled, sigma=np.sqrt(2), low_threshold=0.1, high_threshold=0.2)

    predicted, true = edges(prediction), edges(truth)
    from_truth = distance_transform_edt(~true)[predicted]
    assert found.accuracy == pytest.approx(from_truth[from_truth < 10].mean(), rel=1e-14)
    assert found.completeness == pytest.approx(
        distance_transform_edt(~predicted)[true].mean(), rel=1e-14
    )


def test_a_perfect_prediction_is_at_no_distance_from_its_edges():
    truth = with_holes(box_scene(6), share=0.02)
    found = measure_edge_distances(truth * 3, truth)
    assert (found.accuracy, found.completeness) == (0, 0)


def test_what_is_predicted_where_truth_is_unknown_is_no_edge_unless_edges_are_annotated():
    truth = step_map()
    truth[:10] = np.nan
    prediction = step_map()
    prediction[:10] = 2.0
    found = measure_edge_distances(prediction, truth)
    assert (found.accuracy, found.completeness) == (0, 0)
    annotated = np.zeros((40, 40), bool)
    annotated[12:, 19] = True
    assert measure_edge_distances(prediction, truth, true_edges=annotated).accuracy > 0.5


def test_a_flat_prediction_gets_the_worst_distances():
    found = measure_edge_distances(np.ones((40, 40)), step_map())
    assert (found.accuracy, found.completeness) == (10, 10)


def test_annotated_edges_are_used_and_none_give_nan():
    annotated = np.zeros((40, 40), bool)
    assert np.isnan(measure_edge_distances(step_map(), step_map(), true_edges=annotated).accuracy)
    annotated[:, 24] = True
    found = measure_edge_distances(step_map(), step_map(), true_edges=annotated)
    assert 3 <= found.accuracy <= 5
    with pytest.raises(ShapeError, match="edges"):
        measure_edge_distances(step_map(), step_map(), true_edges=annotated[:3])


def step_map():
    depth = np.ones((40, 40))
    depth[:, 20:] = 3.0
    return depth


def test_band_distances_of_a_raised_step_by_hand():
    # every band pixel 0.05 too far along its ray; with a long focal length rays are parallel
    intrinsics = np.array([[1e7, 0, 19.5], [0, 1e7, 19.5], [0, 0, 1]])
    found = measure_band_distances(step_map() + 0.05, step_map(), intrinsics)
    assert found.accuracy == pytest.approx(0.05, rel=1e-4)
    assert found.completeness == pytest.approx(0.05, rel=1e-4)
    assert found.num_points == 8 * 40


def test_band_distances_without_an_edge_are_nan():
    found = measure_band_distances(np.ones((9, 9)), np.ones((9, 9)), np.eye(3))
    assert np.isnan(found.accuracy)
    assert found.num_points == 0


def test_the_outline_of_a_matte_is_recalled_where_the_largest_jump_lies_on_it():
    # foreground: columns 0 to 2. The prediction climbs in two steps, the larger one the second
    alpha = np.array([[1, 1, 0.11, 0.1, 0, 0]] * 2)
    hit = np.array([[1, 1, 1.1, 2, 2, 2.0]] * 2)
    counts = count_matte_edges(hit, alpha)
    np.testing.assert_array_equal(counts.in_truth[0], [2, 0, 0, 0])
    np.testing.assert_array_equal(counts.in_prediction[0], [2, 0, 0, 0])  # one a row, not two
    assert counts.recall == pytest.approx(1 / 4)
    late = np.array([[1, 1, 1, 1.1, 2, 2.0]] * 2)
    assert count_matte_edges(late, alpha).recall == 0
    with pytest.raises(ShapeError, match="alpha"):
        count_matte_edges(hit, alpha[:1])


def test_of_two_equal_jumps_in_a_column_the_upper_is_kept():
    depth = np.array([[1.0], [1.5], [2.25]])
    upper, lower = np.array([[1], [0], [0]]), np.array([[1], [1], [0]])
    assert count_matte_edges(depth, upper).recall == pytest.approx(1 / 4)
    assert count_matte_edges(depth, lower).recall == 0
