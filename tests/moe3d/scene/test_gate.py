"""The gate's arithmetic against values found by hand."""

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.scene.gate import gate_entropy, gate_weights, top_margin


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


def test_entropy_runs_from_decided_to_undecided():
    weights = np.array([[1.0, 0.5], [0.0, 0.5]], np.float32).reshape(1, 2, 1, 2)
    np.testing.assert_allclose(gate_entropy(weights).ravel(), [0.0, 1.0], atol=1e-6)


def test_the_margin_is_the_lead_of_the_winner():
    weights = np.array([0.2, 0.5, 0.3], np.float32).reshape(1, 3, 1, 1)
    assert top_margin(weights).item() == pytest.approx(0.2)
    assert top_margin(weights[:, ::-1].copy()).item() == pytest.approx(0.2)
    drawn = np.random.default_rng(1).dirichlet(np.ones(4), 50).astype(np.float32)
    two = np.sort(drawn, axis=1)[:, -2:]
    margins = top_margin(np.moveaxis(drawn.reshape(1, 5, 10, 4), 3, 1))
    np.testing.assert_allclose(margins.ravel(), two[:, 1] - two[:, 0], atol=1e-6)
