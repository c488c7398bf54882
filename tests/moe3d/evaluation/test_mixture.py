"""Mixture diagnostics against scikit-learn, scipy and values found by hand."""

import numpy as np
import pytest
from scipy.stats import entropy, spearmanr
from sklearn.metrics import mutual_info_score

from moe3d.errors import EvaluationError
from moe3d.evaluation.flying_points import edge_band
from moe3d.evaluation.mixture import (
    compare_with_oracle,
    measure_diversity,
    measure_gate,
    measure_hardness_gap,
    measure_specialisation,
    measure_spread_quality,
    mixture_spread,
)
from tests.depth_maps import blurred, box_scene


def random_weights(seed=0, shape=(2, 4, 12, 14)):
    raw = np.random.default_rng(seed).gamma(0.3, size=shape)
    return raw / raw.sum(axis=1, keepdims=True)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_entropy_is_that_of_scipy():
    weights = random_weights()
    use = measure_gate(weights)
    expected = entropy(weights, axis=1)
    assert use.entropy == pytest.approx(expected.mean(), rel=1e-12)
    assert use.entropy_normalised == pytest.approx(expected.mean() / np.log(4), rel=1e-12)
    assert use.effective_experts == pytest.approx(np.exp(expected).mean(), rel=1e-12)


def test_usage_and_load_by_hand():
    # pixels: two won by expert 0 at 0.75, one by expert 1 at 1.0, experts 2 and 3 never
    weights = np.array([[0.75, 0.75, 0], [0.25, 0.25, 1], [0, 0, 0], [0, 0, 0]])
    use = measure_gate(weights[None, :, None, :])
    np.testing.assert_allclose(use.usage, [2 / 3, 1 / 3, 0, 0])
    np.testing.assert_allclose(use.load, [0.5, 0.5, 0, 0])
    assert use.dead_experts == (2, 3)
    assert use.balance == pytest.approx(4 * 0.5)
    assert use.load_cv_squared == pytest.approx(1.0)
    assert use.usage_entropy_normalised == pytest.approx(entropy([2 / 3, 1 / 3]) / np.log(4))


def test_a_gate_that_always_says_the_same_is_decided_and_unbalanced():
    weights = np.zeros((1, 4, 5, 5))
    weights[:, 1] = 1
    use = measure_gate(weights)
    assert (use.entropy, use.effective_experts, use.balance) == (0, 1, 4)


def test_a_single_expert_has_no_entropy():
    use = measure_gate(np.ones((1, 1, 3, 3)))
    assert (use.entropy_normalised, use.balance, use.dead_experts) == (0, 1, ())


def test_mutual_information_is_that_of_scikit_learn():
    winner = random_weights(3).argmax(axis=1)
    label = (winner == 2) ^ (rng().random(winner.shape) < 0.2)
    found = measure_specialisation(winner, label, 4, rng())
    expected = mutual_info_score(winner.ravel(), label.ravel())
    assert found.information == pytest.approx(expected, rel=1e-12)
    share = label.mean()
    assert found.explained == pytest.approx(expected / entropy([share, 1 - share]), rel=1e-12)
    assert found.lift[2] == pytest.approx(label[winner == 2].mean() / share)


def test_an_expert_that_owns_the_edge_band_stands_out_from_the_null():
    truth = box_scene()
    band = edge_band(truth, truth > 0)[None]
    found = measure_specialisation(np.where(band, 1, 0), band, 2, rng())
    assert found.explained == pytest.approx(1)
    assert found.null_z > 5
    np.testing.assert_allclose(found.lift, [0, 1 / band.mean()])


def test_a_winner_that_knows_nothing_does_not_stand_out():
    truth = box_scene()
    band = edge_band(truth, truth > 0)[None]
    winner = rng(1).integers(0, 4, band.shape)
    found = measure_specialisation(winner, band, 4, rng())
    assert abs(found.null_z) < 4
    assert found.explained < 0.01


def test_an_expert_without_pixels_has_no_lift():
    band = np.array([[[True, False]]])
    found = measure_specialisation(np.zeros((1, 1, 2), int), band, 2, rng())
    assert found.lift[0] == 1
    assert np.isnan(found.lift[1])


def two_experts():
    """Truth 2 everywhere; expert 0 right on the left half, expert 1 right on the right half."""
    truth = np.full((1, 4, 10), 2.0)
    left = np.arange(10) < 5
    experts = np.stack([np.where(left, truth, 3.0), np.where(left, 3.0, truth)], axis=1)
    return truth, experts, left


