"""The DINOv2 vision transformer, under VGGT's key names."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.config import ModelConfig
from moe3d.model.layers.block import Block

DINO_NORM_EPS = 1e-6


class PatchProjection(nn.Module):
    """One linear map a patch, as a strided convolution."""

    def __init__(self, patch_size: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, kernel_size=patch_size, stride=patch_size)

    def forward(self, images: Float[Tensor, "N 3 H W"]) -> Float[Tensor, "N C h w"]:
        """Project every patch."""
        return self.proj(images)


class PatchEmbed(nn.Module):
    """Images to normed patch tokens; DINO's class and register tokens are dropped at the end."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        settings, width = config.patch_embed, config.width
        self._antialias = settings.antialias
        self._table_side = settings.image_size // config.patch_size
        self.patch_embed = PatchProjection(config.patch_size, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.empty(1, 1 + self._table_side**2, width))
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        self.register_tokens = (
            nn.Parameter(torch.zeros(1, settings.num_register_tokens, width))
            if settings.num_register_tokens
            else None
        )
        self.mask_token = nn.Parameter(torch.zeros(1, width), requires_grad=False)  # unused
        self.blocks = nn.ModuleList(
            Block(
                width,
                settings.num_heads,
                layer_scale_init=settings.layer_scale_init,
                norm_eps=DINO_NORM_EPS,
            )
            for _ in range(settings.depth)
        )
        self.norm = nn.LayerNorm(width, eps=DINO_NORM_EPS)

    @property
    def num_special_tokens(self) -> int:
        """Class and register tokens beside the patches."""
        return 1 if self.register_tokens is None else 1 + self.register_tokens.shape[1]

    def forward(
        self,
        images: Float[Tensor, "N 3 H W"],
        run_block: Callable[[nn.Module, Tensor], Tensor],
    ) -> Float[Tensor, "N P C"]:
        """Embed normalised images.

        Args:
            images: already divided by the ImageNet spread; sides multiples of the patch.
            run_block: calls a block on tokens; lets the caller count and recompute blocks.
        """
        patches = self.patch_embed(images)
        grid = (patches.shape[2], patches.shape[3])
        tokens = patches.flatten(2).transpose(1, 2)  # (N, P, C)
        class_token = self.cls_token.expand(len(tokens), -1, -1)
        tokens = torch.cat([class_token, tokens], dim=1) + self._positions(grid)
        if self.register_tokens is not None:
            registers = self.register_tokens.expand(len(tokens), -1, -1)
            tokens = torch.cat([tokens[:, :1], registers, tokens[:, 1:]], dim=1)
        for block in self.blocks:
            tokens = run_block(block, tokens)
        return self.norm(tokens[:, self.num_special_tokens :])

    def _positions(self, grid: tuple[int, int]) -> Float[Tensor, "1 T C"]:
        if grid == (self._table_side, self._table_side):
            return self.pos_embed
        return resize_positions(self.pos_embed, grid, antialias=self._antialias)


def resize_positions(
    table: Float[Tensor, "1 T C"], grid: tuple[int, int], *, antialias: bool
) -> Float[Tensor, "1 U C"]:
    """Resize the square part of a position table to a grid; the class entry stays first."""
    side = round((table.shape[1] - 1) ** 0.5)
    square = table[:, 1:].float().unflatten(1, (side, side)).permute(0, 3, 1, 2)
    resized = F.interpolate(square, size=grid, mode="bicubic", antialias=antialias)
    resized = resized.flatten(2).transpose(1, 2).to(table.dtype)  # (1, h * w, C)
    return torch.cat([table[:, :1], resized], dim=1)
