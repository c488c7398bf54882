"""The last two convolutions before an exponential, the very last in 32 bits."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

ROWS = 28
"""Of a map that go through both at a time: less memory, and they stay in a processor's caches."""
PIXELS = 1024
"""That go through the very last layer at a time on a processor, in its innermost cache."""


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
    if maps.device.type == "cpu":
        return _on_processor(first, last, maps)
    parts = []
    for start in range(0, height, ROWS):
        stop, above = min(start + ROWS, height), max(start - 1, 0)
        hidden = first(maps[:, :, above : stop + 1])[:, :, start - above :][:, :, : stop - start]
        parts.append(last_layer(last, F.relu(hidden)))
    return torch.cat(parts, dim=2)


def _on_processor(
    first: nn.Conv2d, last: nn.Conv2d, maps: Float[Tensor, "N C H W"]
) -> Float[Tensor, "N O H W"]:
    """`last_layers` with the very last one as a product of matrices, in groups as well.

    Three times as fast as the library's 1x1 convolution, which is slow with few outputs.
    """
    frames, _, height, width = maps.shape
    narrow = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else maps.dtype
    weight = first.weight.to(narrow).contiguous(memory_format=torch.channels_last)
    bias = None if first.bias is None else first.bias.to(narrow)
    matrix = _as_matrix(last)
    offset = matrix.new_zeros(matrix.shape[1]) if last.bias is None else last.bias
    result = matrix.new_empty(frames, height, width, matrix.shape[1])
    with torch.autocast("cpu", enabled=False):
        for frame in range(frames):
            for start in range(0, height, ROWS):
                stop, above = min(start + ROWS, height), max(start - 1, 0)
                some = maps[frame : frame + 1, :, above : stop + 1].to(narrow)
                is_inside = above < start and stop < height  # its neighbours are there
                hidden = F.conv2d(some, weight, bias, padding=(0, 1) if is_inside else 1)[0]
                if not is_inside:
                    hidden = hidden[:, start - above :][:, : stop - start]
                rows = hidden.permute(1, 2, 0).flatten(0, 1)  # (P, C)
                into = result[frame, start:stop].flatten(0, 1)
                for at in range(0, len(rows), PIXELS):
                    piece = slice(at, at + PIXELS)
                    wide = rows[piece].to(matrix.dtype).relu_()
                    torch.addmm(offset, wide, matrix, out=into[piece])
    return result.permute(0, 3, 1, 2)


def _as_matrix(conv: nn.Conv2d) -> Float[Tensor, "I O"]:
    """A 1x1 convolution's weights; what lies outside of its groups is 0."""
    groups, outputs = conv.groups, conv.out_channels // conv.groups
    own = conv.weight.view(groups, outputs, -1)  # (G, O / G, I / G)
    return torch.block_diag(*own).T.contiguous()


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
