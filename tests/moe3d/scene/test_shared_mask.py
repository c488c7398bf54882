"""Pixels that both networks keep, and until when a pixel is kept."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.scene.filters import confidence_threshold
from moe3d.scene.kept_levels import kept_until, level_at
from moe3d.scene.shared_mask import kept_on_other_side, other_side, without_pixels
from tests.scenes import step_prediction


@pytest.mark.parametrize("distinct", [3, 40, 5000])
@pytest.mark.parametrize("percentile", [0, 0.1, 7.3, 20, 50, 99.9, 100])
def test_levels_drop_the_pixels_that_the_filter_drops(distinct, percentile):
    generator = np.random.default_rng(distinct)
    confidence = generator.integers(0, distinct, (2, 30, 40)).astype(np.float32)
    confidence[0, :2] = np.nan
    valid = generator.random(confidence.shape) > 0.1
    kept = valid.copy()
    if percentile > 0:
        limit = confidence_threshold(confidence, valid, percentile)
        kept &= (confidence >= limit) | (limit == -np.inf)
    np.testing.assert_array_equal(kept_until(confidence, valid) >= level_at(percentile), kept)


def test_nothing_valid_has_no_level():
    nothing = np.zeros((1, 2, 2), bool)
    assert not kept_until(np.ones((1, 2, 2), np.float32), nothing).any()


def test_the_other_side_drops_its_own_lowest_confidences():
    prediction = step_prediction()
    turned = replace(prediction.baseline, confidence=prediction.confidence[..., ::-1].copy())
    prediction = replace(prediction, baseline=turned)
    kept = kept_on_other_side(prediction, "fused", 25)
    cut = int(0.25 * 42)
    assert kept[..., : 42 - cut].all()
    assert not kept[..., 42 - cut :].any()
    assert kept_on_other_side(prediction, "vggt", 25)[..., cut:].all()
    assert not kept_on_other_side(prediction, "vggt", 25)[..., :cut].any()
    assert kept_on_other_side(prediction, "fused", 0).all()
    assert (other_side("fused"), other_side("expert:2"), other_side("vggt")) == (
        "vggt",
        "vggt",
        "fused",
    )


def test_pixels_taken_away_are_noted_and_the_prediction_stays():
    prediction = step_prediction()
    fewer = without_pixels(prediction, prediction.depth > 1.5, "far ones are gone")
    assert fewer.valid_mask.sum() == prediction.valid_mask.sum() / 2
    assert fewer.metadata.notes[-1] == "far ones are gone"
    assert prediction.valid_mask.all()
