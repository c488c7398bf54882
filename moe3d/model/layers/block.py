"""The pre-norm transformer block."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.layers.attention import Attention, CastingLayerNorm, CastingLinear
from moe3d.model.layers.rope import RotaryTable

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
        self, tokens: Float[Tensor, "N T C"], table: RotaryTable | None = None
    ) -> Float[Tensor, "N T C"]:
        """Transform the T tokens of each of the N groups."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens), table))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))
