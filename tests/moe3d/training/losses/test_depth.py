import math

import pytest
import torch

from moe3d.training.losses.depth import (
    depth_loss,
    edge_band,
    gradient_error,
    mean_of_valid,
    scale_spread,
    unknown_confidence,
)


def random_maps(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_terms_of_a_constant_error_by_hand():
    truth = torch.full((1, 1, 4, 4), 2.0)
    terms = depth_loss(truth + 0.5, torch.full_like(truth, math.e), truth)
    assert float(terms.regression) == pytest.approx(0.5)
    assert float(terms.gradient) == 0
    assert float(terms.confidence) == pytest.approx(math.e * 0.5 - 0.2)


def test_a_log_error_is_the_logarithm_of_the_ratio():
    truth = torch.tensor([[[[1.0, 2.0, 8.0, 3.0]] * 2]])
    terms = depth_loss(2 * truth, torch.full_like(truth, 1.0), truth, log_space=True)
    assert float(terms.regression) == pytest.approx(math.log(2))
    assert float(terms.gradient) == pytest.approx(0, abs=1e-6)


def test_gradient_error_of_a_ramp_counts_every_stride():
    ramp = torch.arange(17.0).expand(1, 1, 17, 17)
    # strides 1, 2, 4, 8 see steps of 1, 2, 4, 8 across and none down
    assert float(gradient_error(ramp, torch.ones_like(ramp))) == 15 / 4


def step_photo_loss(jump_weight, predicted_jump, chance):
    """Mean loss of one predicted jump between two pixels, where the truth has one by chance."""
    with_jump, without = torch.tensor([[[[1.0, 2.0]]]]), torch.ones(1, 1, 1, 2)
    predicted = torch.tensor([[[[0.0, predicted_jump]]]])
    losses = [
        gradient_error(predicted - truth.log(), truth, jump_weight)
        for truth in (with_jump, without)
    ]
    return float(chance * losses[0] + (1 - chance) * losses[1])


@pytest.mark.parametrize(
    ("jump_weight", "chance", "best"),
    [(0.0, 0.45, 0), (0.0, 0.55, 1), (5.0, 0.13, 0), (5.0, 0.16, 1)],
)
def test_a_jump_pays_above_a_chance_of_one_in_two_plus_the_weight(jump_weight, chance, best):
    jumps = torch.linspace(0, 1, 5) * math.log(2)
    costs = [step_photo_loss(jump_weight, float(jump), chance) for jump in jumps]
    assert costs.index(min(costs)) == (len(jumps) - 1) * best


def test_small_steps_do_not_count_more():
    truth = torch.tensor([[[[1.0, 1.04, 1.0]]]])
    error = torch.tensor([[[[0.0, 0.3, 0.1]]]])
    torch.testing.assert_close(gradient_error(error, truth, 5.0), gradient_error(error, truth))


def test_unknown_depth_changes_nothing_and_carries_no_gradient():
    truth = random_maps(1, 2, 6, 6) + 1
    depth = (random_maps(1, 2, 6, 6, seed=1) + 1).requires_grad_()
    confidence = random_maps(1, 2, 6, 6, seed=2) + 1
    truth[..., 2:4, 2:4] = math.nan
    total = depth_loss(depth, confidence, truth).total
    total.backward()
    assert math.isfinite(total.item())
    assert depth.grad is not None
    assert (depth.grad[..., 2:4, 2:4] == 0).all()


def test_a_batch_without_any_truth_gives_zero_and_not_nan():
    truth = torch.full((1, 1, 4, 4), math.nan)
    depth = torch.ones(1, 1, 4, 4, requires_grad=True)
    total = depth_loss(depth, torch.full_like(truth, 2.0), truth).total
    total.backward()
    assert total.item() == 0


def test_the_largest_values_are_left_out():
    values = torch.arange(200.0)[None]
    kept = mean_of_valid(values, torch.ones(1, 200, dtype=torch.bool), quantile=0.98)
    assert float(kept) == pytest.approx(torch.arange(196.0).mean().item())


def test_scenes_weigh_the_same_however_many_pixels_they_have():
    values = torch.tensor([[1.0, 3.0], [10.0, math.nan], [math.nan, math.nan]])
    assert float(mean_of_valid(values, values.isfinite())) == pytest.approx((2 + 10 + 0) / 3)


def test_the_quantile_is_each_scenes_own():
    values = torch.stack([torch.arange(200.0), 1000 + torch.arange(200.0)])
    kept = mean_of_valid(values, torch.ones(2, 200, dtype=torch.bool), quantile=0.5)
    assert float(kept) == pytest.approx((49.5 + 1049.5) / 2)


def test_the_edge_band_reaches_two_pixels_from_a_jump_of_a_tenth():
    truth = torch.ones(1, 1, 8, 12)
    truth[..., 6:] = 1.2  # a jump between columns 5 and 6
    truth[..., 9:] = 1.25  # too small to be one
    truth[..., 11] = math.nan
    band = edge_band(truth)
    assert band[0, 0, 0].nonzero()[:, 0].tolist() == [3, 4, 5, 6, 7, 8]
    assert (band == band[:, :, :1]).all()


def test_confidence_is_pulled_down_only_where_depth_is_unknown():
    truth = torch.tensor([[[[1.0, math.nan]]]])
    assert float(unknown_confidence(torch.tensor([[[[5.0, 3.0]]]]), truth)) == 2


@pytest.mark.parametrize("log_space", [False, True])
def test_depth_loss_passes_a_gradient_check(log_space):
    truth = random_maps(1, 2, 5, 4) + 1
    truth[0, 0, 0, 0] = math.nan

    def loss(depth, confidence):
        return depth_loss(depth, confidence, truth, log_space=log_space).total

    depth = (random_maps(1, 2, 5, 4, seed=1) + 1).requires_grad_()
    confidence = (random_maps(1, 2, 5, 4, seed=2) + 1.5).requires_grad_()
    assert torch.autograd.gradcheck(loss, (depth, confidence))


def test_photos_at_1_and_2_times_their_scale_are_half_a_log_2_from_their_common_one():
    truth = 1 + random_maps(1, 3, 4, 5)
    truth[0, 2] = torch.nan  # an unknown photo does not count
    factors = torch.tensor([1.0, 2.0, 50.0], dtype=torch.float64)[None, :, None, None]
    depth = factors * truth.nan_to_num(1.0)
    assert float(scale_spread(depth, truth)) == pytest.approx(math.log(2) / 2)
    assert float(scale_spread(3 * truth[:, :2], truth[:, :2])) == pytest.approx(0, abs=1e-12)


def test_the_gradient_of_the_scale_term_is_right():
    truth = 1 + random_maps(2, 3, 4, 5, seed=1)
    truth[0, 1, 2] = torch.nan
    depth = (1 + random_maps(2, 3, 4, 5, seed=2)).requires_grad_()
    assert torch.autograd.gradcheck(lambda d: scale_spread(d, truth), (depth,))
