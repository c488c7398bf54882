from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest

from moe3d.scene.confidence_levels import MAX_LEVELS, ConfidenceLevels
from moe3d_viewer.rendering.points.morton import block_order, morton_codes
from moe3d_viewer.rendering.points.point_buffer import VERTEX_DTYPE, PointExtras, build_point_buffer
from moe3d_viewer.rendering.points.point_order import BLOCK_SIZE
from tests.app.clouds import cloud_of


def random_cloud(count=150_000, seed=0):
    generator = np.random.default_rng(seed)
    return cloud_of(
        generator.normal(size=(count, 3)),
        generator.integers(0, 256, (count, 3)),
        generator.gamma(2, 2, count) + 1,
        generator.integers(0, 5, count),
        generator.integers(0, 4, count),
    )


def test_a_point_takes_twenty_bytes():
    assert VERTEX_DTYPE.itemsize == 20


def test_every_point_is_there_once_and_leads_back_to_the_cloud():
    cloud = random_cloud()
    buffer = build_point_buffer(cloud)
    np.testing.assert_array_equal(np.sort(buffer.places.sources()), np.arange(len(cloud)))
    vertices, sources = buffer.vertices, buffer.places.sources()
    np.testing.assert_array_equal(vertices["position"], cloud.points[sources])
    np.testing.assert_array_equal(vertices["color"], cloud.colors[sources])
    np.testing.assert_array_equal(vertices["photo"], cloud.view_index[sources])
    np.testing.assert_array_equal(vertices["expert"], cloud.expert_index[sources])


