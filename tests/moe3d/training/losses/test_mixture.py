import math

import pytest
import torch

from moe3d.training.config import MixtureWeights
from moe3d.training.losses.depth import depth_loss
from moe3d.training.losses.mixture import (
    MixtureAnswer,
    layer_error,
    local_level,
    mixture_loss,
    negative_log_likelihood,
)

SHAPE = (1, 1, 4, 3, 3)


def rand(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fused_answer(depths, confidences, logits, temperature):
    gate = torch.softmax(logits / temperature, dim=2)
    return MixtureAnswer((depths * gate).sum(2), (confidences * gate).sum(2), depths, logits)


def test_equal_experts_give_the_single_component_likelihood():
    errors = torch.full((1, 1, 3, 1, 1), 0.1, dtype=torch.float64)
    log_weights = torch.log_softmax(rand(1, 1, 3, 1, 1), dim=2)
    gaussian = negative_log_likelihood(errors, log_weights, MixtureWeights(scale=0.05))
    by_hand = 0.5 * (0.1 / 0.05) ** 2 + math.log(0.05 * math.sqrt(2 * math.pi))
    assert float(gaussian) == pytest.approx(by_hand)
    laplace = negative_log_likelihood(
        errors, log_weights, MixtureWeights(likelihood="laplace", scale=0.05)
    )
    assert float(laplace) == pytest.approx(0.1 / 0.05 + math.log(2 * 0.05))


def test_one_expert_on_the_truth_explains_it_whatever_the_others_say():
    errors = torch.tensor([0.0, 5.0], dtype=torch.float64).reshape(1, 1, 2, 1, 1)
    log_weights = torch.full_like(errors, math.log(0.5))
    found = negative_log_likelihood(errors, log_weights, MixtureWeights(scale=0.05))
    by_hand = math.log(2) + math.log(0.05 * math.sqrt(2 * math.pi))
    assert float(found) == pytest.approx(by_hand)


def test_even_gates_have_full_entropy_and_no_imbalance():
    logits = torch.zeros(SHAPE, dtype=torch.float64)
    depths, truth = rand(*SHAPE) + 1, rand(1, 1, 3, 3) + 1
    terms = mixture_loss(
        fused_answer(depths, depths + 1, logits, 0.5), truth, 0.5, MixtureWeights()
    )
    assert float(terms.entropy) == pytest.approx(math.log(4))
    assert float(terms.balance) == pytest.approx(0)


def test_one_expert_everywhere_is_the_worst_imbalance():
    logits = torch.zeros(SHAPE, dtype=torch.float64)
    logits[:, :, 0] = 100
    depths, truth = rand(*SHAPE) + 1, rand(1, 1, 3, 3) + 1
    terms = mixture_loss(
        fused_answer(depths, depths + 1, logits, 1.0), truth, 1.0, MixtureWeights()
    )
    assert float(terms.entropy) == pytest.approx(0, abs=1e-9)
    assert float(terms.balance) == pytest.approx(3)


@pytest.mark.parametrize("likelihood", ["gaussian", "laplace"])
@pytest.mark.parametrize("log_space", [False, True])
def test_mixture_loss_passes_a_gradient_check(likelihood, log_space):
    weights = MixtureWeights(
        likelihood=likelihood, scale=0.3, log_space=log_space, entropy_weight=0.1
    )
    truth = rand(1, 1, 3, 3, seed=3) + 1
    truth[0, 0, 1, 1] = math.nan

    # The confidence term is left out: its error is detached on purpose.
    def loss(depths, logits):
        terms = mixture_loss(
            fused_answer(depths, torch.ones_like(depths) * 2, logits, 0.7), truth, 0.7, weights
        )
        return terms.weighted(weights) - terms.confidence

    depths = (rand(*SHAPE, seed=1) + 1).requires_grad_()
    logits = rand(*SHAPE, seed=2).requires_grad_()
    assert torch.autograd.gradcheck(loss, (depths, logits))


def test_confidence_learns_from_the_error_without_moving_depth():
    depths = (rand(*SHAPE, seed=1) + 1).requires_grad_()
    confidences = (rand(*SHAPE, seed=2) + 2).requires_grad_()
    logits = torch.zeros(SHAPE, dtype=torch.float64)
    terms = mixture_loss(
        fused_answer(depths, confidences, logits, 1.0), rand(1, 1, 3, 3) + 1, 1.0, MixtureWeights()
    )
    terms.confidence.backward()
    assert depths.grad is None or not depths.grad.any()
    assert confidences.grad is not None
    assert confidences.grad.any()


def test_equal_experts_without_likelihood_have_vggts_own_loss_and_gradients():
    depth, confidence = (rand(1, 2, 12, 12, seed=seed) + 1.5 for seed in (1, 2))
    truth = rand(1, 2, 12, 12, seed=3) + 1
    truth[0, 0, 4:6, 5] = math.nan
    weights = MixtureWeights(
        likelihood_weight=0.0, balance_weight=0.0, gradient_weight=1.0, confidence_moves_depth=True
    )

    def vggt(depth, confidence):
        return depth_loss(depth, confidence, truth).total

    def mixture(depth, confidence):
        depths, confidences = (x[:, :, None].expand(-1, -1, 4, -1, -1) for x in (depth, confidence))
        answer = fused_answer(depths, confidences, torch.zeros_like(depths), 1.0)
        return mixture_loss(answer, truth, 1.0, weights).weighted(weights)

    inputs = depth.requires_grad_(), confidence.requires_grad_()
    found, wanted = mixture(*inputs), vggt(*inputs)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(
        torch.autograd.grad(found, inputs), torch.autograd.grad(wanted, inputs)
    )


def test_a_forgiven_level_leaves_only_what_changes_within_the_window():
    error = torch.full((1, 1, 9, 9), 0.3)
    valid = torch.ones(1, 1, 9, 9, dtype=torch.bool)
    valid[..., :3] = False
    error[..., :3] = 100.0
    level = local_level(error, valid, window_px=5)
    torch.testing.assert_close(level[..., 3:], torch.full((1, 1, 9, 6), 0.3))


def test_a_forgiven_level_makes_a_wrong_scale_free():
    truth = rand(1, 1, 9, 9).float() + 1
    depths = (2 * truth)[:, :, None].expand(1, 1, 2, 9, 9)
    logits = torch.zeros(1, 1, 2, 9, 9)
    strict = MixtureWeights(scale=0.1, log_space=True)
    lenient = MixtureWeights(scale=0.1, log_space=True, level_window_px=5)
    found = [
        mixture_loss(
            fused_answer(depths, depths + 1, logits, 1.0), truth, 1.0, weights
        ).likelihood.item()
        for weights in (strict, lenient)
    ]
    assert found[0] - found[1] == pytest.approx(0.5 * (math.log(2) / 0.1) ** 2, rel=1e-3)


def test_the_likelihood_near_edges_sees_nothing_else():
    truth = torch.ones(1, 1, 4, 12, dtype=torch.float64)
    truth[..., 6:] = 2.0  # the band is columns 3 to 8
    depths = truth[:, :, None].expand(1, 1, 4, 4, 12).clone()
    logits = torch.zeros_like(depths)
    exact = mixture_loss(
        fused_answer(depths, depths + 1, logits, 1.0), truth, 1.0, MixtureWeights()
    )
    depths[..., :3] += 0.2
    off = mixture_loss(fused_answer(depths, depths + 1, logits, 1.0), truth, 1.0, MixtureWeights())
    by_hand = math.log(0.05 * math.sqrt(2 * math.pi))
    assert float(exact.edge_likelihood) == pytest.approx(by_hand)
    assert float(off.edge_likelihood) == pytest.approx(by_hand)
    assert float(off.likelihood) == pytest.approx(by_hand + 3 / 12 * 0.5 * (0.2 / 0.05) ** 2)
    weighted = off.weighted(MixtureWeights(edge_likelihood_weight=2.0))
    assert float(weighted - off.weighted(MixtureWeights())) == pytest.approx(2 * by_hand)


def test_an_expert_that_goes_on_as_one_surface_pays_nothing_and_one_that_jumps_pays_the_jump():
    slope = 1.01 ** torch.arange(8, dtype=torch.float64)[:, None]
    near = (1.0 * slope).expand(1, 1, 8, 16)
    far = (2.0 * slope).expand(1, 1, 8, 16)
    truth = torch.where(torch.arange(16) < 8, near, far)
    band = torch.zeros_like(truth, dtype=torch.bool)
    band[..., 6:10] = True
    experts = torch.stack([near, far], 2)
    assert float(layer_error(experts, truth, band)) == pytest.approx(0, abs=1e-12)
    exact = truth[:, :, None].expand_as(experts)
    # One of three steps across the band jumps, by ln 2; the down steps have none.
    assert float(layer_error(exact, truth, band)) == pytest.approx(math.log(2) / 3)
