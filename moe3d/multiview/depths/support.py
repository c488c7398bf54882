"""Which photos confirm the depth of which pixels."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8

from moe3d.multiview.depths.sweep import Posed, look_up, warp


@dataclass(frozen=True)
class SupportSettings:
    """When a photo confirms a pixel."""

    depth_rtol: float = 0.02
    """Largest difference of the depths, as a share."""
    return_px: float = 1.0
    """Largest reprojection error there and back, pixels of a picture 224 pixels wide."""


@dataclass(frozen=True)
class Confirmation:
    """What one photo says of another's depth, pixel by pixel."""

    is_confirmed: Float[torch.Tensor, "H W"]
    """1 where the depths agree, else 0."""
    log_ratio: Float[torch.Tensor, "H W"]
    """log of the depth that the other photo gives over the pixel's own; NaN where it does not see
    it, or sees something far in front of it."""


def confirm(
    reference: Posed,
    depth: Float[torch.Tensor, "H W"],
    other: Posed,
    other_depth: Float[torch.Tensor, "H W"],
    settings: SupportSettings,
) -> Confirmation:
    """Check one photo's depth by another's: project, read, and reproject.

    Args:
        reference: the photo of the pixels.
        depth: its z-depth; not positive where unknown.
        other: the photo that is asked.
        other_depth: its z-depth; not positive where unknown.
        settings: tolerances.
    """
    known = depth > 0
    there = warp(reference, other, torch.where(known, depth, 1.0).log()[None])
    inside_depth = torch.where(other.valid & (other_depth > 0), other_depth, 0.0)
    seen = look_up(inside_depth, there[..., :2], "nearest")[0]
    z = there[0, ..., 2]
    visible = known & reference.valid & (seen > 0) & (z > 0)
    ratio = torch.where(visible, seen, 1.0) / torch.where(visible, z, 1.0)
    log_ratio = torch.where(visible, ratio.log(), torch.nan)
    agrees = visible & ((ratio - 1).abs() < settings.depth_rtol)
    agrees &= _returns(reference, depth, other, there[0, ..., :2], seen, settings)
    return Confirmation(agrees.to(depth.dtype), log_ratio)


def _returns(
    reference: Posed,
    depth: Float[torch.Tensor, "H W"],
    other: Posed,
    pixels: Float[torch.Tensor, "H W 2"],
    seen: Float[torch.Tensor, "H W"],
    settings: SupportSettings,
) -> Bool[torch.Tensor, "H W"]:
    """Whether a pixel comes back to where it was, by the depth that the other photo sees."""
    height, width = depth.shape
    reference_from_other = reference.camera_from_world @ torch.linalg.inv(other.camera_from_world)
    ones = torch.ones_like(pixels[..., :1])
    rays = torch.cat([pixels, ones], dim=-1) @ torch.linalg.inv(other.intrinsics).T
    points = rays * seen[..., None] @ reference_from_other[:3, :3].T + reference_from_other[:3, 3]
    back = points @ reference.intrinsics.T
    back = back[..., :2] / back[..., 2:].clamp_min(1e-9)
    v, u = torch.meshgrid(
        torch.arange(height, device=depth.device, dtype=depth.dtype),
        torch.arange(width, device=depth.device, dtype=depth.dtype),
        indexing="ij",
    )
    distance = (back - torch.stack([u, v], dim=-1)).norm(dim=-1)
    return distance < settings.return_px * max(width, height) / 224


def count_support(
    photos: list[Posed],
    depth: Float[torch.Tensor, "S H W"],
    view: int,
    others: list[int],
    settings: SupportSettings,
) -> tuple[UInt8[torch.Tensor, "H W"], Float[torch.Tensor, "H W"]]:
    """How many other photos confirm each pixel of one photo, and what they say of its depth.

    Returns:
        The count, and the median over the photos that see the pixel of log(their depth / its own);
        NaN where none does.
    """
    answers = [
        confirm(photos[view], depth[view], photos[other], depth[other], settings)
        for other in others
    ]
    if not answers:
        nothing = torch.full_like(depth[view], torch.nan)
        return torch.zeros_like(depth[view], dtype=torch.uint8), nothing
    support = torch.stack([answer.is_confirmed for answer in answers]).sum(dim=0)
    ratios = torch.stack([answer.log_ratio for answer in answers])
    return support.clamp_max(255).to(torch.uint8), ratios.nanmedian(dim=0).values
