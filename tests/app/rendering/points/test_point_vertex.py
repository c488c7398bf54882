import numpy as np

from moe3d.geometry.edges import depth_edges, depth_jumps
from moe3d.scene.filters.kinds.edges import EDGE_STEPS, edge_levels, edge_step
from moe3d_viewer.rendering.points.point_vertex import (
    EXTRA_DTYPE,
    MAX_SUPPORT,
    confidence_level,
    edge_level,
    expert_index,
    is_flying,
    is_sky,
    other_level,
    other_support_code,
    packed_kept,
    packed_vertices,
    photo_index,
    support_code,
    support_codes,
)


def test_every_code_reads_back():
    generator = np.random.default_rng(0)
    count = 5000
    experts = generator.integers(0, 32, count, dtype=np.uint8)
    levels = generator.integers(0, 4096, count, dtype=np.uint16)
    photos = generator.integers(0, 4096, count, dtype=np.int32)
    edges = generator.integers(0, 256, count, dtype=np.uint8)
    flying = generator.random(count) < 0.3
    sky = generator.random(count) < 0.3
    vertices = packed_vertices(count, experts, levels, photos, edges, flying, sky)
    np.testing.assert_array_equal(expert_index(vertices), experts)
    np.testing.assert_array_equal(confidence_level(vertices), levels)
    np.testing.assert_array_equal(photo_index(vertices), photos)
    np.testing.assert_array_equal(edge_level(vertices), edges)
    np.testing.assert_array_equal(is_flying(vertices), flying)
    np.testing.assert_array_equal(is_sky(vertices), sky)


def test_a_level_hides_exactly_the_edges_of_its_step():
    generator = np.random.default_rng(3)
    depth = (2 + generator.gamma(0.2, 0.3, (2, 60, 80))).astype(np.float32)
    depth[0, 4:9, 5] = np.nan
    levels = edge_levels(depth_jumps(depth))
    for step in (0, 60, edge_step(0.03), 180, 254):
        wanted = depth_edges(depth, float(EDGE_STEPS[step]))
        np.testing.assert_array_equal(levels > step, wanted)
    assert EDGE_STEPS[edge_step(0.03)] == np.float32(0.03)


def test_levels_and_both_supports_read_back_from_one_word():
    extras = np.zeros(3, EXTRA_DTYPE)
    extras["kept"] = packed_kept(
        np.array([0, 1001, 417], np.uint16),
        support_codes(np.array([0, 255, 3], np.uint8)),
        support_codes(np.array([5, 6, 7], np.uint8)),
    )
    assert other_level(extras).tolist() == [0, 1001, 417]
    assert other_support_code(extras).tolist() == [1, MAX_SUPPORT + 1, 4]
    assert support_code(extras).tolist() == [6, MAX_SUPPORT + 1, MAX_SUPPORT + 1]
    extras["kept"] = packed_kept(np.uint16(1001), support_codes(None), support_codes(None))
    assert other_level(extras).tolist() == [1001] * 3
    assert support_code(extras).tolist() == other_support_code(extras).tolist() == [0] * 3
    assert EXTRA_DTYPE.itemsize == 4
