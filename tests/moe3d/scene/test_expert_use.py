"""Winners by distance to an edge against counting by hand and a slow search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moe3d.scene.expert_use import (
    BAND_PX,
    FARTHEST_PX,
    ExpertUse,
    edge_distance,
    measure_expert_use,
)
from tests.scenes import step_prediction


def slow_distance(depth, valid, jump):
    """Look at every pair of neighbours, then at every pixel's nearest edge."""
    height, width = depth.shape
    edges = []
    for row in range(height):
        for column in range(width):
            for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                r, c = row + down, column + right
                inside = 0 <= r < height and 0 <= c < width
                if inside and valid[row, column] and valid[r, c]:
                    pair = sorted((depth[row, column], depth[r, c]))
                    if pair[1] / pair[0] > 1 + jump:
                        edges.append((row, column))
    found = np.full(depth.shape, FARTHEST_PX)
    for row in range(height):
        for column in range(width):
            away = [max(abs(row - r), abs(column - c)) for r, c in edges]
            found[row, column] = min([*away, FARTHEST_PX])
    return found


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float32, (7, 9), elements=st.sampled_from([1.0, 1.05, 1.2, 3.0])),
    arrays(bool, (7, 9)),
)
def test_the_distance_is_that_of_a_slow_search(depth, valid):
    np.testing.assert_array_equal(
        edge_distance(depth, valid, 0.1), slow_distance(depth, valid, 0.1)
    )


def test_far_from_any_edge_the_distance_stops():
    depth = np.where(np.arange(100) < 1, 1, 2).astype(np.float32)[None]
    distance = edge_distance(depth, np.ones((1, 100), bool))
    assert distance[0, :4].tolist() == [0, 0, 1, 2]
    assert distance[0, -1] == FARTHEST_PX
    flat = np.ones((3, 4), np.float32)
    assert (edge_distance(flat, np.ones((3, 4), bool)) == FARTHEST_PX).all()


def test_the_step_is_shared_by_two_experts_at_every_distance():
    use = measure_expert_use(step_prediction())
    np.testing.assert_allclose(use.share(), [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(use.band_share(), [0.5, 0.5, 0, 0])
    curve = use.by_distance()
    np.testing.assert_allclose(curve[:20], np.tile([0.5, 0.5, 0, 0], (20, 1)))
    assert np.isnan(curve[30]).all()  # the photo is 21 pixels wide on either side
    assert use.wins.sum() == 2 * 28 * 42
    assert use.dead_experts() == (2, 3)


def test_band_and_views_are_counted_apart():
    wins = np.zeros((2, FARTHEST_PX + 1, 2), int)
    wins[0, BAND_PX], wins[0, BAND_PX + 1], wins[1, FARTHEST_PX] = (3, 1), (0, 4), (8, 0)
    use = ExpertUse(wins)
    np.testing.assert_allclose(use.share(), [11 / 16, 5 / 16])
    np.testing.assert_allclose(use.share([0]), [3 / 8, 5 / 8])
    np.testing.assert_allclose(use.band_share([0]), [0.75, 0.25])
    assert not use.has_edges([1])
    np.testing.assert_allclose(use.band_share([1]), [0, 0])


@pytest.mark.parametrize(("count", "dead"), [(49, (1,)), (51, ())])
def test_an_expert_is_dead_below_a_tenth_of_its_even_share(count, dead):
    wins = np.zeros((1, FARTHEST_PX + 1, 2), int)
    wins[0, 0] = 1000 - count, count
    assert ExpertUse(wins).dead_experts() == dead
