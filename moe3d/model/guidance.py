"""The gate's choice follows the photo: logits averaged over pixels of like colour."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

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
