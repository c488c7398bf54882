"""Pixels that both networks keep, and until when a pixel is kept."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.scene.filters.kinds.confidence import confidence_threshold
from moe3d.scene.filters.kinds.other_side import OTHER_SIDE, kept_until, level_at, other_side
from moe3d.scene.filters.selection import filtered_layer
from moe3d.scene.filters.settings import PointFilters
from moe3d.scene.layers import default_layer
from tests.scenes import refined_prediction, step_prediction
from tests.supported_scenes import supported_prediction


def kept_on_other_side(prediction, layer, percentile, min_support=0):
    settings = PointFilters(
        same_pixels=True, confidence_percentile=percentile, min_support=min_support
    )
    scene = filtered_layer(prediction, layer)
    takes = OTHER_SIDE.options[0].mask(scene, settings)
    return ~np.stack([takes(scene.photo(view)) for view in range(prediction.num_views)])


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


def test_raw_layers_are_compared_with_raw_and_refined_with_refined():
    prediction = refined_prediction()
    expected = {
        "fused": "vggt",
        "expert:2": "vggt",
        "vggt": "fused",
        "refined": "vggt-refined",
        "vggt-refined": "refined",
    }
    assert {layer: other_side(prediction, layer) for layer in expected} == expected


def test_a_side_that_was_not_refined_gives_what_it_has():
    prediction = refined_prediction()
    only_vggt = replace(prediction, refined_depth=None)
    raw = replace(prediction.baseline, refined_depth=None)
    assert other_side(only_vggt, "vggt-refined") == "fused"
    assert other_side(replace(prediction, baseline=raw), "refined") == "vggt"


def test_the_refined_layer_is_shown_first_where_there_is_one():
    assert default_layer(refined_prediction()) == "refined"
    assert default_layer(step_prediction()) == "fused"


def test_the_other_side_drops_what_too_few_photos_confirm():
    scene = supported_prediction()  # the outer quarter that no photo confirms: VGGT's right, 11
    kept = kept_on_other_side(scene, "fused", 0, min_support=1)
    assert kept[..., :31].all()
    assert not kept[..., 31:].any()
    assert kept_on_other_side(scene, "fused", 0).all()
    assert kept_on_other_side(step_prediction(), "fused", 0, min_support=1).all()
