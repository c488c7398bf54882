"""From light to photograph: exposure, tone, colour, vignette, blur, noise, block artefacts."""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import conv2d, pad

from moe3d.training.data.seeds import scene_random

BLOCK = 8


def _blur(image: Float[Tensor, "3 H W"], sigma_px: float) -> Float[Tensor, "3 H W"]:
    radius = max(1, int(2.5 * sigma_px + 0.5))
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma_px) ** 2)
    kernel = kernel / kernel.sum()
    wide = pad(image[:, None], (radius,) * 4, mode="replicate")
    wide = conv2d(wide, kernel[None, None, None])
    return conv2d(wide, kernel[None, None, :, None])[:, 0]


def _cosine_basis() -> Float[Tensor, "8 8"]:
    index = np.arange(BLOCK)
    basis = np.sqrt(2 / BLOCK) * np.cos(
        np.pi * index[:, None] * (2 * index[None] + 1) / (2 * BLOCK)
    )
    basis[0] /= np.sqrt(2)
    return torch.from_numpy(basis).float()


def _quantise_blocks(image: Float[Tensor, "3 H W"], step: float) -> Float[Tensor, "3 H W"]:
    """Round 8x8 cosine coefficients, coarser for higher frequencies, as JPEG does."""
    _, height, width = image.shape
    padded = pad(image[None], (0, -width % BLOCK, 0, -height % BLOCK), mode="replicate")[0]
    blocks = padded.unfold(1, BLOCK, BLOCK).unfold(2, BLOCK, BLOCK)
    basis = _cosine_basis()
    frequency = torch.arange(BLOCK, dtype=torch.float32)
    steps = step * (1 + 0.6 * (frequency[:, None] + frequency[None]))
    coefficients = basis @ blocks @ basis.T
    blocks = basis.T @ ((coefficients / steps).round() * steps) @ basis
    merged = blocks.permute(0, 1, 3, 2, 4).reshape(padded.shape)
    return merged[:, :height, :width]


def develop(linear: Float[Tensor, "S 3 H W"], seed: int) -> UInt8[Tensor, "S H W 3"]:
    """Turn linear light into the photos of one scene; exposure varies a little between views."""
    random = scene_random(seed, stream=2)
    views, _, height, width = linear.shape
    level = torch.quantile(linear.mean(1).flatten()[::7], 0.6).clamp(min=1e-3)
    exposure = np.exp(random.normal(np.log(0.38), 0.35))
    balance = torch.from_numpy(np.exp(random.normal(0, 0.07, 3))).float()[:, None, None]
    gamma, contrast = random.uniform(1.8, 2.6), random.uniform(0.0, 0.6)
    blur_px = random.uniform(0.3, 0.9) if random.random() < 0.35 else 0.0
    noise, block = random.uniform(0, 0.03) * (random.random() < 0.6), 0.0
    if random.random() < 0.4:
        block = random.uniform(0.005, 0.05)
    vignette = random.uniform(0, 0.35)
    saturation = random.uniform(0.6, 1.2)
    rows = torch.linspace(-1, 1, height)[:, None]
    columns = torch.linspace(-1, 1, width)[None]
    fade = 1 - vignette * (rows**2 + columns**2) / 2
    photos = []
    for view in range(views):
        gain = exposure / level * float(np.exp(random.normal(0, 0.08)))
        image = linear[view] * gain * balance * fade
        grey = image.mean(0, keepdim=True)
        image = (grey + saturation * (image - grey)).clamp(min=0)
        image = image / (1 + contrast * image) * (1 + contrast)
        image = image.clamp(0, 1) ** (1 / gamma)
        if blur_px:
            image = _blur(image, blur_px)
        grain = random.standard_normal((3, height, width), np.float32)
        image = image + noise * torch.from_numpy(grain)
        if block:
            image = _quantise_blocks(image, block)
        photos.append((image.clamp(0, 1) * 255).round().byte().permute(1, 2, 0))
    return torch.stack(photos)
