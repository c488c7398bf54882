import pytest
import torch

from moe3d.training.losses.camera import camera_loss, rotation_angle_deg


def test_later_refinement_steps_weigh_more():
    truth = torch.zeros(1, 1, 9)
    steps = torch.zeros(2, 1, 1, 9)
    steps[0, ..., 0] = 3.0  # a mean translation error of 1
    early = float(camera_loss(steps, truth))
    late = float(camera_loss(steps.flip(0), truth))
    assert early == pytest.approx(0.6 / 2)
    assert late == pytest.approx(1 / 2)


def test_a_field_of_view_counts_half():
    steps = torch.zeros(1, 1, 1, 9)
    steps[..., 7] = 2.0  # a mean error of 1 over the two fields of view
    assert float(camera_loss(steps, torch.zeros(1, 1, 9))) == pytest.approx(0.5)


def test_camera_loss_passes_a_gradient_check():
    generator = torch.Generator().manual_seed(0)
    steps = torch.randn(3, 1, 2, 9, generator=generator, dtype=torch.float64, requires_grad=True)
    truth = torch.randn(1, 2, 9, generator=generator, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda s: camera_loss(s, truth), (steps,))


def test_a_quarter_turn_measures_90_degrees():
    turn = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    assert float(rotation_angle_deg(turn, torch.eye(3))) == pytest.approx(90, abs=1e-3)
