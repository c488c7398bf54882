"""A gate that follows the photo, against sums by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from moe3d.model.config import ModelConfig
from moe3d.model.gate import follow_photo
from moe3d.model.moe3d import MoE3DNetwork


def by_hand(maps: np.ndarray, image: np.ndarray, radius: int, sigma: float) -> np.ndarray:
    """(C, H, W) maps, pixel by pixel."""
    _, height, width = maps.shape
    result = np.zeros_like(maps)
    for row in range(height):
        for column in range(width):
            total = 0.0
            for r in range(max(row - radius, 0), min(row + radius + 1, height)):
                for c in range(max(column - radius, 0), min(column + radius + 1, width)):
                    apart = ((r - row) ** 2 + (c - column) ** 2) / (0.75 * radius) ** 2
                    unlike = ((image[:, r, c] - image[:, row, column]) ** 2).sum() / sigma**2
                    weight = np.exp(-0.5 * (apart + unlike))
                    result[:, row, column] += weight * maps[:, r, c]
                    total += weight
            result[:, row, column] /= total
    return result


@pytest.mark.parametrize("radius", [1, 2])
def test_it_is_the_bilateral_mean(radius: int) -> None:
    torch.manual_seed(0)
    maps, images = torch.randn(2, 3, 6, 5).double(), torch.rand(2, 3, 6, 5).double()
    found = follow_photo(maps, images, radius, 0.4)
    for frame in range(2):
        expected = by_hand(maps[frame].numpy(), images[frame].numpy(), radius, 0.4)
        np.testing.assert_allclose(found[frame].numpy(), expected, atol=1e-12)


def test_nothing_crosses_an_outline_of_the_photo() -> None:
    images = torch.zeros(1, 3, 8, 8)
    images[..., 4:] = 1.0
    maps = torch.full((1, 2, 8, 8), 3.0)
    maps[..., 4:] = -2.0
    maps[0, 0, 2, 2] = -9.0  # one pixel that disagrees with its surroundings
    found = follow_photo(maps, images, 2, 0.1)
    torch.testing.assert_close(found[..., 4:], maps[..., 4:])
    torch.testing.assert_close(found[:, 1], maps[:, 1])
    assert -9 < found[0, 0, 2, 2] < 3
    assert found[0, 0, 2, 3] < 3


def test_without_a_radius_the_maps_are_the_same() -> None:
    maps = torch.randn(1, 2, 4, 4)
    assert follow_photo(maps, torch.rand(1, 3, 4, 4), 0, 0.1) is maps


def test_an_outline_a_pixel_off_moves_to_the_photos() -> None:
    # The logits change sign one pixel to the left of the photo's outline, weakly.
    images = torch.zeros(1, 3, 12, 12)
    images[..., 6:] = 1.0
    logits = torch.full((1, 1, 12, 12), -1.0)
    logits[..., 5] = 0.2
    logits[..., 6:] = 1.0
    found = follow_photo(logits, images, 1, 0.1)
    assert (found[..., :6] < 0).all()
    assert (found[..., 6:] > 0).all()


def test_the_networks_logits_follow_its_photos(
    tiny_config: ModelConfig, tiny_images: torch.Tensor
) -> None:
    torch.manual_seed(0)
    plain = MoE3DNetwork(tiny_config).eval()
    torch.nn.init.normal_(plain.moe_head.gate.conv2.weight)
    moe = dataclasses.replace(tiny_config.moe, guide_radius_px=1, guide_sigma=0.2)
    guided = MoE3DNetwork(dataclasses.replace(tiny_config, moe=moe)).eval()
    guided.load_state_dict(plain.state_dict())
    with torch.inference_mode():
        before, after = plain(tiny_images), guided(tiny_images)
    expected = follow_photo(
        before.gate_logits.flatten(0, 1), tiny_images.flatten(0, 1), radius_px=1, colour_sigma=0.2
    )
    torch.testing.assert_close(after.gate_logits.flatten(0, 1), expected)
    torch.testing.assert_close(after.expert_depths, before.expert_depths)
    weights = torch.softmax(after.gate_logits / after.gate_temperature, dim=2)
    torch.testing.assert_close(after.depth, (weights * after.expert_depths).sum(2))
    assert (after.depth - before.depth).abs().max() > 1e-4


def test_gradients_reach_the_gate() -> None:
    maps = torch.randn(1, 2, 5, 5, requires_grad=True)
    follow_photo(maps, torch.rand(1, 3, 5, 5), 1, 0.3).sum().backward()
    assert maps.grad is not None
    # Every pixel's weights add up to one, so the gradients do so too, over all pixels.
    torch.testing.assert_close(maps.grad.sum(), torch.tensor(50.0))