def test_the_oracle_of_two_half_right_experts_is_perfect():
    truth, experts, left = two_experts()
    weights = np.full((1, 2, 4, 10), 0.5)
    weights[:, 0] += np.where(left, 0.25, 0.25)  # always expert 0
    weights[:, 1] -= 0.25
    fused = np.sum(weights * experts, axis=1)
    found = compare_with_oracle(weights, experts, fused, truth, truth > 0, rng())
    assert found.oracle == 0
    assert found.top1 == pytest.approx(0.25)  # wrong by 1 of 2 on half of the pixels
    assert found.fused == pytest.approx((0.25 * 0.5 + 0.75 * 0.5) / 2)
    assert found.regret == found.fused
    assert found.gate_accuracy == 0.5
    assert found.decisive_share == 1


def test_experts_that_agree_leave_nothing_to_decide():
    truth, _, _ = two_experts()
    same = np.stack([truth * 1.1, truth * 1.105], axis=1)
    weights = np.full(same.shape, 0.5)
    found = compare_with_oracle(weights, same, truth, truth, truth > 0, rng())
    assert np.isnan(found.gate_accuracy)
    assert found.decisive_share == 0


def test_an_oracle_over_noise_improves_too():
    truth, _, _ = two_experts()
    noisy = 2 + 0.2 * rng(3).standard_normal((1, 8, 4, 10))
    weights = np.full(noisy.shape, 1 / 8)
    found = compare_with_oracle(weights, noisy, np.full_like(truth, 2.1), truth, truth > 0, rng())
    assert found.noise_oracle < found.fused


def test_diversity_by_hand():
    truth, experts, _ = two_experts()
    found = measure_diversity(experts, truth, truth > 0)
    assert found.pair_difference == pytest.approx(0.5)  # |2 - 3| / 2
    assert found.spread == pytest.approx(0.25)  # standard deviation 0.5 of 2
    assert found.error_correlation == pytest.approx(-1)


def test_a_single_expert_has_no_diversity():
    truth, experts, _ = two_experts()
    found = measure_diversity(experts[:, :1], truth, truth > 0)
    assert (found.pair_difference, found.spread) == (0, 0)
    assert np.isnan(found.error_correlation)


def test_hard_choice_between_sharp_experts_removes_what_blending_costs():
    truth = box_scene()
    gap = measure_hardness_gap(blurred(truth), truth, truth)
    assert gap > 0.2
    assert measure_hardness_gap(truth, truth, truth) == 0


def test_spread_that_foretells_the_error_sparsifies_ideally():
    truth = np.full((1, 5, 40), 2.0)
    error = np.linspace(0, 1, 200).reshape(1, 5, 40)
    good = measure_spread_quality(error * 3, truth + error, truth, truth > 0)
    assert good.rank_correlation == pytest.approx(1)
    assert good.sparsification_area == pytest.approx(good.ideal_area)
    bad = measure_spread_quality(1 - error, truth + error, truth, truth > 0)
    assert bad.rank_correlation == pytest.approx(-1)
    assert bad.sparsification_area > 1 > bad.ideal_area


def test_rank_correlation_is_that_of_scipy():
    shape = (1, 9, 9)
    truth, spread = np.ones(shape), np.round(rng(2).random(shape), 1)
    fused = truth + np.round(rng(4).random(shape), 1) * spread
    found = measure_spread_quality(spread, fused, truth, truth > 0)
    expected = spearmanr(spread.ravel(), np.abs(fused - truth).ravel()).statistic
    assert found.rank_correlation == pytest.approx(expected, rel=1e-10)


def test_the_spread_of_a_known_mixture():
    experts = np.array([1.0, 3.0]).reshape(1, 2, 1, 1)
    weights = np.array([0.25, 0.75]).reshape(1, 2, 1, 1)
    spread = mixture_spread(weights, experts, np.array([[[2.5]]]))
    assert spread.item() == pytest.approx(np.sqrt(0.25 * 1.5**2 + 0.75 * 0.5**2))


def test_a_mask_that_leaves_nothing_is_refused():
    with pytest.raises(EvaluationError, match="no pixel"):
        measure_gate(random_weights(), np.zeros((2, 12, 14), bool))
