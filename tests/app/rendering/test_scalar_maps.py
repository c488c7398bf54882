"""Maps of an analytic step: values worked out by hand."""

import numpy as np
import pytest

from app.rendering.layer_keys import tile_keys
from app.rendering.scalar_maps import MapSource, map_ranges, map_values
from moe3d.scene.mixture import Remix
from tests.scenes import step_prediction


def values(key, **changed):
    prediction = step_prediction()
    return map_values(MapSource(prediction, 1, prediction.depth, **changed), key)


def test_layers_are_the_prediction_s_own():
    prediction = step_prediction()
    np.testing.assert_array_equal(values("fused"), prediction.depth[1])
    np.testing.assert_array_equal(values("expert:3"), prediction.expert_depths[1, 2])
    np.testing.assert_array_equal(values("vggt"), prediction.baseline.depth[1])
    np.testing.assert_array_equal(values("confidence"), prediction.confidence[1])


def test_a_decided_gate_has_no_entropy_and_a_full_margin():
    np.testing.assert_allclose(values("entropy"), 0, atol=1e-6)
    np.testing.assert_allclose(values("margin"), 1, atol=1e-6)
    warm = Remix(temperature=1e9)
    np.testing.assert_allclose(values("entropy", remix=warm), 1, atol=1e-5)
    np.testing.assert_allclose(values("margin", remix=warm), 0, atol=1e-5)


def test_the_spread_is_that_of_four_planes():
    planes = np.array([1, 2, 4 / 3, 5 / 3])
    np.testing.assert_allclose(values("spread")[:, 0], planes.std() / 1, rtol=1e-5)
    np.testing.assert_allclose(values("spread")[:, -1], planes.std() / 2, rtol=1e-5)


def test_the_difference_is_in_shares_of_vggt_and_signed():
    difference = values("difference")
    assert (difference[:, 0] == 0).all()
    assert difference.min() == pytest.approx(1 / 1.3 - 1)
    assert difference.max() == pytest.approx(2 / 1.5 - 1)


def test_every_map_without_depth_has_a_range_that_holds_its_values():
    prediction = step_prediction()
    ranges = map_ranges(prediction)
    assert ranges["entropy"] == ranges["margin"] == (0, 1)
    assert ranges["difference"][0] == -ranges["difference"][1] < 0
    assert ranges["confidence"] == pytest.approx((1, 2), abs=0.05)
    alone = step_prediction(num_experts=1, with_baseline=False)
    assert set(map_ranges(alone)) == {"entropy", "margin", "confidence"}
    assert tile_keys(alone) == ("photo", "fused", "flying:fused", "confidence")
