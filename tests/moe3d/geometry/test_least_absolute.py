"""Least absolute deviations against linear programming and hand-made cases."""

import numpy as np
import pytest
from scipy.optimize import linprog

from moe3d.geometry.least_absolute import (
    fit_scale,
    fit_scale_and_shift,
    weighted_lower_median,
)


def lad_cost(source, target, weights, scale, shift):
    return np.sum(weights * np.abs(scale * source + shift - target))


def lad_by_linear_program(source, target, weights):
    """Minimise sum(w e) with -e <= s p + t - g <= e."""
    count = len(source)
    cost = np.concatenate([[0, 0], weights])
    design = np.stack([source, np.ones(count)], axis=1)
    upper = np.block([[design, -np.eye(count)], [-design, -np.eye(count)]])
    free = [(None, None)] * 2 + [(0, None)] * count
    return linprog(cost, A_ub=upper, b_ub=np.concatenate([target, -target]), bounds=free)


@pytest.mark.parametrize("count", [2, 3, 10, 101, 400])
@pytest.mark.parametrize("relative", [False, True])
def test_scale_and_shift_reach_the_optimum_of_a_linear_program(count, relative):
    generator = np.random.default_rng(count)
    target = generator.uniform(0.5, 8, count)
    source = 0.3 * target + 0.2 + 0.05 * generator.standard_t(2, count)
    weights = 1 / target if relative else np.ones(count)
    scale, shift = fit_scale_and_shift(source, target, weights)
    program = lad_by_linear_program(source, target, weights)
    assert lad_cost(source, target, weights, scale, shift) <= program.fun * (1 + 1e-12) + 1e-12
    if count > 3:
        np.testing.assert_allclose([scale, shift], program.x[:2], rtol=1e-8)


def test_scale_and_shift_ignore_a_minority_of_outliers_exactly():
    source = np.linspace(1, 3, 101)
    target = 2 * source + 0.5
    target[::3] += 40
    scale, shift = fit_scale_and_shift(source, target, np.ones(101))
    np.testing.assert_allclose([scale, shift], [2, 0.5], rtol=1e-12)


def test_equal_sources_with_ties_still_reach_the_optimum():
    generator = np.random.default_rng(1)
    source = generator.integers(1, 4, 60).astype(float)
    target = generator.integers(1, 9, 60).astype(float)
    weights = np.ones(60)
    scale, shift = fit_scale_and_shift(source, target, weights)
    program = lad_by_linear_program(source, target, weights)
    assert lad_cost(source, target, weights, scale, shift) <= program.fun + 1e-9


def test_a_negative_best_scale_is_found():
    source = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(
        fit_scale_and_shift(source, 10 - 2 * source, np.ones(4)), (-2, 10), rtol=1e-12
    )


def test_many_pixels_take_few_steps():
    generator = np.random.default_rng(0)
    target = generator.uniform(0.5, 8, 60_000)
    source = target**0.9 + 0.1 * generator.standard_normal(60_000)
    weights = np.ones(60_000)
    scale, shift = fit_scale_and_shift(source, target, weights)
    best = lad_cost(source, target, weights, scale, shift)
    for nudge in (-1e-4, 1e-4):
        residual = np.median(target - (scale + nudge) * source)
        assert lad_cost(source, target, weights, scale + nudge, residual) > best


def test_the_best_scale_is_the_weighted_median_of_the_ratios():
    # ratios 2, 3, 10 with weights 1, 2, 1: half of 4 is reached at ratio 3
    source = np.array([1.0, 2.0, 1.0])
    assert fit_scale(source, np.array([2.0, 6.0, 10.0]), np.ones(3)) == 3.0


def test_the_weighted_median_takes_the_lower_end_of_a_tie():
    assert weighted_lower_median(np.array([4.0, 1.0, 3.0, 2.0]), np.ones(4)) == 2.0


def test_rounding_does_not_choose_the_upper_of_two_best_scales():
    # six weights of 0.3: the sum of three is rounded to just below half of the sum of six
    source, target = np.full(6, 0.3), np.repeat([0.3, 0.6], 3)
    assert fit_scale(source, target, np.ones(6)) == pytest.approx(1.0)
