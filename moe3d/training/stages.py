"""What each stage trains and what it minimises."""

from dataclasses import dataclass, replace

from jaxtyping import Float
from torch import Tensor, nn

from moe3d.errors import UsageError
from moe3d.model.depth_head import FrameChunk, decode_candidates
from moe3d.model.dpt import confidence_from_raw, depth_from_raw
from moe3d.model.fusion import fuse, gate_weights
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.batches import TrainingBatch
from moe3d.training.config import TrainingConfig
from moe3d.training.features import FrameBatch
from moe3d.training.losses.camera import camera_loss
from moe3d.training.losses.depth import depth_loss, unknown_confidence
from moe3d.training.losses.mixture import mixture_loss


@dataclass(frozen=True)
class StepLoss:
    """What is minimised, and numbers for the log."""

    total: Float[Tensor, ""]
    parts: dict[str, float]


def trained_parts(network: MoE3DNetwork, config: TrainingConfig) -> dict[str, nn.Module]:
    """Parts that a stage changes, each clipped on its own."""
    assert network.depth_head is not None
    if config.stage == "vggt":
        return {
            "frame_blocks": network.aggregator.frame_blocks,
            "global_blocks": network.aggregator.global_blocks,
            "camera_head": network.camera_head,
            "depth_head": network.depth_head,
        }
    if config.stage == "baseline":
        return {"depth_head": network.depth_head}
    if network.moe_head.dpt is None:
        raise UsageError("stage moe trains a decoder of its own; set moe.own_decoder")
    return {"moe_head": network.moe_head}


def select_parameters(
    network: MoE3DNetwork, config: TrainingConfig
) -> dict[str, list[nn.Parameter]]:
    """Freeze everything, then free what the stage trains.

    Returns:
        Free parameters by part; the camera and register tokens go with the frame blocks.
    """
    network.requires_grad_(False)
    groups = {
        name: list(part.parameters()) for name, part in trained_parts(network, config).items()
    }
    if config.stage == "vggt":
        aggregator = network.aggregator
        groups["frame_blocks"] += [aggregator.camera_token, aggregator.register_token]
    for parameter in (p for group in groups.values() for p in group):
        parameter.requires_grad_(True)
    return groups


def compute_scene_loss(
    network: MoE3DNetwork, batch: TrainingBatch, config: TrainingConfig
) -> StepLoss:
    """Run scenes through backbone, camera head and VGGT's depth head (stage vggt)."""
    tokens = network.aggregator(batch.images, network.config.dpt.layers)
    poses = network.camera_head(tokens.camera_tokens)
    start, views = tokens.num_special_tokens, batch.images.shape[1]
    layers = tuple(layer.flatten(0, 1)[:, start:] for layer in tokens.layers)
    frames = FrameBatch(batch.images.flatten(0, 1), layers, batch.depth.flatten(0, 1))
    depth = _baseline_loss(network, frames, views, config)
    camera = camera_loss(poses, batch.pose_encoding)
    total = depth.total + config.camera_weight * camera
    return StepLoss(total, {**depth.parts, "camera": camera.item()})


def compute_head_loss(
    network: MoE3DNetwork, frames: FrameBatch, config: TrainingConfig, temperature: float
) -> StepLoss:
    """Run frames with known tokens through one depth head (stages baseline and moe)."""
    if config.stage == "baseline":
        return _baseline_loss(network, frames, 1, config)
    return _mixture_loss(network, frames, config, temperature)


def _baseline_loss(
    network: MoE3DNetwork, frames: FrameBatch, views: int, config: TrainingConfig
) -> StepLoss:
    assert network.depth_head is not None
    full = network.depth_head.decode(frames.layers, frames.images).full
    assert full is not None
    raw = network.depth_head.finish(full).unflatten(0, (-1, views))  # (B, S, 2, H, W)
    confidence = confidence_from_raw(raw[:, :, 1])
    truth = frames.depth.unflatten(0, (-1, views))
    depth = depth_from_raw(raw[:, :, 0])
    terms = depth_loss(
        depth,
        confidence,
        truth,
        log_space=config.log_depth,
        confidence_alpha=config.confidence_alpha,
    )
    total = terms.confidence + terms.regression + config.gradient_weight * terms.gradient
    total = total + config.unknown_weight * unknown_confidence(confidence, truth)
    parts = {"regression": terms.regression, "gradient": terms.gradient, "conf": terms.confidence}
    return StepLoss(total, {name: value.item() for name, value in parts.items()})


def _mixture_loss(
    network: MoE3DNetwork, frames: FrameBatch, config: TrainingConfig, temperature: float
) -> StepLoss:
    chunk = FrameChunk(frames.layers, frames.images)
    found = decode_candidates(chunk, None, network.moe_head, with_baseline=False)
    depths, confidences = found.depths[:, None], found.confidences[:, None]  # (N, 1, E, H, W)
    logits, truth = found.gate_logits[:, None], frames.depth[:, None]
    weights = replace(
        config.mixture, log_space=config.log_depth, confidence_alpha=config.confidence_alpha
    )
    terms = mixture_loss(depths, confidences, logits, truth, temperature, weights)
    confidence = fuse(confidences, gate_weights(logits, temperature))
    total = terms.weighted(weights) + config.unknown_weight * unknown_confidence(confidence, truth)
    parts = {
        "nll": terms.likelihood,
        "regression": terms.regression,
        "gradient": terms.gradient,
        "entropy": terms.entropy,
        "balance": terms.balance,
    }
    return StepLoss(total, {name: value.item() for name, value in parts.items()})
