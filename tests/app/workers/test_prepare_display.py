import numpy as np
import pytest

from app.rendering.point_vertex import other_support_code, support_code
from app.workers.prepare_display import build_cloud, depth_ranges, prepare_display
from moe3d.progress import Progress
from tests.scenes import FAR, NEAR, refined_prediction, step_prediction
from tests.supported_scenes import supported_prediction


def test_ranges_usage_and_clouds_of_a_step():
    display = prepare_display(step_prediction(), Progress())
    assert display.ranges.scene == pytest.approx((NEAR, FAR))
    assert display.use.share() == pytest.approx((0.5, 0.5, 0, 0))
    assert set(display.clouds) == {"fused", "vggt"}
    assert display.clouds["fused"].levels.total == 2 * 28 * 42
    assert len(display.clouds["vggt"].buffer) == 2 * 28 * 42


def test_difference_and_entropy_stand_at_their_points():
    prediction = step_prediction()
    buffer = prepare_display(prediction, Progress()).clouds["fused"].buffer
    assert buffer.has_extras == {"gate_entropy", "difference", "flying", "edge_jump", "other"}
    difference = (prediction.depth - prediction.baseline.depth) / prediction.baseline.depth
    assert buffer.difference_range == pytest.approx(np.percentile(np.abs(difference), 98), rel=1e-5)


def test_without_a_baseline_there_is_one_cloud_and_one_range():
    prediction = step_prediction(with_baseline=False)
    assert set(prepare_display(prediction, Progress()).clouds) == {"fused"}
    ranges = depth_ranges(prediction)
    assert ranges.both == ranges.scene


def test_flying_points_are_marked_and_counted_on_both_sides():
    display = prepare_display(step_prediction(), Progress())
    assert display.flying["fused"].num_flying == 0
    assert display.flying["vggt"].num_flying == 2 * 28 * 5  # the five smeared columns
    for layer, cloud in display.clouds.items():
        buffer = cloud.buffer
        flying = len(buffer) - buffer.visible_count(-np.inf, hide_flying=True)
        assert flying == display.flying[layer].num_flying


def test_a_refined_result_begins_with_its_refined_clouds_and_compares_these():
    display = prepare_display(refined_prediction(), Progress())
    assert set(display.clouds) == {"refined", "vggt-refined"}
    buffer = display.clouds["refined"].buffer
    # half of the points lie at 2.1 against 2, the others agree
    assert buffer.difference_range == pytest.approx(0.05, rel=1e-5)
    raw = build_cloud(refined_prediction(), "fused", Progress()).buffer
    assert raw.difference_range == pytest.approx(1 / 3, abs=0.1)  # VGGT's blurred step


@pytest.mark.parametrize("layer", ["fused", "refined", "vggt", "vggt-refined"])
def test_support_of_both_sides_stands_at_its_points(layer):
    prediction = supported_prediction()
    buffer = build_cloud(prediction, layer, Progress()).buffer
    assert {"support", "other_support"} <= buffer.has_extras
    columns = buffer.order % 42  # every pixel is a point, row by row
    ours, other = columns * 4 // 42, (41 - columns) * 4 // 42
    if layer.startswith("vggt"):
        ours, other = other, ours
    np.testing.assert_array_equal(support_code(buffer.extras), ours + 1)
    np.testing.assert_array_equal(other_support_code(buffer.extras), other + 1)


def test_the_confirmed_share_of_every_layer_with_support_is_known():
    confirmed = prepare_display(supported_prediction(), Progress()).confirmed
    experts = {f"expert:{number}" for number in range(1, 5)}
    assert set(confirmed) == {"fused", "refined", "vggt", "vggt-refined"} | experts
    assert set(confirmed.values()) == {31 / 42}
    assert prepare_display(step_prediction(), Progress()).confirmed == {}
