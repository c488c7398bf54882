"""Weights in 8 bits with one scale a row, a quarter of the size in float32."""

import torch
from jaxtyping import Float, Int8
from torch import Tensor

SCALE_SUFFIX = ".__scale"
LARGEST = 127


def quantize(
    weight: Float[Tensor, "R ..."],
) -> tuple[Int8[Tensor, "R ..."], Float[Tensor, " R"]]:
    """Round every row to 255 levels between minus and plus its largest value.

    Returns:
        The levels, and for each row the value of one level.
    """
    rows = weight.float().flatten(1)
    scale = rows.abs().amax(dim=1) / LARGEST
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    levels = (rows / scale[:, None]).round().to(torch.int8)
    return levels.view(weight.shape), scale


def dequantize(levels: Int8[Tensor, "R ..."], scale: Float[Tensor, " R"]) -> Float[Tensor, "R ..."]:
    """Weights from levels, in float32; wrong by at most half a level."""
    return (levels.flatten(1).float() * scale.float()[:, None]).view(levels.shape)
