"""Multi-head self-attention, with optional query-key norm and rotary positions."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.layers.rope import RotaryTable, rotate

CHUNK_QUERIES = 256
CHUNK_HEADS = 4


class CastingLinear(nn.Linear):
    """A linear layer that takes its input in any precision and computes in its weight's."""

    def forward(self, input: Float[Tensor, "... I"]) -> Float[Tensor, "... O"]:  # noqa: A002
        """Apply the layer."""
        return F.linear(input.to(self.weight.dtype), self.weight, self.bias)


class CastingLayerNorm(nn.LayerNorm):
    """A layer norm that computes in its weight's precision, float32 beside bfloat16 layers."""

    def forward(self, input: Float[Tensor, "... C"]) -> Float[Tensor, "... C"]:  # noqa: A002
        """Apply the layer."""
        return super().forward(input.to(self.weight.dtype))


class Attention(nn.Module):
    """Self-attention over the token axis."""

    def __init__(self, width: int, num_heads: int, *, qk_norm: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.qkv = CastingLinear(width, 3 * width)
        self.proj = CastingLinear(width, width)
        head_dim = width // num_heads
        self.q_norm = CastingLayerNorm(head_dim) if qk_norm else nn.Identity()
        self.k_norm = CastingLayerNorm(head_dim) if qk_norm else nn.Identity()

    def forward(
        self, tokens: Float[Tensor, "N T C"], table: RotaryTable | None = None
    ) -> Float[Tensor, "N T C"]:
        """Attend among the T tokens of each of the N groups."""
        groups, count, width = tokens.shape
        qkv = self.qkv(tokens).unflatten(-1, (3, self.num_heads, width // self.num_heads))
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, T, D)
        query, key = self.q_norm(query), self.k_norm(key)
        if table is not None:
            query, key = rotate(query, table), rotate(key, table)
        mixed = attend(query.to(value.dtype), key.to(value.dtype), value)
        return self.proj(mixed.transpose(1, 2).reshape(groups, count, width))


def attend(
    query: Float[Tensor, "N heads T D"],
    key: Float[Tensor, "N heads T D"],
    value: Float[Tensor, "N heads T D"],
) -> Float[Tensor, "N heads T D"]:
    """Softmax attention by the fastest way for this device and precision."""
    is_inference = not (torch.is_grad_enabled() and query.requires_grad)
    if is_inference and query.device.type == "cpu" and query.dtype == torch.bfloat16:
        return chunked_attention(query, key, value)
    return F.scaled_dot_product_attention(query, key, value)


def chunked_attention(
    query: Float[Tensor, "N heads T D"],
    key: Float[Tensor, "N heads T D"],
    value: Float[Tensor, "N heads T D"],
) -> Float[Tensor, "N heads T D"]:
    """Attention as plain matrix products over a few heads and queries at a time.

    On CPUs with bfloat16 products about three times as fast as the fused kernel.
    """
    result = torch.empty_like(query)
    scaled = query * query.shape[-1] ** -0.5
    for head in range(0, query.shape[1], CHUNK_HEADS):
        heads = slice(head, head + CHUNK_HEADS)
        keys, values = key[:, heads].transpose(-1, -2), value[:, heads]
        for start in range(0, query.shape[2], CHUNK_QUERIES):
            rows = slice(start, start + CHUNK_QUERIES)
            weights = torch.softmax(scaled[:, heads, rows] @ keys, dim=-1)
            result[:, heads, rows] = weights @ values
    return result
