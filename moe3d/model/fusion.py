"""The mixture: gate weights and the weighted sum over the experts."""

import torch
from jaxtyping import Float
from torch import Tensor


def gate_weights(
    logits: Float[Tensor, "*B E H W"], temperature: float
) -> Float[Tensor, "*B E H W"]:
    """Softmax over the experts at a temperature; sums to 1 at every pixel."""
    return torch.softmax(logits / temperature, dim=-3)


def fuse(
    candidates: Float[Tensor, "*B E H W"], weights: Float[Tensor, "*B E H W"]
) -> Float[Tensor, "*B H W"]:
    """Weighted sum over the experts of depths or confidences after their activation."""
    return (candidates * weights).sum(dim=-3)
