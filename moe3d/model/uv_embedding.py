"""The fixed position embedding that VGGT adds to a decoder's feature maps.

It depends on the image's aspect ratio, not on the map's, and separates into a part that varies
with x and a part that varies with y, so two narrow tables stand for the full map.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

SCALE = 0.1
BASE = 100.0


@dataclass(frozen=True)
class UVTables:
    """The x half of the channels along the width, the y half along the height."""

    along_width: Float[Tensor, "half 1 w"]
    along_height: Float[Tensor, "half h 1"]


def build_uv_tables(
    channels: int, size: tuple[int, int], aspect: float, device: torch.device
) -> UVTables:
    """Tables for a map.

    Args:
        channels: of the map, a multiple of 4.
        size: height and width of the map.
        aspect: width / height of the image.
        device: where the tables are used.
    """
    height, width = size
    diagonal = math.hypot(aspect, 1.0)
    return UVTables(
        _waves(channels // 4, width, aspect / diagonal).to(device)[:, None, :],
        _waves(channels // 4, height, 1.0 / diagonal).to(device)[:, :, None],
    )


def _waves(count: int, length: int, span: float) -> Float[Tensor, "half n"]:
    end = span * (length - 1) / length
    positions = torch.linspace(-end, end, length, dtype=torch.float64, device="cpu")
    exponents = torch.arange(count, dtype=torch.float64, device="cpu") / count
    angles = BASE ** -exponents[:, None] * positions
    return (SCALE * torch.cat([angles.sin(), angles.cos()])).float()


def add_uv_embedding(
    features: Float[Tensor, "N C h w"], tables: UVTables
) -> Float[Tensor, "N C h w"]:
    """Add the embedding into the map itself, which must not be needed without it."""
    half = features.shape[1] // 2
    features[:, :half] += tables.along_width.to(features.dtype)
    features[:, half:] += tables.along_height.to(features.dtype)
    return features
