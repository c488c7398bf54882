"""The network that a run starts from: a checkpoint, grown by what the preset needs."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from moe3d.errors import UsageError
from moe3d.inference.device import select_compute
from moe3d.model.checkpoint import CheckpointInfo, ReadOptions, num_weights, read_checkpoint
from moe3d.model.checkpoint.meta import build_unfilled_mixture
from moe3d.model.config import ModelConfig
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.presets import mini
from moe3d.model.warm_start import move_towards_copies, warm_start_experts
from moe3d.training.config import TrainingConfig

logger = logging.getLogger(__name__)

NEW_MINI, GROWN_MINI = "new-mini", "grown-mini"
OWN_DECODER = ("moe", "pair")
MIXTURES = ("moe", "pair", "head", "e2e")

PatchEmbedStart = Callable[[MoE3DNetwork, Path], None]
"""Fills a new network's patch embedding from a file of weights."""


def start_network(
    config: TrainingConfig,
    fill_patch_embed: PatchEmbedStart | None = None,
    backbone_dtype: torch.dtype = torch.float32,
) -> tuple[MoE3DNetwork, CheckpointInfo]:
    """Load or make the network; a mixture that is not there, or has another K, starts as copies.

    Args:
        config: the run.
        fill_patch_embed: reads the settings' `patch_embed` file; None where they name none.
        backbone_dtype: of a checkpoint's backbone that is not trained.

    Raises:
        CheckpointError: the base or the file for the patch embedding cannot be read.
        UsageError: new experts, a pull or a push on a network without VGGT's head; a file for the
            patch embedding, and nothing that reads it.
    """
    torch.manual_seed(config.seed)
    network, info = _base(config, fill_patch_embed, backbone_dtype)
    wanted = wanted_architecture(network.config, config)
    is_trained = info.experts_trained and _same_mixture(network.config, wanted)
    is_trained = is_trained and not config.mixture.anew
    if config.preset in MIXTURES and not is_trained:
        network = _with_new_mixture(network, wanted, config)
        info = replace(info, experts_trained=False)
    elif config.preset in MIXTURES and config.mixture.start_pull:
        move_towards_copies(network, config.mixture.start_pull)
    if wanted != network.config:  # e2e leaves VGGT's own head behind
        network = _refitted(network, wanted)
    if config.mixture.final_push and not network.config.has_baseline:
        raise UsageError(
            "final_push moves a mixture away from VGGT's head, and this network keeps none "
            "(preset e2e never does); leave it at 0 or take another preset"
        )
    return network, replace(info, config=network.config)


def frozen_precision(
    config: TrainingConfig, device: torch.device, dtype: torch.dtype
) -> torch.dtype:
    """Of a backbone that only answers: a CPU with units for it runs a large one in bfloat16, too.

    Args:
        config: the run.
        device: where the backbone runs.
        dtype: of the network's products in training.
    """
    is_named = config.base in (NEW_MINI, GROWN_MINI)
    if device.type != "cpu" or config.run.precision != "auto" or is_named:
        return dtype
    return select_compute("cpu", "auto", num_weights(find_checkpoint(config.base))).dtype


def wanted_architecture(base: ModelConfig, config: TrainingConfig) -> ModelConfig:
    """The architecture that a preset trains, from the base's."""
    if config.preset not in MIXTURES:
        return base
    own = base.moe.own_decoder or config.preset in OWN_DECODER
    mixture = config.mixture
    moe = replace(
        base.moe,
        own_decoder=own,
        num_experts=mixture.num_experts or base.moe.num_experts,
        variant=mixture.variant or base.moe.variant,
        guide_radius_px=(
            base.moe.guide_radius_px if mixture.guide_radius_px < 0 else mixture.guide_radius_px
        ),
        guide_sigma=mixture.guide_sigma or base.moe.guide_sigma,
    )
    return replace(base, moe=moe, has_baseline=base.has_baseline and config.preset != "e2e")


def _same_mixture(first: ModelConfig, second: ModelConfig) -> bool:
    """Whether the weights of one fit the other; a gate that follows the photo has no more."""
    guide = first.moe.guide_radius_px, first.moe.guide_sigma
    return first.moe == replace(second.moe, guide_radius_px=guide[0], guide_sigma=guide[1])


def _base(
    config: TrainingConfig, fill_patch_embed: PatchEmbedStart | None, backbone_dtype: torch.dtype
) -> tuple[MoE3DNetwork, CheckpointInfo]:
    if config.base in (NEW_MINI, GROWN_MINI):
        network = MoE3DNetwork(mini())
        info = CheckpointInfo("mini", network.config, licence="Apache-2.0", demonstration=True)
        if config.base == GROWN_MINI:
            shipped = read_checkpoint(find_checkpoint("mini"))
            take_fitting(network, shipped.network)
            info = replace(info, training=shipped.info.training)
        if config.patch_embed is not None:
            if fill_patch_embed is None:
                raise UsageError(
                    f"nothing was given that reads {config.patch_embed} into the patch embedding; "
                    "`moe3d train` hands over the reader of ONNX files"
                )
            fill_patch_embed(network, config.patch_embed)
        return network, info
    options = ReadOptions(backbone_dtype=backbone_dtype)
    loaded = read_checkpoint(find_checkpoint(config.base), options)
    return loaded.network, loaded.info


def take_fitting(network: MoE3DNetwork, other: MoE3DNetwork) -> None:
    """Copy the weights of another architecture that have the same name and shape here."""
    own = network.state_dict()
    fitting = {
        name: value
        for name, value in other.state_dict().items()
        if name in own and own[name].shape == value.shape
    }
    network.load_state_dict(fitting, strict=False)
    logger.info("%d of %d weights taken over, the rest starts anew", len(fitting), len(own))


def _with_new_mixture(
    network: MoE3DNetwork, wanted: ModelConfig, config: TrainingConfig
) -> MoE3DNetwork:
    if network.depth_head is None or not network.config.has_baseline:
        raise UsageError("new experts are copies of VGGT's depth head; this checkpoint has none")
    network.config = replace(wanted, has_baseline=True)
    network.moe_head = build_unfilled_mixture(network.config)
    generator = torch.Generator().manual_seed(config.seed)
    warm_start_experts(network, generator, noise=config.mixture.expert_noise)
    return network


def _refitted(network: MoE3DNetwork, wanted: ModelConfig) -> MoE3DNetwork:
    grown = MoE3DNetwork(wanted)
    grown.load_state_dict(network.state_dict(), strict=False)
    return grown
