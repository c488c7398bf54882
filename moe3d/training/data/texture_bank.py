"""Textures as image pyramids, so that distant ones do not flicker.

A pyramid is stored flat, finest level first, as the square root of linear RGB in 8 bits.
"""

import sys
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from moe3d.training.data.textures import SIZE, make_texture

LEVELS = SIZE.bit_length()
TEXELS = sum((SIZE >> level) ** 2 for level in range(LEVELS))
LEVEL_STARTS = tuple(sum((SIZE >> finer) ** 2 for finer in range(level)) for level in range(LEVELS))


def build_pyramid(texture: Float[np.ndarray, "n n 3"]) -> UInt8[np.ndarray, "texels 3"]:
    """Average a linear texture down to one texel, level by level."""
    levels = []
    while True:
        levels.append(np.round(255 * np.sqrt(texture)).astype(np.uint8).reshape(-1, 3))
        if len(texture) == 1:
            return np.concatenate(levels)
        half = len(texture) // 2
        texture = texture.reshape(half, 2, half, 2, 3).mean(axis=(1, 3))


def make_pyramid(texture_id: int) -> UInt8[np.ndarray, "texels 3"]:
    """Draw a texture and build its pyramid."""
    return build_pyramid(make_texture(texture_id))


class TextureBank:
    """Makes textures when first asked for and keeps the latest ones on one device."""

    def __init__(self, capacity: int = 4096, device: torch.device | None = None) -> None:
        self._capacity = capacity
        self._device = device or torch.device("cpu")
        self._pyramids: OrderedDict[int, UInt8[Tensor, "texels 3"]] = OrderedDict()

    def fill(self, texture_ids: Iterable[int], workers: int) -> None:
        """Make many textures at once in worker processes."""
        ids = [number for number in texture_ids if number not in self._pyramids]
        # Children only compute in numpy; to fork them spares each the import of torch.
        way = "fork" if sys.platform == "linux" else "spawn"
        with ProcessPoolExecutor(workers, mp_context=get_context(way)) as pool:
            for number, pyramid in zip(ids, pool.map(make_pyramid, ids, chunksize=32), strict=True):
                self._pyramids[number] = torch.from_numpy(pyramid).to(self._device)

    def get_pyramid(self, texture_id: int) -> UInt8[Tensor, "texels 3"]:
        """Fetch or make the pyramid of one texture id."""
        if texture_id in self._pyramids:
            self._pyramids.move_to_end(texture_id)
            return self._pyramids[texture_id]
        pyramid = torch.from_numpy(make_pyramid(texture_id)).to(self._device)
        self._pyramids[texture_id] = pyramid
        if len(self._pyramids) > self._capacity:
            self._pyramids.popitem(last=False)
        return pyramid


def sample_pyramids(
    pyramids: UInt8[Tensor, "textures texels 3"],
    index: Int[Tensor, " N"],
    uv: Float[Tensor, "N 2"],
    footprint: Float[Tensor, " N"],
) -> Float[Tensor, "N 3"]:
    """Look textures up with wrap-around: bilinear in the level that fits the pixel's size.

    Args:
        pyramids: flat pyramids, square root of linear RGB, 0 to 255.
        index: which texture.
        uv: position in tiles; whole numbers are tile borders.
        footprint: side of a pixel on the surface, in tiles.

    Returns:
        Linear RGB, 0 to 1.
    """
    level = (footprint * SIZE).clamp(min=1.0).log2().round().long().clamp(max=LEVELS - 1)
    size = torch.full_like(level, SIZE) >> level
    start = torch.tensor(LEVEL_STARTS, device=uv.device)[level]
    position = (uv - uv.floor()) * size[:, None] - 0.5
    corner = position.floor()
    weight = position - corner
    low = corner.long() % size[:, None]
    high = (low + 1) % size[:, None]
    flat = pyramids.reshape(-1, 3)
    base = index * TEXELS + start

    def texel(row: Tensor, column: Tensor) -> Tensor:
        return flat[base + row * size + column].float()

    upper = torch.lerp(texel(low[:, 0], low[:, 1]), texel(low[:, 0], high[:, 1]), weight[:, 1:])
    lower = torch.lerp(texel(high[:, 0], low[:, 1]), texel(high[:, 0], high[:, 1]), weight[:, 1:])
    return (torch.lerp(upper, lower, weight[:, :1]) / 255) ** 2
