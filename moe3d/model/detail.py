"""An image stem beside the tokens, and the way back up to full resolution.

VGGT has no such part. A small model needs it: its token grid is too coarse to place a depth edge,
but the edge is there in the photo.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.feature_fusion import resize

NORM_GROUPS = 4


class GroupNorm(nn.GroupNorm):
    """In the precision of its input; autocast would widen that, and all that follows."""

    def forward(
        self,
        input: Float[Tensor, "N C h w"],  # noqa: A002, torch's name
    ) -> Float[Tensor, "N C h w"]:
        """Norm a map; sums are in 32 bits whatever its precision."""
        if input.dtype == self.weight.dtype:
            return super().forward(input)
        with torch.autocast(input.device.type, enabled=False):
            weight, bias = self.weight.to(input.dtype), self.bias.to(input.dtype)
            return F.group_norm(input, self.num_groups, weight, bias, self.eps)


class DetailUnit(nn.Module):
    """Two normalised convolutions, added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = GroupNorm(NORM_GROUPS, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Float[Tensor, "N C h w"]) -> Float[Tensor, "N C h w"]:
        """Refine a map."""
        return x + self.conv2(F.relu(self.conv1(F.relu(self.norm(x)))))


class DetailPath(nn.Module):
    """A U-Net's outer levels: image features at 1/1, 1/2, 1/4, ... join the decoder's map.

    With units, both sides of a join are normalised. Without, the decoder's map is some twenty
    times as strong as the image's features (measured), and training hardly hears the image.
    """

    def __init__(self, channels: tuple[int, ...], features: int, units: int = 0) -> None:
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
        self.map_norms = _norms(above, units)
        self.image_norms = _norms(channels, units)
        self.stem_units = _unit_stacks(channels, units)
        self.join_units = _unit_stacks(channels, units)

    def read_image(self, images: Float[Tensor, "N 3 H W"]) -> list[Tensor]:
        """Image features of every level, finest first; (N, C, H / 2^level, W / 2^level)."""
        levels, current = [], images
        for conv, units in zip(self.stem, self.stem_units, strict=True):
            current = units(F.relu(conv(current)))
            levels.append(current)
        return levels

    def forward(
        self, features: Float[Tensor, "N F h w"], levels: list[Tensor]
    ) -> Float[Tensor, "N C H W"]:
        """Carry the decoder's map up through the levels to full resolution."""
        for index in reversed(range(len(levels))):
            level = levels[index]
            size = (level.shape[-2], level.shape[-1])
            below = self.map_norms[index](resize(features, size))
            joined = torch.cat([below, self.image_norms[index](level)], dim=1)
            features = self.join_units[index](F.relu(self.join[index](joined)))
        return features


def _norms(channels: tuple[int, ...], units: int) -> nn.ModuleList:
    return nn.ModuleList(
        GroupNorm(NORM_GROUPS, count) if units else nn.Identity() for count in channels
    )


def _unit_stacks(channels: tuple[int, ...], units: int) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Sequential(*(DetailUnit(count) for _ in range(units))) for count in channels
    )