def test_the_same_cloud_gives_the_same_buffer():
    first, second = (build_point_buffer(random_cloud(5000)).places.sources() for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_blocks_are_of_equal_size_and_their_boxes_hold_their_points():
    buffer = build_point_buffer(random_cloud())
    sizes = np.diff(buffer.block_starts)
    assert sizes.max() <= BLOCK_SIZE
    assert np.ptp(sizes) <= 1
    for block, (start, stop) in enumerate(pairwise(buffer.block_starts)):
        positions = buffer.vertices["position"][start:stop]
        np.testing.assert_array_equal(buffer.block_lower[block], positions.min(0))
        np.testing.assert_array_equal(buffer.block_upper[block], positions.max(0))


def test_blocks_are_compact():
    points = np.random.default_rng(0).uniform(size=(64_000, 3)).astype(np.float32)
    codes = morton_codes(points, np.zeros(3), np.ones(3))
    blocks = block_order(codes, 1000, np.random.default_rng(1))
    volumes = [
        np.prod(np.ptp(points[blocks.order[start:stop]], axis=0))
        for start, stop in pairwise(blocks.starts)
    ]
    assert np.mean(volumes) < 4 / 64


def test_a_prefix_of_a_block_is_a_uniform_sample():
    buffer = build_point_buffer(random_cloud(60_000))
    positions = buffer.vertices["position"]
    np.testing.assert_allclose(positions[:6000].mean(0), positions.mean(0), atol=0.06)
    np.testing.assert_allclose(positions[:6000].std(0), positions.std(0), atol=0.04)


def test_points_that_are_not_finite_are_left_out():
    cloud = cloud_of([[0, 0, 1], [np.nan, 0, 1], [0, np.inf, 1], [0, 0, 2]])
    buffer = build_point_buffer(cloud)
    assert sorted(buffer.places.sources().tolist()) == [0, 3]
    assert buffer.visible_count(0.0) == 2


def test_an_empty_cloud_gives_an_empty_buffer():
    buffer = build_point_buffer(cloud_of(np.zeros((0, 3))))
    assert len(buffer) == 0
    assert buffer.visible_count(0.0) == 0


def test_codes_of_neighbours_along_the_diagonal_grow():
    points = np.linspace(0, 1, 50, dtype=np.float32)[:, None].repeat(3, axis=1)
    codes = morton_codes(points, np.zeros(3), np.ones(3))
    assert (np.diff(codes.astype(np.int64)) > 0).all()
    assert codes[-1] == 2**30 - 1


def test_a_code_interleaves_the_bits_of_the_three_axes():
    point = np.array([[0b101, 0b011, 0b110]], np.float32)
    code = morton_codes(point, np.zeros(3), np.full(3, 1023.0))
    assert code[0] == 0b101_110_011  # z, y, x of the highest bit first


def test_block_order_sorts_blocks_by_code():
    codes = np.random.default_rng(0).integers(0, 2**30, 1000).astype(np.uint32)
    blocks = block_order(codes, 300, np.random.default_rng(1))
    highest = [codes[blocks.order[a:b]].max() for a, b in pairwise(blocks.starts)]
    lowest = [codes[blocks.order[a:b]].min() for a, b in pairwise(blocks.starts)]
    assert all(high <= low for high, low in zip(highest[:-1], lowest[1:], strict=True))


@pytest.mark.parametrize("percentile", [0, 1, 20, 50, 99, 100])
def test_the_count_after_a_percentile_cut_is_right(percentile):
    cloud = random_cloud()
    buffer = build_point_buffer(cloud)
    threshold = float(np.percentile(cloud.confidence, percentile))
    exact = int((cloud.confidence >= threshold).sum())
    assert abs(buffer.visible_count(threshold) - exact) <= len(cloud) / MAX_LEVELS + 1


def test_few_different_confidences_are_counted_exactly():
    confidence = np.repeat([1.0, 2.0, 3.5], [10, 20, 30])
    buffer = build_point_buffer(cloud_of(np.zeros((60, 3)), confidence=confidence))
    assert [buffer.visible_count(t) for t in (0.5, 1.0, 1.5, 2.0, 3.5, 4.0)] == [
        60,
        60,
        50,
        50,
        30,
        0,
    ]


def test_counts_follow_hidden_experts_photos_and_flying_points():
    cloud = random_cloud(20_000)
    flying = cloud.confidence < 3
    buffer = build_point_buffer(cloud, PointExtras(flying=flying))
    expected = ~np.isin(cloud.expert_index, [1, 3]) & (cloud.view_index != 2)
    assert buffer.visible_count(0.0, {1, 3}, {2}) == expected.sum()
    assert buffer.visible_count(0.0, {1, 3}, {2}, hide_flying=True) == (expected & ~flying).sum()


def test_a_threshold_between_levels_hides_what_lies_below():
    levels = ConfidenceLevels.of(np.array([1, 2, 3], np.float32))
    encoded = levels.encode(np.array([1, 2, 3, np.nan], np.float32))
    assert encoded.tolist() == [0, 1, 2, 0]
    assert (encoded >= levels.threshold_level(1.5)).tolist() == [False, True, True, False]


def test_extras_are_packed_in_the_order_of_the_points():
    cloud = random_cloud(1000)
    difference = np.linspace(-1, 1, 1000)
    extras = PointExtras(gate_entropy=np.linspace(0, 1, 1000), difference=difference)
    buffer = build_point_buffer(cloud, extras)
    assert buffer.extras is not None
    np.testing.assert_allclose(
        buffer.extras["entropy"] / 255, extras.gate_entropy[buffer.places.sources()], atol=0.003
    )
    found = difference[buffer.places.sources()]
    signed = (buffer.extras["difference"] / 127.5 - 1) * buffer.difference_range
    inside = np.abs(found) < buffer.difference_range
    np.testing.assert_allclose(signed[inside], found[inside], atol=0.01)
    assert buffer.has_extras == {"gate_entropy", "difference"}


def test_a_buffer_without_vertices_holds_nothing_a_point_and_its_places_stay():
    cloud = random_cloud(1000)
    whole = build_point_buffer(cloud)
    places, buffer = whole.places, whole.without_vertices()
    assert len(buffer.vertices) == 0
    assert buffer.extras is buffer.places is None
    np.testing.assert_array_equal(whole.vertices["position"], cloud.points[places.sources()])
    np.testing.assert_array_equal(places.block_starts, buffer.block_starts)
    assert len(buffer) == 1000
    assert buffer.visible_count(0.0) == 1000


@pytest.mark.parametrize(("block_size", "kind"), [(1000, np.uint8), (10, np.uint16)])
def test_places_lead_to_the_pixels_of_a_cloud_with_gaps(block_size, kind):
    cloud = random_cloud(4000)
    cloud.points[17:2000:9] = np.nan
    pixels = np.sort(np.random.default_rng(3).choice(3 * 40 * 50, 4000, replace=False))
    view, pixel = np.divmod(pixels.astype(np.int32), 40 * 50)
    cloud = replace(cloud, view_index=view.astype(np.int32), pixel_index=pixel.astype(np.int32))
    with patch("moe3d_viewer.rendering.points.point_order.BLOCK_SIZE", block_size):
        buffer = build_point_buffer(cloud, shape=(3, 40, 50))
    assert buffer.places.block_of.dtype == kind
    by_pixel = np.full((3 * 40 * 50, 3), np.nan, np.float32)
    by_pixel[pixels] = cloud.points
    np.testing.assert_array_equal(buffer.vertices["position"], by_pixel[buffer.places.sources()])
