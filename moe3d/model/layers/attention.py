"""Multi-head self-attention, with optional query-key norm and rotary positions."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.layers.rope import RotaryTable, rotate
from moe3d.model.work import OnWork, attention_work

LONG = 16384
"""Tokens of a group from which on the fused kernel is asked head by head, to hear of a cancel."""
CHUNK_QUERIES = 512
CHUNK_HEADS = 2
"""Two heads' weights of 512 queries stay in the caches, and fill a product of matrices."""


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
        self,
        tokens: Float[Tensor, "N T C"],
        table: RotaryTable | None = None,
        on_work: OnWork | None = None,
    ) -> Float[Tensor, "N T C"]:
        """Attend among the T tokens of each of the N groups."""
        groups, count, width = tokens.shape
        qkv = self.qkv(tokens).unflatten(-1, (3, self.num_heads, width // self.num_heads))
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, T, D)
        query, key = self._placed(query, self.q_norm, table), self._placed(key, self.k_norm, table)
        mixed = attend(query.to(value.dtype), key.to(value.dtype), value, on_work)
        return self.proj(mixed.transpose(1, 2).reshape(groups, count, width))

    def keys_and_values(
        self, tokens: Float[Tensor, "N R C"], table: RotaryTable | None
    ) -> tuple[Float[Tensor, "N heads R D"], Float[Tensor, "N heads R D"]]:
        """What R tokens answer to the queries of others; in the precision of the weights.

        Args:
            tokens: some of a group's.
            table: of these tokens alone.
        """
        width = tokens.shape[-1]
        key, value = self._part(tokens, slice(width, None)).unflatten(2, (2, -1)).unbind(2)
        key, value = key.transpose(1, 2), value.transpose(1, 2)  # each (N, heads, R, D)
        return self._placed(key, self.k_norm, table).to(value.dtype), value

    def answers(
        self,
        tokens: Float[Tensor, "N R C"],
        keys: Float[Tensor, "N heads T D"],
        values: Float[Tensor, "N heads T D"],
        table: RotaryTable | None,
        on_work: OnWork | None = None,
    ) -> Float[Tensor, "N R C"]:
        """Let R tokens attend to all T of their group.

        Args:
            tokens: some of a group's.
            keys: of all.
            values: of all.
            table: of the R tokens.
            on_work: told how far it is.
        """
        query = self._part(tokens, slice(0, tokens.shape[-1])).transpose(1, 2)
        query = self._placed(query, self.q_norm, table).to(values.dtype)
        return self.proj(attend(query, keys, values, on_work).transpose(1, 2).flatten(2))

    def _part(self, tokens: Float[Tensor, "N R C"], rows: slice) -> Float[Tensor, "N R heads D"]:
        """Some rows of the joint layer of queries, keys and values; heads of all asked parts."""
        linear = self.qkv
        bias = None if linear.bias is None else linear.bias[rows]
        found = F.linear(tokens.to(linear.weight.dtype), linear.weight[rows], bias)
        return found.unflatten(-1, (-1, tokens.shape[-1] // self.num_heads))

    @staticmethod
    def _placed(
        heads: Float[Tensor, "N heads R D"], norm: nn.Module, table: RotaryTable | None
    ) -> Float[Tensor, "N heads R D"]:
        """Norm and turn queries or keys."""
        return norm(heads) if table is None else rotate(norm(heads), table)


def attend(
    query: Float[Tensor, "N heads R D"],
    key: Float[Tensor, "N heads T D"],
    value: Float[Tensor, "N heads T D"],
    on_work: OnWork | None = None,
) -> Float[Tensor, "N heads R D"]:
    """Softmax attention by the fastest way for this device and precision.

    Args:
        query: of R tokens.
        key: of all.
        value: of all.
        on_work: told a few heads at a time, where no gradient is wanted and it takes long.
    """
    is_inference = not (torch.is_grad_enabled() and query.requires_grad)
    if is_inference and query.device.type == "cpu" and query.dtype == torch.bfloat16:
        return chunked_attention(query, key, value, on_work)
    if not is_inference or on_work is None or key.shape[2] < LONG:
        return F.scaled_dot_product_attention(query, key, value)
    result = torch.empty_like(query)
    for head in range(query.shape[1]):
        one = slice(head, head + 1)
        result[:, one] = F.scaled_dot_product_attention(query[:, one], key[:, one], value[:, one])
        on_work(_work_of(query[:, one], key))
    return result


def chunked_attention(
    query: Float[Tensor, "N heads R D"],
    key: Float[Tensor, "N heads T D"],
    value: Float[Tensor, "N heads T D"],
    on_work: OnWork | None = None,
) -> Float[Tensor, "N heads R D"]:
    """Attention as plain matrix products over a few heads and queries at a time.

    Twice as fast as the fused kernel on CPUs with units for products in bfloat16.
    """
    scaled = (query * query.shape[-1] ** -0.5).flatten(0, 1)  # (G, R, D): one group a head
    keys, values = key.flatten(0, 1).transpose(1, 2), value.flatten(0, 1)
    result = torch.empty_like(scaled)
    for head in range(0, len(scaled), CHUNK_HEADS):
        heads = slice(head, head + CHUNK_HEADS)
        for start in range(0, scaled.shape[1], CHUNK_QUERIES):
            rows = slice(start, start + CHUNK_QUERIES)
            weights = torch.softmax(torch.bmm(scaled[heads, rows], keys[heads]), dim=-1)
            result[heads, rows] = torch.bmm(weights, values[heads])
        if on_work is not None:
            on_work(_work_of(scaled[None, heads], key))
    return result.view_as(query)


def _work_of(query: Float[Tensor, "N heads R D"], key: Float[Tensor, "M all T D"]) -> float:
    groups, heads, count, width = query.shape
    return attention_work(heads * width, groups * count, key.shape[2])
