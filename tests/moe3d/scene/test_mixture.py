"""Mixture arithmetic against values found by hand."""

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.scene.mixture import Remix, expert_usage, gate_entropy, gate_weights, remix_depth
from tests.scenes import step_prediction


def test_weights_are_the_softmax_worked_out_by_hand():
    logits = np.log(np.array([1.0, 3.0])).reshape(1, 2, 1, 1)
    np.testing.assert_allclose(gate_weights(logits, 1.0).ravel(), [0.25, 0.75], rtol=1e-6)
    np.testing.assert_allclose(gate_weights(logits, 0.5).ravel(), [0.1, 0.9], rtol=1e-6)


def test_a_muted_expert_gives_its_weight_to_the_others():
    logits = np.log(np.array([1.0, 3.0, 1.0])).reshape(1, 3, 1, 1)
    weights = gate_weights(logits, 1.0, muted=[1]).ravel()
    np.testing.assert_allclose(weights, [0.5, 0.0, 0.5], rtol=1e-6)


def test_muting_every_expert_is_refused():
    with pytest.raises(UsageError, match="every expert"):
        gate_weights(np.zeros((1, 2, 1, 1)), 1.0, muted=[0, 1])


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(UsageError, match="above 0"):
        gate_weights(np.zeros((1, 2, 1, 1)), 0.0)


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


def test_entropy_runs_from_decided_to_undecided():
    weights = np.array([[1.0, 0.5], [0.0, 0.5]], np.float32).reshape(1, 2, 1, 2)
    np.testing.assert_allclose(gate_entropy(weights).ravel(), [0.0, 1.0], atol=1e-6)


def test_each_half_of_the_step_is_won_by_its_expert():
    np.testing.assert_allclose(expert_usage(step_prediction()), [0.5, 0.5, 0, 0])
