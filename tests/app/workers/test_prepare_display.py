from unittest.mock import patch

import numpy as np
import pytest

from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from moe3d_viewer.rendering.points.morton import block_order
from moe3d_viewer.rendering.points.point_vertex import other_support_code, support_code
from moe3d_viewer.workers.prepare_display import (
    build_cloud,
    depth_ranges,
    point_normals,
    prepare_display,
    prepare_remix,
)
from tests.scenes import FAR, NEAR, refined_prediction, step_prediction
from tests.supported_scenes import supported_prediction


def test_ranges_usage_and_clouds_of_a_step():
    display = prepare_display(step_prediction(), ["fused", "vggt"], Progress())
    assert display.ranges.scene == pytest.approx((NEAR, FAR))
    assert display.use.share() == pytest.approx((0.5, 0.5, 0, 0))
    assert set(display.clouds) == {"fused", "vggt"}
    assert display.clouds["fused"].levels.total == 2 * 28 * 42
    assert len(display.clouds["vggt"].buffer) == 2 * 28 * 42


def test_difference_and_entropy_stand_at_their_points():
    prediction = step_prediction()
    buffer = prepare_display(prediction, [], Progress()).clouds["fused"].buffer
    assert buffer.has_extras == {"gate_entropy", "difference", "flying", "edge_jump", "other"}
    difference = (prediction.depth - prediction.baseline.depth) / prediction.baseline.depth
    assert buffer.difference_range == pytest.approx(np.percentile(np.abs(difference), 98), rel=1e-5)


def test_without_a_baseline_there_is_one_cloud_and_one_range():
    prediction = step_prediction(with_baseline=False)
    assert set(prepare_display(prediction, [], Progress()).clouds) == {"fused"}
    ranges = depth_ranges(prediction)
    assert ranges.both == ranges.scene


def test_only_what_is_shown_first_is_built_the_first_layer_among_it():
    prediction = refined_prediction()
    for wanted, built in (
        ([], ["refined"]),
        (["refined"], ["refined"]),
        (["expert:2"], ["refined", "expert:2"]),
        (["fused", "vggt"], ["refined", "fused", "vggt"]),
    ):
        display = prepare_display(prediction, wanted, Progress())
        assert list(display.clouds) == built
        assert set(display.flying) == {"fused", "refined", "vggt", "vggt-refined"}


def test_flying_points_are_marked_and_counted_on_both_sides():
    display = prepare_display(step_prediction(), ["vggt"], Progress())
    assert display.flying["fused"].num_flying == 0
    assert display.flying["vggt"].num_flying == 2 * 28 * 5  # the five smeared columns
    for layer, cloud in display.clouds.items():
        buffer = cloud.buffer
        flying = len(buffer) - buffer.visible_count(-np.inf, hide_flying=True)
        assert flying == display.flying[layer].num_flying


def test_a_refined_result_begins_with_its_refined_clouds_and_compares_these():
    display = prepare_display(refined_prediction(), ["refined", "vggt-refined"], Progress())
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
    columns = buffer.places.sources() % 42  # every pixel is a point, row by row
    ours, other = columns * 4 // 42, (41 - columns) * 4 // 42
    if layer.startswith("vggt"):
        ours, other = other, ours
    np.testing.assert_array_equal(support_code(buffer.extras), ours + 1)
    np.testing.assert_array_equal(other_support_code(buffer.extras), other + 1)


def test_the_confirmed_share_of_every_layer_with_support_is_known():
    confirmed = prepare_display(supported_prediction(), [], Progress()).confirmed
    experts = {f"expert:{number}" for number in range(1, 5)}
    assert set(confirmed) == {"fused", "refined", "vggt", "vggt-refined"} | experts
    assert set(confirmed.values()) == {31 / 42}
    assert prepare_display(step_prediction(), [], Progress()).confirmed == {}


@pytest.mark.parametrize("layer", ["fused", "vggt"])
def test_normals_stand_at_their_points(layer):
    prediction = step_prediction()
    cloud = build_cloud(prediction, layer, Progress())
    packed = point_normals(prediction, layer, cloud.places, Progress())
    exported = point_cloud(prediction, layer, confidence_percentile=0.0, normals=True)
    by_pixel = dict(
        zip(
            zip(exported.view_index, exported.pixel_index, strict=True),
            exported.normals,
            strict=True,
        )
    )
    size = prediction.depth[0].size
    for source, point, normal in zip(
        cloud.places.sources(), cloud.buffer.vertices["position"], packed, strict=True
    ):
        pixel = divmod(int(source), size)
        np.testing.assert_allclose(normal[:3] / 127, by_pixel[pixel], atol=0.005)
        index = np.flatnonzero(
            (exported.view_index == pixel[0]) & (exported.pixel_index == pixel[1])
        )
        np.testing.assert_array_equal(point, exported.points[index[0]])


def test_the_places_of_points_stay_when_the_points_are_handed_on():
    cloud = build_cloud(step_prediction(), "fused", Progress())
    assert cloud.places.block_of.nbytes == 2 * 28 * 42  # a byte a pixel
    np.testing.assert_array_equal(np.sort(cloud.places.sources()), np.arange(2 * 28 * 42))


def test_the_order_is_found_once_for_a_cloud_its_normals_and_its_mixtures():
    prediction = step_prediction()
    name = "moe3d_viewer.rendering.points.point_order.block_order"
    with patch(name, wraps=block_order) as sorting:
        places = build_cloud(prediction, "fused", Progress()).places
        point_normals(prediction, "fused", places, Progress())
        prepare_remix(prediction, places, Progress()).points(prediction.depth)
    assert sorting.call_count == 1
