"""Confidence levels hide exactly the points that an export would leave out."""

import numpy as np
import pytest

from app.rendering.confidence_levels import MAX_LEVELS, confidence_levels
from app.state.confidence import ConfidenceLevels as SliderLevels


@pytest.mark.parametrize("percentile", [0.1, 7, 20, 33.3, 50, 99.9])
def test_the_slider_and_the_buffer_keep_the_same_points(percentile: float):
    confidence = np.random.default_rng(0).lognormal(1, 1, 75_264).astype(np.float32)
    shaped = confidence.reshape(1, 1, -1)
    threshold = SliderLevels.of(shaped, np.ones(shaped.shape, bool)).threshold(percentile)
    levels = confidence_levels(confidence)
    visible = levels.encode(confidence) >= levels.threshold_level(threshold)
    np.testing.assert_array_equal(visible, confidence >= np.float32(threshold))


def test_levels_fit_sixteen_bits_and_a_table():
    confidence = np.random.default_rng(1).uniform(1, 9, 200_000).astype(np.float32)
    assert len(confidence_levels(confidence).values) <= MAX_LEVELS


def test_unknown_confidence_is_the_lowest():
    confidence = np.array([3.0, np.nan, 1.0], np.float32)
    levels = confidence_levels(confidence)
    np.testing.assert_array_equal(levels.encode(confidence), [1, 0, 0])
