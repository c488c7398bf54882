"""The pre-norm transformer block."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.layers.attention import Attention, CastingLayerNorm, CastingLinear
from moe3d.model.layers.rope import RotaryTable
from moe3d.model.work import OnWork

MLP_RATIO = 4


class LayerScale(nn.Module):
    """A learned factor a channel, in float32 also beside bfloat16 layers."""

    def __init__(self, width: int, init: float) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), init))

    def forward(self, x: Float[Tensor, "... C"]) -> Float[Tensor, "... C"]:
        """Scale; the result has the factor's precision, and so has the residual stream."""
        return x * self.gamma


class Mlp(nn.Module):
    """Two linear layers with an exact GELU between them."""

    def __init__(self, width: int, hidden: int, out: int) -> None:
        super().__init__()
        self.fc1 = CastingLinear(width, hidden)
        self.fc2 = CastingLinear(hidden, out)

    def forward(self, x: Float[Tensor, "... I"]) -> Float[Tensor, "... O"]:
        """Apply both layers."""
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    """Attention and MLP, each behind a norm and a LayerScale, added to the residual stream."""

    def __init__(
        self,
        width: int,
        num_heads: int,
        *,
        layer_scale_init: float,
        qk_norm: bool = False,
        norm_eps: float = 1e-5,
    ) -> None:
        super().__init__()
        self.norm1 = CastingLayerNorm(width, eps=norm_eps)
        self.attn = Attention(width, num_heads, qk_norm=qk_norm)
        self.ls1 = LayerScale(width, layer_scale_init)
        self.norm2 = CastingLayerNorm(width, eps=norm_eps)
        self.mlp = Mlp(width, MLP_RATIO * width, width)
        self.ls2 = LayerScale(width, layer_scale_init)

    def forward(
        self,
        tokens: Float[Tensor, "N T C"],
        table: RotaryTable | None = None,
        on_work: OnWork | None = None,
    ) -> Float[Tensor, "N T C"]:
        """Transform the T tokens of each of the N groups; tells the work of the attention."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens), table, on_work))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))

    def run_in_place(
        self,
        tokens: Float[Tensor, "N T C"],
        table: RotaryTable | None,
        piece: int,
        on_work: OnWork | None = None,
    ) -> Float[Tensor, "N T C"]:
        """The same with the working set of some tokens, written over the tokens; no gradients.

        Groups go through a few at a time; one that is longer than a piece gives keys and values
        of all its tokens first, and then asks piece by piece.

        Args:
            tokens: overwritten, and returned.
            table: positions of the T tokens.
            piece: most tokens at a time; a short group goes through whole.
            on_work: told the work of the attention.
        """
        groups, count = tokens.shape[:2]
        if count <= piece:
            step = piece // count
            for start in self._starts(tokens, groups, step):
                some = slice(start, start + step)
                tokens[some] = self(tokens[some], table, on_work)
            return tokens
        for group in range(groups):
            self._run_long_group(tokens[group : group + 1], table, piece, on_work)
        return tokens

    def _run_long_group(
        self,
        tokens: Float[Tensor, "1 T C"],
        table: RotaryTable | None,
        piece: int,
        on_work: OnWork | None,
    ) -> None:
        count, width = tokens.shape[1:]
        heads = self.attn.num_heads
        weight = self.attn.qkv.weight
        shape = (1, heads, count, width // heads)
        keys = torch.empty(shape, dtype=weight.dtype, device=tokens.device)
        values = torch.empty_like(keys)
        starts = self._starts(tokens, count, piece)
        pieces = [slice(start, start + piece) for start in starts]
        for rows in pieces:
            part = None if table is None else table.rows(rows)
            keys[:, :, rows], values[:, :, rows] = self.attn.keys_and_values(
                self.norm1(tokens[:, rows]), part
            )
        for rows in pieces:
            part = None if table is None else table.rows(rows)
            some = tokens[:, rows]
            some = some + self.ls1(self.attn.answers(self.norm1(some), keys, values, part, on_work))
            tokens[:, rows] = some + self.ls2(self.mlp(self.norm2(some)))

    @staticmethod
    def _starts(tokens: Float[Tensor, "N T C"], total: int, step: int) -> range:
        """Where pieces begin; on the meta device, where all are alike, the first alone."""
        return range(0, min(total, step) if tokens.device.type == "meta" else total, step)
