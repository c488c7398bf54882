"""Which of a network's parameters a run changes, and how fast."""

from dataclasses import dataclass

from torch import nn

from moe3d.errors import UsageError
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import OptimizerConfig, Preset, TrainingConfig

TRAINED: dict[Preset, tuple[str, ...]] = {
    "vggt": ("blocks", "camera_head", "depth_head"),
    "baseline": ("depth_head",),
    "moe": ("moe_head",),
    "pair": ("blocks", "camera_head", "depth_head", "moe_head"),
    "head": ("experts", "gate"),
    "e2e": ("blocks", "camera_head", "decoder", "experts", "gate"),
}


@dataclass(frozen=True)
class TrainedPart:
    """Parameters that are clipped together."""

    name: str
    parameters: tuple[nn.Parameter, ...]
    rate: float
    """Factor on the learning rate."""


def free_parameters(network: MoE3DNetwork, config: TrainingConfig) -> list[TrainedPart]:
    """Freeze everything, then free what the preset trains.

    Raises:
        UsageError: the network lacks a part that the preset trains.
    """
    network.requires_grad_(False)
    settings = config.optimizer
    names = list(TRAINED[config.preset])
    if "blocks" in names and settings.patch_embed_rate > 0:
        names.append("patch_embed")
    rates = {"blocks": settings.blocks_rate, "patch_embed": settings.patch_embed_rate}
    parts = [
        TrainedPart(name, tuple(_parameters(network, name)), rates.get(name, 1.0)) for name in names
    ]
    for parameter in (p for part in parts for p in part.parameters):
        parameter.requires_grad_(True)
    return parts


def _parameters(network: MoE3DNetwork, name: str) -> list[nn.Parameter]:
    aggregator, mixture = network.aggregator, network.moe_head
    if name == "blocks":
        blocks = [*aggregator.frame_blocks.parameters(), *aggregator.global_blocks.parameters()]
        return [*blocks, aggregator.camera_token, aggregator.register_token]
    modules: dict[str, nn.Module | None] = {
        "patch_embed": aggregator.patch_embed,
        "camera_head": network.camera_head,
        "depth_head": network.depth_head,
        "moe_head": mixture,
        "decoder": mixture.dpt or network.depth_head,
        "experts": mixture.experts,
        "gate": mixture.gate,
    }
    module = modules[name]
    if module is None or (name == "moe_head" and mixture.dpt is None):
        raise UsageError(f"this network has no {name} to train with the chosen preset")
    return list(module.parameters())


def parameter_groups(
    parts: list[TrainedPart], settings: OptimizerConfig
) -> list[dict[str, object]]:
    """Groups for AdamW: weight decay on matrices and kernels only, each part at its own rate."""
    groups = []
    for part in parts:
        matrices = [p for p in part.parameters if p.ndim > 1]
        vectors = [p for p in part.parameters if p.ndim <= 1]
        for members, decay in ((matrices, settings.weight_decay), (vectors, 0.0)):
            if members:
                groups.append({"params": members, "weight_decay": decay, "rate": part.rate})
    return groups
