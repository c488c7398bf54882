"""Maps of an analytic step: values worked out by hand."""

import numpy as np
import pytest

from moe3d.scene.maps.color_tables import SUPPORT_RGB
from moe3d.scene.maps.keys import map_keys
from moe3d.scene.maps.pictures import MapStyle, map_picture
from moe3d.scene.maps.values import MapSource, map_ranges, map_values
from moe3d.scene.mixture import Remix
from tests.scenes import REFINED_FAR, refined_prediction, step_prediction


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
    assert map_keys(alone) == ("photo", "fused", "flying:fused", "confidence")


def test_refined_layers_and_support_have_maps():
    prediction = refined_prediction()
    keys = map_keys(prediction)
    assert keys[:5] == ("photo", "fused", "refined", "support", "expert:1")
    assert keys[keys.index("vggt") + 1] == "vggt-refined"
    source = MapSource(prediction, 3, prediction.depth)
    np.testing.assert_array_equal(map_values(source, "refined"), prediction.refined_depth[3])
    np.testing.assert_array_equal(map_values(source, "vggt-refined"), prediction.depth[3])
    assert np.unique(map_values(source, "support")).tolist() == [0, 1, 2, 3]


def test_support_has_a_colour_for_none_one_two_and_more_photos():
    prediction = refined_prediction()
    source = MapSource(prediction, 0, prediction.depth)
    style = MapStyle((1.0, 2.0), other_ranges=map_ranges(prediction))
    picture = map_picture(source, "support", style)
    columns = [0, 10, 20, 30, 41]  # 42 columns in five steps of support, 0 to 4
    expected = [*SUPPORT_RGB, SUPPORT_RGB[-1]]
    assert [tuple(picture[5, column]) for column in columns] == expected


def test_refined_is_compared_with_refined_and_raw_with_raw():
    prediction = refined_prediction()
    refined = MapSource(prediction, 0, prediction.depth, compared=("refined", "vggt-refined"))
    difference = map_values(refined, "difference")
    np.testing.assert_allclose(difference[:, 0], 0)
    np.testing.assert_allclose(difference[:, -1], REFINED_FAR / 2 - 1, rtol=1e-6)
    raw = map_values(MapSource(prediction, 0, prediction.depth), "difference")
    np.testing.assert_array_equal(raw, values("difference"))
    keys = map_keys(prediction, has_truth=True, compared=("refined", "vggt-refined"))
    assert [key for key in keys if key.startswith(("flying", "error"))] == [
        "flying:refined",
        "flying:vggt-refined",
        "error:refined",
        "error:vggt-refined",
    ]
