"""The filled field against a dense solve of what its description says."""

import numpy as np
import pytest

from moe3d.multiview.depths.fill import FillSettings, fill


def dense_fill(field, weight, log_guide, settings) -> np.ndarray:
    """The minimum by least squares: one row for every term."""
    height, width = field.shape
    rows, targets = [], []

    def add(factor: float, target: float, *terms: tuple[int, int, float]) -> None:
        row = np.zeros((height, width))
        for v, u, sign in terms:
            row[v, u] = sign
        rows.append(np.sqrt(factor) * row.ravel())
        targets.append(np.sqrt(factor) * target)

    for v in range(height):
        for u in range(width):
            add(settings.pull, 0.0, (v, u, 1.0))
            if weight[v, u] > 0:
                add(weight[v, u], field[v, u], (v, u, 1.0))
            for down, right in ((0, 1), (1, 0)):
                if v + down < height and u + right < width:
                    step = log_guide[v + down, u + right] - log_guide[v, u]
                    tie = settings.stiffness / (1 + (step / settings.edge) ** 2)
                    add(tie, 0.0, (v, u, 1.0), (v + down, u + right, -1.0))
    solution = np.linalg.lstsq(np.array(rows), np.array(targets), rcond=None)[0]
    return solution.reshape(height, width)


@pytest.mark.parametrize("settings", [FillSettings(), FillSettings(0.5, 0.2, 0.1)])
def test_it_is_the_minimum_of_a_dense_solve(settings: FillSettings):
    rng = np.random.default_rng(0)
    field = rng.normal(size=(9, 12))
    weight = rng.random((9, 12)) * 3 * (rng.random((9, 12)) < 0.4)
    field[weight == 0] = np.nan  # is ignored there
    guide = 0.1 * rng.normal(size=(9, 12)).cumsum(axis=1)
    found = fill(field, weight, guide, settings)
    np.testing.assert_allclose(found, dense_fill(field, weight, guide, settings), atol=1e-9)


def test_what_is_known_for_certain_stays():
    rng = np.random.default_rng(1)
    field = rng.normal(size=(10, 10))
    weight = 1e6 * (rng.random((10, 10)) < 0.3)
    found = fill(field, weight, np.zeros((10, 10)), FillSettings())
    np.testing.assert_allclose(found[weight > 0], field[weight > 0], atol=1e-4)


def test_between_known_ends_it_is_a_straight_line():
    field, weight = np.zeros((1, 11)), np.zeros((1, 11))
    field[0, -1] = 1.0
    weight[0, [0, -1]] = 1e7
    found = fill(field, weight, np.zeros((1, 11)), FillSettings(pull=1e-9))
    np.testing.assert_allclose(found[0], np.linspace(0, 1, 11), atol=1e-6)


def test_it_jumps_where_the_guide_does():
    field, weight = np.zeros((12, 20)), np.zeros((12, 20))
    field[6, 3], field[6, 16] = 0.2, -0.1
    weight[6, [3, 16]] = 3
    guide = np.tile(np.where(np.arange(20) < 10, 0.0, 1.0), (12, 1))
    settings = FillSettings(pull=1e-6)
    found = fill(field, weight, guide, settings)
    np.testing.assert_allclose(found[:, :10], 0.2, atol=0.02)
    np.testing.assert_allclose(found[:, 10:], -0.1, atol=0.02)
    without = fill(field, weight, np.zeros((12, 20)), settings)
    assert np.abs(np.diff(without, axis=1)).max() < 0.1


def test_where_nothing_is_known_it_is_zero():
    found = fill(np.full((6, 7), np.nan), np.zeros((6, 7)), np.zeros((6, 7)), FillSettings())
    np.testing.assert_array_equal(found, 0)
