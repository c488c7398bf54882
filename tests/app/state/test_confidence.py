import math

import numpy as np

from app.state.confidence import ConfidenceLevels
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction


def levels_of(values):
    confidence = np.asarray(values, np.float32)[None, None]
    return ConfidenceLevels.of(confidence, np.ones_like(confidence, bool))


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
    levels = ConfidenceLevels.of(np.ones((1, 2, 2), np.float32), np.zeros((1, 2, 2), bool))
    assert levels.kept(20) == 0
    assert levels.threshold(20) == -math.inf


def test_the_count_on_the_screen_is_the_count_of_an_export():
    prediction = step_prediction()
    levels = ConfidenceLevels.of(prediction.confidence, prediction.valid_mask)
    for percentile in (0, 0.1, 1, 20, 33.3, 50, 77.5, 99, 99.9, 100):
        cloud = point_cloud(prediction, confidence_percentile=percentile)
        assert levels.kept(percentile) == len(cloud)
