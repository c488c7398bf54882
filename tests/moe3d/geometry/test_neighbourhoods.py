"""Squares around pixels, beside SciPy's filters."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_cdt, maximum_filter, minimum_filter

from moe3d.geometry.edges import jump_pixels
from moe3d.geometry.neighbourhoods import Surroundings, dilated, highest_around, lowest_around
from moe3d.scene.expert_use import FARTHEST_PX, edge_distance


@pytest.fixture
def random():
    return np.random.default_rng(3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("distance", [1, 2, 7])
def test_extremes_are_those_of_scipy_also_at_the_border(random, dtype, distance):
    values = random.normal(size=(19, 23)).astype(dtype)
    values[random.random(values.shape) < 0.5] = -np.inf
    size = 2 * distance + 1
    highest = highest_around(values, distance)
    assert highest.dtype == dtype
    np.testing.assert_array_equal(highest, maximum_filter(values, size, mode="nearest"))
    np.testing.assert_array_equal(
        lowest_around(-values, distance), minimum_filter(-values, size, mode="nearest")
    )


@pytest.mark.parametrize("distance", [1, 3])
def test_a_mask_grows_by_squares(random, distance):
    mask = random.random((30, 17)) < 0.02
    for some in (mask, mask.T, mask[::2], np.zeros_like(mask)):  # also where rows are apart
        grown = maximum_filter(some, 2 * distance + 1, mode="constant", cval=False)
        np.testing.assert_array_equal(dilated(some, distance), grown)


def test_what_lies_outside_is_as_asked_for():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    corner = np.array([0]), np.array([2])
    window = Surroundings(values, 1, 9.0).around(*corner).reshape(3, 3)
    np.testing.assert_array_equal(window, [[9, 9, 9], [1, 2, 9], [4, 5, 9]])
    assert np.isnan(Surroundings(values, 1).around(*corner)).sum() == 5


def test_the_distance_to_an_edge_counts_as_a_king_walks(random):
    depth = np.where(random.random((90, 120)) < 0.001, 1.0, 2.0)
    valid = np.ones(depth.shape, bool)
    edges = jump_pixels(depth, valid, 0.1)
    walked = distance_transform_cdt(~edges, "chessboard")
    np.testing.assert_array_equal(edge_distance(depth, valid), np.minimum(walked, FARTHEST_PX))
