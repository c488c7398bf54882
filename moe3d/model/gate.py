"""The gate: one logit an expert at every pixel."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.config import DPTConfig, MoEConfig
from moe3d.model.dpt import DecodedMaps, at_least_float32
from moe3d.model.feature_fusion import resize
from moe3d.model.guidance import follow_photo


class Gate(nn.Module):
    """3x3 convolution, ReLU, 1x1 convolution.

    Variants A and F read the full-resolution map; A' and B read the map before the upsampling, and
    the logits (not the weights) are enlarged. The last layer starts at zero: all experts weigh the
    same. With a guide radius the logits then follow the photo (`guidance`).
    """

    def __init__(self, dpt: DPTConfig, moe: MoEConfig) -> None:
        super().__init__()
        self._at_full_resolution = moe.variant in ("A", "F")
        incoming = dpt.num_map_channels if self._at_full_resolution else dpt.features
        default = dpt.num_map_channels if self._at_full_resolution else dpt.features // 4
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
        source = maps.full if self._at_full_resolution else maps.fused
        assert source is not None
        height, width = images.shape[-2:]
        logits = resize(self.conv2(F.relu(self.conv1(source))), (height, width))
        return follow_photo(at_least_float32(logits), images, self._radius_px, self._colour_sigma)
