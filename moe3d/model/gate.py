"""The gate: one logit an expert at every pixel."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.config import DPTConfig, MoEConfig
from moe3d.model.dpt import DecodedMaps, at_least_float32
from moe3d.model.feature_fusion import resize
from moe3d.model.layers.last_layer import last_layers

REACH = 0.75
"""Standard deviation of the distance in pixels, as a share of the radius."""


def follow_photo(
    maps: Float[Tensor, "N C H W"],
    images: Float[Tensor, "N 3 H W"],
    radius_px: int,
    colour_sigma: float,
) -> Float[Tensor, "N C H W"]:
    """Average maps over a window, where pixels count that are near and of like colour.

    Source: the joint bilateral filter (Petschnigg et al. 2004; Eisemann and Durand 2004), here of
    a gate's logits, so that the place where an expert gives way to another moves to the outline in
    the photo. Nothing is learnt; gradients flow to the maps.

    Args:
        maps: of any channels, each averaged with the same weights.
        images: the photos, RGB in 0..1.
        radius_px: the window is 2 radius + 1 pixels a side, cut at the border of the photo; 0
            returns the maps.
        colour_sigma: standard deviation of the distance in RGB at which a pixel still counts.
    """
    if radius_px == 0:
        return maps
    height, width = maps.shape[-2:]
    padded = F.pad(maps, (radius_px,) * 4)
    photos = F.pad(images, (radius_px,) * 4, value=float("inf"))  # infinitely far: weight 0
    total, share = torch.zeros_like(maps), torch.zeros_like(maps[:, :1])
    for dy in range(2 * radius_px + 1):
        for dx in range(2 * radius_px + 1):
            here = (..., slice(dy, dy + height), slice(dx, dx + width))
            apart = ((dy - radius_px) ** 2 + (dx - radius_px) ** 2) / (REACH * radius_px) ** 2
            unlike = (photos[here] - images).square().sum(1, keepdim=True) / colour_sigma**2
            weight = torch.exp(-0.5 * (unlike + apart)).to(maps.dtype)
            total, share = total + weight * padded[here], share + weight
    return total / share


class Gate(nn.Module):
    """3x3 convolution, ReLU, 1x1 convolution.

    Variants A and F read the full-resolution map; A' and B read the map before the upsampling, and
    the logits (not the weights) are enlarged. The last layer starts at zero: all experts weigh the
    same. With a guide radius the logits then follow the photo (`guidance`).
    """

    def __init__(self, dpt: DPTConfig, moe: MoEConfig) -> None:
        super().__init__()
        self.at_full_resolution = moe.variant in ("A", "F")
        """Whether it reads the map that has the size of the images."""
        incoming = dpt.num_map_channels if self.at_full_resolution else dpt.features
        default = dpt.num_map_channels if self.at_full_resolution else dpt.features // 4
        hidden = moe.gate_channels or default
        self._radius_px, self._colour_sigma = moe.guide_radius_px, moe.guide_sigma
        self.conv1 = nn.Conv2d(incoming, hidden, 3, padding=1)
        self.conv2 = nn.Conv2d(hidden, moe.num_experts, 1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # pyright: ignore[reportArgumentType]

    def forward(
        self, maps: DecodedMaps, images: Float[Tensor, "N 3 H W"]
    ) -> Float[Tensor, "N E H W"]:
        """Logits at the size of the images, RGB in 0..1; at least in 32 bits."""
        source = maps.full if self.at_full_resolution else maps.fused
        assert source is not None
        height, width = images.shape[-2:]
        logits = last_layers(self.conv1, self.conv2, source)
        logits = resize(logits, (height, width))
        return follow_photo(at_least_float32(logits), images, self._radius_px, self._colour_sigma)
