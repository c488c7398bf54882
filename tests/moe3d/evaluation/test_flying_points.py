"""Flying points against a slow reference, by hand, and against typical distortions."""

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.evaluation.flying_points import (
    FlyingSettings,
    count_against_itself,
    count_against_truth,
    edge_band,
    jump_pixels,
)
from tests.depth_maps import blurred, box_scene, shifted, with_holes

SETTINGS = FlyingSettings()


def slow_jumps(g, v, tau_e):
    jumps = np.zeros(g.shape, bool)
    for y in range(g.shape[0]):
        for x in range(g.shape[1]):
            for dy, dx in ((0, 1), (1, 0)):
                b = (y + dy, x + dx)
                if b[0] < g.shape[0] and b[1] < g.shape[1] and v[y, x] and v[b]:
                    pair = sorted([g[y, x], g[b]])
                    if pair[1] / pair[0] > 1 + tau_e:
                        jumps[y, x] = jumps[b] = True
    return jumps


def around(array, y, x, radius):
    top, left = max(y - radius, 0), max(x - radius, 0)
    return array[top : y + radius + 1, left : x + radius + 1]


def slow_against_truth(p, g, v):
    jumps = slow_jumps(g, v, 0.10)
    tested = flying = 0
    for y, x in np.ndindex(g.shape):
        if not (v[y, x] and around(jumps, y, x, 3).any() and np.isfinite(p[y, x]) and p[y, x] > 0):
            continue
        tested += 1
        window = around(g, y, x, 4)[around(v, y, x, 4)]
        below, above = window[window <= p[y, x]], window[window > p[y, x]]
        if below.size and above.size:
            lo, hi = below.max(), above.min()
            flying += hi > 1.1 * lo and p[y, x] > 1.03 * lo and 1.03 * p[y, x] < hi
    return tested, flying


def slow_against_itself(p, g, v):
    jumps = slow_jumps(g, v, 0.10)
    counts = {"band": 0, "covered": 0, "unresolved": 0, "flying": 0}
    core = np.array(
        [
            [v[y, x] and not around(jumps, y, x, 2).any() for x in range(g.shape[1])]
            for y in range(g.shape[0])
        ]
    )
    step = np.log(1.1)
    for y, x in np.ndindex(g.shape):
        if not (v[y, x] and around(jumps, y, x, 3).any()):
            continue
        counts["band"] += 1
        levels = np.sort(np.log(around(g, y, x, 4)[around(v, y, x, 4)]))
        gaps = np.diff(levels)
        if gaps.size == 0 or gaps.max() <= step:
            continue
        low, high = levels[gaps.argmax()], levels[gaps.argmax() + 1]
        near_by, depth = around(core, y, x, 7), around(p, y, x, 7)[around(core, y, x, 7)]
        level = np.log(around(g, y, x, 7)[near_by])
        near = depth[(np.abs(level - low) <= step) & (level < (low + high) / 2)]
        far = depth[(np.abs(level - high) <= step) & (level > (low + high) / 2)]
        if min(near.size, far.size) < 5:
            continue
        counts["covered"] += 1
        f, b = np.quantile(near, 0.9), np.quantile(far, 0.1)
        if b <= 1.03**2 * f:
            counts["unresolved"] += 1
        elif 1.03 * f < p[y, x] and 1.03 * p[y, x] < b:
            counts["flying"] += 1
    return counts


