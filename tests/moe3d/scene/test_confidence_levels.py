"""Confidence levels hide exactly the points that an export would leave out."""

import math

import numpy as np
import pytest

from moe3d.scene.cloud import point_cloud
from moe3d.scene.confidence_levels import MAX_LEVELS, ConfidenceLevels
from tests.scenes import step_prediction


@pytest.mark.parametrize("percentile", [0.1, 7, 20, 33.3, 50, 99.9])
def test_the_slider_and_the_buffer_keep_the_same_points(percentile: float):
    confidence = np.random.default_rng(0).lognormal(1, 1, 75_264).astype(np.float32)
    levels = ConfidenceLevels.of(confidence)
    threshold = levels.threshold(percentile)
    visible = levels.encode(confidence) >= levels.threshold_level(threshold)
    np.testing.assert_array_equal(visible, confidence >= np.float32(threshold))


def test_levels_fit_sixteen_bits_and_a_table():
    confidence = np.random.default_rng(1).uniform(1, 9, 200_000).astype(np.float32)
    assert len(ConfidenceLevels.of(confidence).values) <= MAX_LEVELS


def test_unknown_confidence_is_the_lowest():
    confidence = np.array([3.0, np.nan, 1.0], np.float32)
    levels = ConfidenceLevels.of(confidence)
    np.testing.assert_array_equal(levels.encode(confidence), [1, 0, 0])


def levels_of(values):
    return ConfidenceLevels.of(np.asarray(values, np.float32))


def test_zero_keeps_everything_whatever_its_confidence():
    levels = levels_of([5, 1, 3, np.nan])
    assert levels.threshold(0) == -math.inf
    assert levels.kept(0) == levels.total == 4


def test_a_quarter_of_four_drops_the_lowest():
    levels = levels_of([4, 1, 3, 2])
    assert levels.threshold(25) == 2
    assert levels.kept(25) == 3


def test_equal_confidences_stay_together():
    levels = levels_of([1, 1, 1, 1])
    assert levels.kept(99) == 4


def test_no_valid_pixel_keeps_none():
    levels = levels_of([])
    assert levels.kept(20) == 0
    assert levels.threshold(20) == -math.inf


def test_the_count_on_the_screen_is_the_count_of_an_export():
    prediction = step_prediction()
    levels = ConfidenceLevels.of(prediction.confidence[prediction.valid_mask])
    for percentile in (0, 0.1, 1, 20, 33.3, 50, 77.5, 99, 99.9, 100):
        cloud = point_cloud(prediction, confidence_percentile=percentile)
        assert levels.kept(percentile) == len(cloud)


@pytest.mark.parametrize("percentile", [0.1, 20, 33.3, 50])
def test_unknown_confidences_leave_the_slider_and_the_buffer_at_one(percentile):
    confidence = np.random.default_rng(2).lognormal(1, 1, 30_000).astype(np.float32)
    confidence[::7] = np.nan
    levels = ConfidenceLevels.of(confidence)
    visible = levels.encode(confidence) >= levels.threshold_level(levels.threshold(percentile))
    kept = np.nan_to_num(confidence, nan=-np.inf) >= np.float32(levels.threshold(percentile))
    assert np.count_nonzero(kept) == levels.kept(percentile)
    if percentile > 100 / 7:  # below, the threshold is that of the unknown, which all pass
        np.testing.assert_array_equal(visible, kept)
    else:
        assert visible.all()
