"""The last two convolutions before an exponential, the very last in 32 bits."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

ROWS = 28
"""Of a map that go through both at a time: less memory, and they stay in a processor's caches."""


def last_layers(
    first: nn.Conv2d, last: nn.Conv2d, maps: Float[Tensor, "N C H W"]
) -> Float[Tensor, "N O H W"]:
    """A 3x3 convolution, ReLU, and a 1x1 convolution.

    Without gradients a few rows go through both at a time, with the same result.

    Args:
        first: 3x3, padded by 1.
        last: 1x1, maybe in groups.
        maps: its input.
    """
    height = maps.shape[2]
    if torch.is_grad_enabled() or height <= ROWS:
        return last_layer(last, F.relu(first(maps)))
    parts = []
    for start in range(0, height, ROWS):
        stop, above = min(start + ROWS, height), max(start - 1, 0)
        hidden = first(maps[:, :, above : stop + 1])[:, :, start - above :][:, :, : stop - start]
        parts.append(last_layer(last, F.relu(hidden)))
    return torch.cat(parts, dim=2)


def last_layer(conv: nn.Conv2d, hidden: Float[Tensor, "N C H W"]) -> Float[Tensor, "N O H W"]:
    """Apply a convolution in its own precision where no gradient is wanted.

    Of 8 significant bits an exponential would show steps. In training the caller's autocast
    decides, which spares the memory of a wide copy.
    """
    is_narrow = hidden.dtype in (torch.bfloat16, torch.float16)
    if torch.is_grad_enabled() or not is_narrow or hidden.device.type == "meta":
        return conv(hidden)
    with torch.autocast(hidden.device.type, enabled=False):
        return conv(hidden.to(conv.weight.dtype))