CASES = [
    (blurred(box_scene(0)), box_scene(0)),
    (blurred(box_scene(1), 0.8) * 1.02, box_scene(1)),
    (blurred(box_scene(2), 4.0), with_holes(box_scene(2))),
    (shifted(box_scene(3)), with_holes(box_scene(3), share=0.3)),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_both_rates_are_those_of_a_slow_reference(case):
    prediction, truth = CASES[case]
    valid = truth > 0
    by_truth = count_against_truth(prediction, truth)
    assert (by_truth.tested.sum(), by_truth.flying.sum()) == slow_against_truth(
        prediction, truth, valid
    )
    by_itself = count_against_itself(prediction, truth)
    assert slow_against_itself(prediction, truth, valid) == {
        name: getattr(by_itself, name).sum() for name in ("band", "covered", "unresolved", "flying")
    }


def step(near=1.0, far=2.0, size=24):
    depth = np.full((size, size), near)
    depth[:, size // 2 :] = far
    return depth


def test_a_pixel_midway_flies_and_is_counted_once_a_row():
    truth = step()
    prediction = truth.copy()
    prediction[:, 12] = 1.5
    by_truth = count_against_truth(prediction, truth)
    # two jump columns, three more on either side
    assert by_truth.tested.sum() == 8 * 24
    assert by_truth.rate == 1 / 8
    by_itself = count_against_itself(prediction, truth)
    assert by_itself.rate == 1 / 8
    assert (by_itself.coverage, by_itself.unresolved_share) == (1.0, 0.0)


@pytest.mark.parametrize("value", [1.02, 1.029, 1.96, 1.99])
def test_a_pixel_within_the_margin_of_a_surface_does_not_fly(value):
    prediction = step()
    prediction[:, 12] = value
    assert count_against_truth(prediction, step()).rate == 0
    assert count_against_itself(prediction, step()).rate == 0


def test_overshoot_is_outside_not_flying():
    prediction = step()
    prediction[:, 11] = 0.9
    prediction[:, 12] = 2.5
    rates = count_against_truth(prediction, step())
    assert (rates.rate, rates.outside_rate) == (0, 2 / 8)


def test_truth_against_itself_is_zero_by_truth_and_nearly_zero_by_itself():
    for seed in range(3):
        truth = with_holes(box_scene(seed))
        assert count_against_truth(truth, truth).rate == 0
        assert count_against_itself(truth, truth).rate < 0.01  # a third surface may lie between


def test_the_self_referenced_rate_does_not_feel_scale():
    truth = box_scene(0)
    prediction = blurred(truth)
    first, second = (count_against_itself(s * prediction, truth) for s in (1.0, 1 / 1024))
    assert first.rate == second.rate > 0.2


def test_a_slanted_surface_never_flies():
    # both sides of the step rise by 5 % a column, so nearby they fill the whole interval
    truth = np.broadcast_to(1.05 ** np.arange(24.0), (24, 24)).copy()
    truth[12:] *= 1.5
    rates = count_against_truth(blurred(truth), truth)
    assert rates.tested.sum() == 8 * 24
    assert rates.flying[:, 4:20].sum() == 0


def test_a_thin_structure_is_not_covered_but_tested_by_truth():
    truth = np.full((24, 24), 4.0)
    truth[:, 12] = 1.0
    prediction = np.full((24, 24), 4.0)
    prediction[:, 12] = 2.0
    assert count_against_itself(prediction, truth).coverage == 0
    assert np.isnan(count_against_itself(prediction, truth).rate)
    assert count_against_truth(prediction, truth).rate == 1 / 9


def test_a_prediction_without_the_step_is_unresolved():
    rates = count_against_itself(np.full((24, 24), 3.0), step())
    assert (rates.unresolved_share, rates.coverage) == (1.0, 1.0)
    assert np.isnan(rates.rate)


def test_flat_truth_has_no_rate():
    flat = np.ones((10, 10))
    assert np.isnan(count_against_truth(flat, flat).rate)
    assert not edge_band(flat, flat > 0).any()


def test_a_jump_of_exactly_the_threshold_is_none():
    valid = np.ones((1, 2), bool)
    assert not jump_pixels(np.array([[1.0, 1.1]]), valid, 0.1).any()
    assert jump_pixels(np.array([[1.0, 1.1000001]]), valid, 0.1).all()


def test_a_prediction_that_is_not_finite_is_not_tested():
    prediction = step()
    prediction[0, 12] = np.nan
    prediction[1, 12] = 0
    assert count_against_truth(prediction, step()).tested.sum() == 8 * 24 - 2


def test_margins_that_overlap_are_refused():
    with pytest.raises(UsageError, match="margin"):
        FlyingSettings(jump=0.05, margin=0.03)
