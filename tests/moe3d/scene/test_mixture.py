"""Mixture arithmetic against values found by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from moe3d.scene.mixture import Remix, expert_spread, expert_usage, remix_depth, remix_weights
from tests.scenes import step_prediction


def test_the_soft_remix_of_the_step_is_the_step():
    prediction = step_prediction()
    depth = remix_depth(prediction, Remix(temperature=0.5))
    np.testing.assert_allclose(depth, prediction.depth, atol=1e-6)


def test_a_high_temperature_gives_the_mean_of_the_experts():
    prediction = step_prediction()
    depth = remix_depth(prediction, Remix(temperature=1e6))
    np.testing.assert_allclose(depth, 1.5, atol=1e-4)


def test_muting_the_near_expert_moves_the_near_plane():
    prediction = step_prediction(num_experts=2)
    depth = remix_depth(prediction, Remix(muted=(0,)))
    np.testing.assert_allclose(depth, 2.0)


def test_each_half_of_the_step_is_won_by_its_expert():
    np.testing.assert_allclose(expert_usage(step_prediction()), [0.5, 0.5, 0, 0])


def random_prediction(seed: int = 0, num_experts: int = 5):
    generator = np.random.default_rng(seed)
    plain = step_prediction(num_experts=num_experts)
    shape = plain.expert_depths.shape
    return replace(
        plain,
        expert_depths=generator.uniform(1, 3, shape).astype(np.float32),
        gate_logits=generator.normal(0, 2, shape).astype(np.float32),
    )


@pytest.mark.parametrize(
    "remix",
    [
        Remix(temperature=0.3),
        Remix(muted=(0, 3)),
        Remix(hard=True),
        Remix((1,), True, 2.0),
        Remix((0, 1, 2, 3)),
        Remix(muted=(4,), temperature=40.0),
    ],
)
def test_a_remix_is_the_sum_pixel_by_pixel(remix):
    prediction = random_prediction()
    mixed = remix_depth(prediction, remix)
    own = prediction.gate_temperature
    weights = remix_weights(prediction.gate_logits, own, remix)
    temperature = remix.temperature or own
    for view, row, column in ((0, 0, 0), (1, 13, 21), (1, 27, 41), (0, 9, 3)):
        heard = [k for k in range(5) if k not in remix.muted]
        raw = {k: float(prediction.gate_logits[view, k, row, column]) for k in heard}
        by_hand = {k: math.exp(value / temperature) for k, value in raw.items()}
        if remix.hard:
            by_hand = {k: float(raw[k] == max(raw.values())) for k in heard}
        total = sum(by_hand.values())
        shares = np.array([by_hand.get(k, 0.0) / total for k in range(5)])
        np.testing.assert_allclose(weights[view, :, row, column], shares, atol=1e-6)
        depth = shares @ prediction.expert_depths[view, :, row, column]
        assert mixed[view, row, column] == pytest.approx(depth, rel=1e-5)


def test_a_remix_changes_nothing_in_the_prediction():
    prediction = random_prediction()
    kept = prediction.expert_depths.copy(), prediction.gate_logits.copy(), prediction.depth.copy()
    mixed = remix_depth(prediction, Remix(muted=(1, 2, 3, 4)))
    mixed[:] = 0
    for before, now in zip(
        kept, (prediction.expert_depths, prediction.gate_logits, prediction.depth), strict=True
    ):
        np.testing.assert_array_equal(before, now)
    assert remix_depth(prediction, Remix()) is prediction.depth


def test_the_spread_is_the_deviation_of_the_experts_in_shares_of_the_depth():
    depths = np.array([1.0, 3.0], np.float32).reshape(1, 2, 1, 1)
    assert expert_spread(depths, np.full((1, 1, 1), 2, np.float32)).item() == pytest.approx(0.5)
    assert np.isnan(expert_spread(depths, np.zeros((1, 1, 1), np.float32))).all()
