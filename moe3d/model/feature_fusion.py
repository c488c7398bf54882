"""The residual and fusion blocks of the DPT decoder."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class ResidualUnit(nn.Module):
    """Two convolutions on relu(x), added to relu(x).

    The skip adds relu(x), not x: VGGT's weights were trained with an activation that overwrote
    its input, and rely on it.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Float[Tensor, "N C h w"]) -> Float[Tensor, "N C h w"]:
        """Refine a map."""
        positive = F.relu(x)
        return positive + self.conv2(F.relu(self.conv1(positive)))


class FusionBlock(nn.Module):
    """Adds a finer level to the path from the coarse ones, and enlarges the sum."""

    def __init__(self, channels: int, *, has_skip: bool = True) -> None:
        super().__init__()
        if has_skip:
            self.resConfUnit1 = ResidualUnit(channels)
        self.resConfUnit2 = ResidualUnit(channels)
        self.out_conv = nn.Conv2d(channels, channels, 1)

    def forward(
        self,
        x: Float[Tensor, "N C h w"],
        size: tuple[int, int],
        skip: Float[Tensor, "N C h w"] | None = None,
    ) -> Float[Tensor, "N C H W"]:
        """Fuse and resize to `size` (height, width)."""
        if skip is not None:
            x = x + self.resConfUnit1(skip)
        return self.out_conv(resize(self.resConfUnit2(x), size))


def resize(x: Float[Tensor, "N C h w"], size: tuple[int, int]) -> Float[Tensor, "N C H W"]:
    """Bilinear, corners aligned, as VGGT does everywhere; the map itself if it has the size.

    On a CUDA card channels go last in memory: the kernel for the other layout gives a thread all
    channels of all frames at one place, which takes long where these are many.
    """
    if x.shape[-2:] == size:
        return x
    if x.is_cuda:
        x = x.contiguous(memory_format=torch.channels_last)
    return F.interpolate(x, size=size, mode="bilinear", align_corners=True)
