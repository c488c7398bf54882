"""The last two convolutions: row by row they say what they say of the whole map."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from moe3d.model.layers.last_layer import ROWS, last_layers


@pytest.fixture
def layers() -> tuple[nn.Conv2d, nn.Conv2d]:
    torch.manual_seed(0)
    return nn.Conv2d(8, 12, 3, padding=1), nn.Conv2d(12, 4, 1, groups=2)


@pytest.mark.parametrize("height", [1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS, 2 * ROWS + 5])
def test_rows_are_those_of_the_whole_map(layers, height: int):
    first, last = layers
    maps = torch.randn(2, 8, height, 10)
    with torch.inference_mode():
        found = last_layers(first, last, maps)
        whole = last(F.relu(first(maps)))
    torch.testing.assert_close(found, whole, rtol=1e-6, atol=1e-6)
    assert found.shape == (2, 4, height, 10)


def test_of_narrow_maps_the_last_layer_is_wide(layers):
    first, last = layers
    maps = torch.randn(1, 8, 2 * ROWS, 10)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        found = last_layers(first, last, maps)
        hidden = F.relu(first(maps))
    assert (found.dtype, hidden.dtype) == (torch.float32, torch.bfloat16)
    with torch.inference_mode():
        torch.testing.assert_close(found, last(hidden.float()), rtol=1e-6, atol=1e-6)


def test_gradients_flow(layers):
    first, last = layers
    maps = torch.randn(1, 8, 2 * ROWS, 10, requires_grad=True)
    last_layers(first, last, maps).sum().backward()
    assert maps.grad is not None
    assert maps.grad.abs().sum() > 0
