"""The experts: candidate depths, all computed by one wide convolution."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.config import DPTConfig, MoEConfig
from moe3d.model.dpt import DPT, DecodedMaps, build_output_conv1
from moe3d.model.layers.last_layer import last_layer, last_layers

OUTPUTS = 2  # raw depth, raw confidence


def build_experts(dpt: DPTConfig, moe: MoEConfig) -> "Experts | FeatureExperts":
    """The experts of a variant."""
    return FeatureExperts(dpt, moe) if moe.variant == "F" else Experts(dpt, moe)


class FeatureExperts(nn.Module):
    """Variant F: experts are feature maps; their mixture goes through one common output layer.

    What MoE3D argues against, kept to measure it. An expert's own depth is the common layer's
    answer to its features alone; the fused depth is not a weighted mean of these.
    """

    def __init__(self, dpt: DPTConfig, moe: MoEConfig) -> None:
        super().__init__()
        self.num_experts, hidden = moe.num_experts, dpt.head_channels
        self.output_conv1 = None
        self.conv1 = nn.Conv2d(dpt.num_map_channels, moe.num_experts * hidden, 3, padding=1)
        self.conv2 = nn.Conv2d(hidden, OUTPUTS, 1)

    def forward(
        self, maps: DecodedMaps, weights: Float[Tensor, "N E H W"]
    ) -> tuple[Float[Tensor, "N E 2 H W"], Float[Tensor, "N 2 H W"]]:
        """Raw depth and confidence of every expert alone, and of the mixture.

        Args:
            maps: the decoder's.
            weights: the gate's.
        """
        assert maps.full is not None
        features = self.conv1(maps.full).unflatten(1, (self.num_experts, -1))
        alone = torch.stack([self._answer(own) for own in features.unbind(1)], dim=1)
        return alone, self._answer((features * weights[:, :, None]).sum(1))

    def _answer(self, features: Float[Tensor, "N C H W"]) -> Float[Tensor, "N 2 H W"]:
        return last_layer(self.conv2, F.relu(features))


class Experts(nn.Module):
    """E copies of VGGT's last convolutions, side by side in wide weights.

    Expert e owns rows e * hidden to (e + 1) * hidden of `conv1`, and the e-th group of `conv2`;
    in variant B also its share of the rows of `output_conv1`.
    """

    def __init__(self, dpt: DPTConfig, moe: MoEConfig) -> None:
        super().__init__()
        count, hidden = moe.num_experts, dpt.head_channels
        self.num_experts = count
        self.output_conv1 = build_output_conv1(dpt, count) if moe.variant == "B" else None
        self.conv1 = nn.Conv2d(dpt.num_map_channels, count * hidden, 3, padding=1)
        self.conv2 = nn.Conv2d(count * hidden, count * OUTPUTS, 1, groups=count)

    def forward(self, maps: DecodedMaps, decoder: DPT, size: tuple[int, int]) -> Tensor:
        """Raw depth and confidence of every expert, (N, E, 2, H, W)."""
        if self.output_conv1 is not None:
            return self._own_maps(self.output_conv1(maps.wide), decoder, size)
        assert maps.full is not None
        raw = last_layers(self.conv1, self.conv2, maps.full)
        return raw.unflatten(1, (self.num_experts, OUTPUTS))

    def _own_maps(
        self, narrow: Float[Tensor, "N EC h w"], decoder: DPT, size: tuple[int, int]
    ) -> Float[Tensor, "N E 2 H W"]:
        # One expert at a time: E full-resolution maps at once would not fit where one does.
        parts = zip(
            narrow.chunk(self.num_experts, dim=1),
            self.conv1.weight.chunk(self.num_experts),
            self._bias_parts(self.conv1),
            self.conv2.weight.chunk(self.num_experts),
            self._bias_parts(self.conv2),
            strict=True,
        )
        outputs = []
        for own, weight1, bias1, weight2, bias2 in parts:
            full = decoder.enlarge(own.clone(), size)
            hidden = F.relu(F.conv2d(full, weight1, bias1, padding=1))
            outputs.append(F.conv2d(hidden, weight2, bias2))
        return torch.stack(outputs, dim=1)

    def _bias_parts(self, conv: nn.Conv2d) -> tuple[Tensor, ...]:
        assert conv.bias is not None
        return conv.bias.chunk(self.num_experts)
