"""Smooth corrections of depth: what lies in the basis comes back, wrong points do not count."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from moe3d.multiview.depths.correction import CorrectionSettings, correct_depth

HEIGHT, WIDTH = 60, 80
LOOSE = CorrectionSettings(slope_sigma=1e3, node_sigma=1e3, max_weight=1e9, point_sigma=1e-3)


def depth_map(seed: int = 0) -> np.ndarray:
    """A tilted plane with a box on it, 2 to 6 units."""
    v, u = np.mgrid[:HEIGHT, :WIDTH]
    depth = 2.5 + 0.03 * u + 0.01 * v
    depth[20:40, 30:60] -= 1.0
    return depth


def bent(slope: float, amount: float = 0.1) -> np.ndarray:
    """A log factor of the basis: bilinear between 3 x 4 nodes, plus a slope with log depth."""
    nodes = amount * np.random.default_rng(3).normal(size=(3, 4))
    grid = RegularGridInterpolator(
        (np.linspace(0, HEIGHT - 1, 3), np.linspace(0, WIDTH - 1, 4)), nodes
    )
    v, u = np.mgrid[:HEIGHT, :WIDTH]
    return grid(np.stack([v, u], axis=-1)) + slope * np.log(depth_map())


def points(count: int, seed: int = 0) -> np.ndarray:
    """Whole pixels (u, v), so that the factor is read where it holds."""
    rng = np.random.default_rng(seed)
    return np.stack(
        [rng.integers(0, WIDTH, count), rng.integers(0, HEIGHT, count)], axis=1
    ).astype(float)  # fmt: skip


def read(field: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    column, row = pixels.astype(int).T
    return field[row, column]


def correct(pixels, log_ratio, settings=CorrectionSettings(), sigma=0.01, depth=None):  # noqa: B008
    sigmas = np.full(len(pixels), sigma)
    depth = depth_map() if depth is None else depth
    return correct_depth(depth, pixels, log_ratio, sigmas, settings)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_a_factor_of_the_basis_comes_back(slope: float):
    """Where the map is as deep as most of the points: beyond, the slope is not known."""
    pixels, depth = points(400), depth_map()
    low, high = np.percentile(read(depth, pixels), [2, 98])
    inside = (depth >= low) & (depth <= high)
    assert inside.mean() > 0.9
    field = bent(0.0) + slope * np.log(np.clip(depth, low, high))
    found = correct(pixels, read(field, pixels), LOOSE, 1e-4)
    np.testing.assert_allclose(found, field, atol=2e-4)
    np.testing.assert_allclose(found[inside], bent(slope)[inside], atol=2e-4)


def test_the_slope_ends_where_the_points_do():
    """A map of 2 to 6 with points at 2.5 to 4 only: elsewhere the factor is that of their ends."""
    v, u = np.mgrid[:HEIGHT, :WIDTH]
    depth = np.where(v % 2, 2 + 4 * u / (WIDTH - 1), 6 - 4 * u / (WIDTH - 1))
    pixels = points(2000)
    of_points = read(depth, pixels)
    pixels = pixels[(of_points > 2.5) & (of_points < 4)]
    low, high = np.percentile(read(depth, pixels), [2, 98])
    assert low < 2.6
    assert high > 3.9
    within = np.clip(depth, low, high)
    found = correct(pixels, 0.2 * np.log(read(within, pixels)), LOOSE, 1e-4, depth)
    np.testing.assert_allclose(found, 0.2 * np.log(within), atol=2e-4)


def test_with_the_expected_stiffness_most_of_it_comes_back():
    pixels, field = points(400), bent(0.1, 0.07)
    found = correct(pixels, read(field, pixels))
    error = np.abs(found - field)
    # The points count as sixty, and the prior pulls neighbouring nodes together.
    assert error.mean() < 0.5 * np.abs(field - np.median(field)).mean()


def test_a_single_factor_comes_back_whatever_the_stiffness():
    pixels = points(50)
    found = correct(pixels, np.full(50, 0.37))
    np.testing.assert_allclose(found, 0.37, atol=1e-9)


def test_a_quarter_of_wrong_points_does_no_harm():
    rng = np.random.default_rng(2)
    pixels, field = points(400), bent(0.1)
    ratio = read(field, pixels)
    is_wrong = rng.random(400) < 0.25
    with_wrong = np.where(
        is_wrong, ratio + rng.choice([-1, 1], 400) * rng.uniform(0.3, 1, 400), ratio
    )
    found = correct(pixels, with_wrong, LOOSE, 0.01)
    assert np.abs(found - field).mean() < 0.01


def test_few_points_give_one_factor_and_none_nothing():
    pixels = points(11)
    ratio = np.linspace(-0.1, 0.3, 11)
    found = correct(pixels, ratio)
    np.testing.assert_allclose(found, 0.1)  # the middle of eleven
    ratio[3:] = np.nan
    np.testing.assert_allclose(correct(pixels, ratio), -0.06)  # of -0.1, -0.06, -0.02
    np.testing.assert_array_equal(correct(pixels, np.full(11, np.nan)), np.zeros((HEIGHT, WIDTH)))
    np.testing.assert_array_equal(correct(pixels[:0], ratio[:0]), np.zeros((HEIGHT, WIDTH)))


def test_an_uncertain_point_counts_less():
    pixels = np.concatenate([points(40), points(40)])
    ratio = np.concatenate([np.full(40, 0.0), np.full(40, 0.1)])
    sigma = np.concatenate([np.full(40, 0.01), np.full(40, 1.0)])
    found = correct_depth(depth_map(), pixels, ratio, sigma, CorrectionSettings())
    assert found.mean() < 0.02


def test_unknown_depth_is_corrected_like_its_surroundings():
    depth = depth_map()
    depth[:10] = np.nan
    depth[10:12] = 0
    pixels = points(300)
    pixels = pixels[pixels[:, 1] >= 12]
    found = correct(pixels, np.full(len(pixels), 0.2), depth=depth)
    np.testing.assert_allclose(found, 0.2, atol=1e-9)


def test_points_on_the_borders_are_inside():
    corners = np.array([[0.0, 0], [WIDTH - 1, 0], [0, HEIGHT - 1], [WIDTH - 1, HEIGHT - 1]])
    pixels = np.concatenate([corners, corners - 0.4, corners + 0.4, corners])
    found = correct(pixels, np.full(len(pixels), 0.1))
    np.testing.assert_allclose(found, 0.1, atol=1e-9)
