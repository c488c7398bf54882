"""From light to photograph: exposure, tone, colour, vignette, blur, noise, block artefacts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import pad

from moe3d.training.data.seeds import scene_random

BLOCK = 8
BLUR_RADIUS = 2


@dataclass(frozen=True)
class Darkroom:
    """How one scene's photos are developed; exposure varies a little between its views."""

    exposure: float
    balance: Float[np.ndarray, "3"]
    gamma: float
    contrast: float
    blur_px: float
    """Standard deviation; 0 for none."""
    noise: float
    block: float
    """Rounding step of the cosine coefficients; 0 for none."""
    vignette: float
    saturation: float
    gains: Float[np.ndarray, " S"]


def sample_darkroom(seed: int, num_views: int) -> Darkroom:
    """Draw how the photos of a scene look."""
    random = scene_random(seed, stream=2)
    exposure = float(np.exp(random.normal(np.log(0.38), 0.35)))
    balance = np.exp(random.normal(0, 0.07, 3))
    gamma, contrast = random.uniform(1.8, 2.6), random.uniform(0.0, 0.6)
    blur_px = random.uniform(0.3, 0.9) if random.random() < 0.35 else 0.0
    noise = random.uniform(0, 0.03) * (random.random() < 0.6)
    block = random.uniform(0.005, 0.05) if random.random() < 0.4 else 0.0
    vignette, saturation = random.uniform(0, 0.35), random.uniform(0.6, 1.2)
    gains = np.exp(random.normal(0, 0.08, num_views))
    return Darkroom(
        exposure, balance, gamma, contrast, blur_px, noise, block, vignette, saturation, gains
    )


def _blur(images: Float[Tensor, "B C H W"], sigmas_px: list[float]) -> Float[Tensor, "B C H W"]:
    """Gaussian of each scene's own width; 0 leaves a scene as it is."""
    offsets = np.arange(-BLUR_RADIUS, BLUR_RADIUS + 1)
    kernels = np.stack([_gaussian(offsets, sigma) for sigma in sigmas_px]).astype(np.float32)
    weights = torch.from_numpy(kernels).to(images.device)
    for axis in (-2, -1):
        reach = (0, 0, BLUR_RADIUS, BLUR_RADIUS) if axis == -2 else (BLUR_RADIUS, BLUR_RADIUS, 0, 0)
        wide = pad(images, reach, mode="replicate")
        size = images.shape[axis]
        images = sum(
            (wide.narrow(axis, i, size) * weights[:, i, None, None, None] for i in range(5)),
            torch.zeros_like(images),
        )
    return images


def _gaussian(offsets: np.ndarray, sigma: float) -> np.ndarray:
    if sigma == 0:
        return (offsets == 0).astype(float)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2) * (np.abs(offsets) <= max(1, round(2.5 * sigma)))
    return kernel / kernel.sum()


def _cosine_basis(device: torch.device) -> Float[Tensor, "8 8"]:
    index = np.arange(BLOCK)
    basis = np.sqrt(2 / BLOCK) * np.cos(
        np.pi * index[:, None] * (2 * index[None] + 1) / (2 * BLOCK)
    )
    basis[0] /= np.sqrt(2)
    return torch.from_numpy(basis).float().to(device)


def _quantise_blocks(images: Float[Tensor, "N C H W"], step: float) -> Float[Tensor, "N C H W"]:
    """Round 8x8 cosine coefficients, coarser for higher frequencies, as JPEG does."""
    height, width = images.shape[-2:]
    padded = pad(images, (0, -width % BLOCK, 0, -height % BLOCK), mode="replicate")
    blocks = padded.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK)
    basis = _cosine_basis(images.device)
    frequency = torch.arange(BLOCK, dtype=torch.float32, device=images.device)
    steps = step * (1 + 0.6 * (frequency[:, None] + frequency[None]))
    coefficients = basis @ blocks @ basis.T
    blocks = basis.T @ ((coefficients / steps).round() * steps) @ basis
    merged = blocks.permute(0, 1, 2, 4, 3, 5).reshape(padded.shape)
    return merged[..., :height, :width]


def develop(linear: Float[Tensor, "B S 3 H W"], seeds: Sequence[int]) -> UInt8[Tensor, "B S H W 3"]:
    """Turn linear light into photos, each scene in its own way."""
    views, _, height, width = linear.shape[1:]
    rooms = [sample_darkroom(seed, views) for seed in seeds]

    def column(name: str) -> Tensor:
        values = np.stack([getattr(room, name) for room in rooms]).astype(np.float32)
        return torch.from_numpy(values).to(linear.device).reshape(len(rooms), -1, 1, 1, 1)

    sample = linear.mean(2).flatten(1)[:, ::7]
    level = torch.quantile(sample, 0.6, dim=1).clamp(min=1e-3)[:, None, None, None, None]
    balance = column("balance").reshape(-1, 1, 3, 1, 1)
    rows = torch.linspace(-1, 1, height, device=linear.device)[:, None]
    columns = torch.linspace(-1, 1, width, device=linear.device)[None]
    fade = 1 - column("vignette") * (rows**2 + columns**2) / 2
    images = linear * (column("exposure") / level) * column("gains") * balance * fade
    grey = (images[:, :, :1] + images[:, :, 1:2] + images[:, :, 2:]) / 3
    images = (grey + column("saturation") * (images - grey)).clamp(min=0)
    contrast = column("contrast")
    images = images / (1 + contrast * images) * (1 + contrast)
    images = images.clamp(0, 1) ** (1 / column("gamma"))
    images = _roughen(images, rooms, seeds)
    return (images.clamp(0, 1) * 255).round().byte().movedim(2, -1).contiguous()


def _roughen(
    images: Float[Tensor, "B S 3 H W"], rooms: list[Darkroom], seeds: Sequence[int]
) -> Float[Tensor, "B S 3 H W"]:
    """Blur, grain and block artefacts, where a scene has them."""
    if any(room.blur_px for room in rooms):
        images = _blur(images.flatten(1, 2), [room.blur_px for room in rooms]).view_as(images)
    finished = []
    for image, room, seed in zip(images, rooms, seeds, strict=True):
        if room.noise:
            image = image + room.noise * _grain(seed, image)
        if room.block:
            image = _quantise_blocks(image, room.block)
        finished.append(image)
    return torch.stack(finished)


def _grain(seed: int, image: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S 3 H W"]:
    """Normal noise from the seed; another kind of device draws other grain."""
    generator = torch.Generator(image.device).manual_seed(seed)
    return torch.randn(image.shape, generator=generator, device=image.device)
