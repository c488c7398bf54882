"""An image stem beside the tokens, and the way back up to full resolution.

VGGT has no such part. A small model needs it: its token grid is too coarse to place a depth edge,
but the edge is there in the photo.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.feature_fusion import resize


class DetailPath(nn.Module):
    """A U-Net's outer levels: image features at 1/1, 1/2, 1/4, ... join the decoder's map."""

    def __init__(self, channels: tuple[int, ...], features: int) -> None:
        super().__init__()
        before = (3, *channels[:-1])
        self.stem = nn.ModuleList(
            nn.Conv2d(incoming, outgoing, 3, stride=1 if level == 0 else 2, padding=1)
            for level, (incoming, outgoing) in enumerate(zip(before, channels, strict=True))
        )
        above = (*channels[1:], features)
        self.join = nn.ModuleList(
            nn.Conv2d(incoming + own, own, 3, padding=1)
            for incoming, own in zip(above, channels, strict=True)
        )

    def read_image(self, images: Float[Tensor, "N 3 H W"]) -> list[Tensor]:
        """Image features of every level, finest first; (N, C, H / 2^level, W / 2^level)."""
        levels, current = [], images
        for conv in self.stem:
            current = F.relu(conv(current))
            levels.append(current)
        return levels

    def forward(
        self, features: Float[Tensor, "N F h w"], levels: list[Tensor]
    ) -> Float[Tensor, "N C H W"]:
        """Carry the decoder's map up through the levels to full resolution."""
        for level, conv in zip(reversed(levels), reversed(self.join), strict=True):
            size = (level.shape[-2], level.shape[-1])
            features = F.relu(conv(torch.cat([resize(features, size), level], dim=1)))
        return features
