import dataclasses

import torch

from moe3d.model.camera_head import CameraHead
from moe3d.model.config import ModelConfig


def test_a_head_with_constant_steps_adds_them_up(tiny_config: ModelConfig):
    head = CameraHead(tiny_config)
    step = torch.tensor([0.1, -0.2, 0.3, 0, 0, 0, 1, -0.5, 0.25])
    torch.nn.init.zeros_(head.pose_branch.fc2.weight)
    with torch.no_grad():
        head.pose_branch.fc2.bias.copy_(step)
    steps = head(torch.randn(1, 2, 32))
    for index in range(4):
        expected = (index + 1) * step
        expected[7] = 0.0  # a negative field of view is cut, but only in what is returned
        torch.testing.assert_close(steps[index], expected.expand(1, 2, 9))


def test_each_step_is_fed_the_sum_before_the_cut_and_no_gradient(tiny_config: ModelConfig):
    torch.manual_seed(0)
    head = CameraHead(tiny_config)
    fed = []
    head.embed_pose.register_forward_pre_hook(lambda _module, inputs: fed.append(inputs[0]))
    with torch.no_grad():
        head.pose_branch.fc2.bias.copy_(torch.full((9,), -1.0))
        head.empty_pose_tokens.fill_(0.7)
    head(torch.randn(1, 2, 32))
    assert torch.equal(fed[0], torch.full((1, 2, 9), 0.7))
    assert (fed[1][..., 7:] < 0).all()
    assert not any(pose.requires_grad for pose in fed[1:])


def test_views_talk_to_each_other(tiny_config: ModelConfig):
    torch.manual_seed(0)
    head = CameraHead(
        dataclasses.replace(
            tiny_config,
            camera_head=dataclasses.replace(tiny_config.camera_head, width=8, num_iterations=2),
        )
    )
    tokens = torch.randn(1, 3, 32)
    changed = tokens.clone()
    changed[0, 2] = torch.randn(32)
    assert head(tokens).shape == (2, 1, 3, 9)
    assert not torch.allclose(head(tokens)[-1, 0, 0], head(changed)[-1, 0, 0])
