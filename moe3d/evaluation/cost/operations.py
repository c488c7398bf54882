"""Parameters and floating-point operations, counted on the meta device: nothing is computed.

An operation count is 2 for every multiply-add, as `FlopCounterMode` counts. "Linear and
convolution only" leaves the attention products out, as counters that hook modules do.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from moe3d.errors import UsageError
from moe3d.model.config import ModelConfig
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions

ATTENTION_PRODUCTS = ("bmm", "baddbmm", "scaled_dot_product")
VGGT_1B_PUBLISHED_PARAMETERS = 1_256_500_000
"""All of the published checkpoint, point and track heads included, to 0.1 M."""


@dataclass(frozen=True)
class Operations:
    """Floating-point operations of one pass."""

    total: int
    attention: int
    """Products of queries, keys and values."""

    @property
    def layers(self) -> int:
        """Linear and convolution only."""
        return self.total - self.attention

    def __sub__(self, other: "Operations") -> "Operations":
        return Operations(self.total - other.total, self.attention - other.attention)


@dataclass(frozen=True)
class Parameters:
    """Parameters by part."""

    aggregator: int
    camera_head: int
    depth_head: int
    """VGGT's, with its own last convolutions."""
    added: int
    """Experts and gate, less the last convolutions that they replace."""


@dataclass(frozen=True)
class Reading:
    """The overhead against one base."""

    quantity: str
    base: str
    added: int | float
    of: int | float

    @property
    def percent(self) -> float:
        """100 added / of."""
        return 100 * self.added / self.of


def build_on_meta(config: ModelConfig) -> MoE3DNetwork:
    """The network with shapes and without numbers.

    Raises:
        UsageError: the configuration has no VGGT head to compare with.
    """
    if not config.has_baseline:
        raise UsageError(f"{config.name} has no VGGT head, so there is no overhead to count")
    with torch.device("meta"):
        network = MoE3DNetwork(replace(config, has_point_head=False))
    return network.eval().requires_grad_(False)


def count_parameters(network: MoE3DNetwork) -> Parameters:
    """Parameters of VGGT's parts, and what the mixture adds."""
    assert network.depth_head is not None
    last = network.depth_head.scratch.output_conv2
    assert isinstance(last, nn.Module)
    return Parameters(
        aggregator=_size(network.aggregator),
        camera_head=_size(network.camera_head),
        depth_head=_size(network.depth_head),
        added=_size(network.moe_head) - _size(last),
    )


def count_operations(
    network: MoE3DNetwork, views: int, height: int, width: int
) -> tuple[Operations, Operations]:
    """Operations of VGGT (without point head) and of MoE3D on one scene.

    MoE3D runs without VGGT's last convolutions, VGGT without experts and gate; the camera and
    the decoder are in both.
    """
    both, moe_head = _counted(network, views, height, width, with_baseline=True)
    moe3d, _ = _counted(network, views, height, width, with_baseline=False)
    return both - moe_head, moe3d


def read_overhead(
    config: ModelConfig, height: int, width: int, view_counts: Sequence[int] = (1, 8, 32)
) -> tuple[Reading, ...]:
    """Every reading of "how much more": parameters and operations against each base."""
    network = build_on_meta(config)
    parameters = count_parameters(network)
    whole = parameters.aggregator + parameters.camera_head + parameters.depth_head
    readings = [
        Reading("parameters", "depth head", parameters.added, parameters.depth_head),
        Reading("parameters", "aggregator + camera + depth head", parameters.added, whole),
    ]
    if config.name == "vggt-1b":
        published = VGGT_1B_PUBLISHED_PARAMETERS
        base = "published checkpoint, point and track heads included"
        readings.append(Reading("parameters", base, parameters.added, published))
    for views in view_counts:
        vggt, moe3d = count_operations(network, views, height, width)
        extra = moe3d - vggt
        readings.extend(
            [
                Reading(
                    f"GFLOP, {views} view(s)",
                    "aggregator + camera + depth head, linear and convolution only",
                    extra.layers / 1e9,
                    vggt.layers / 1e9,
                ),
                Reading(
                    f"GFLOP, {views} view(s)",
                    "aggregator + camera + depth head, attention products included",
                    extra.total / 1e9,
                    vggt.total / 1e9,
                ),
            ]
        )
    return tuple(readings)


def _counted(
    network: MoE3DNetwork, views: int, height: int, width: int, *, with_baseline: bool
) -> tuple[Operations, Operations]:
    """Operations of the whole pass, and of experts and gate in it.

    As in training, where every layer sees its map whole: without gradients the last layers take
    some rows at a time, and compute those at the seams twice.
    """
    images = torch.empty(1, views, 3, height, width, device="meta")
    options = RunOptions(
        with_baseline=with_baseline,
        with_points=False,
        frames_per_chunk=views,
        heads_in_autocast=True,  # autocast does not know the meta device
    )
    counter = FlopCounterMode(display=False, depth=99)
    with warnings.catch_warnings(), torch.enable_grad(), counter:
        warnings.simplefilter("ignore")
        network(images, options=options)
    counts = counter.get_flop_counts()
    parts = [ops for name, ops in counts.items() if name.endswith((".experts", ".gate"))]
    return _sum([counts["Global"]]), _sum(parts)


def _sum(counts: Sequence[dict]) -> Operations:
    total = attention = 0
    for operations in counts:
        for operation, amount in operations.items():
            total += amount
            if any(name in str(operation) for name in ATTENTION_PRODUCTS):
                attention += amount
    return Operations(total, attention)


def _size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
