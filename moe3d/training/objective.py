"""What a run minimises: a network's answers to a batch, against the truth."""

import contextlib
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.depth_head import (
    DepthCandidates,
    FrameChunk,
    decode_baseline,
    decode_candidates,
    last_precision,
)
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.batches import TrainingBatch
from moe3d.training.config import TrainingConfig
from moe3d.training.features import FrameBatch
from moe3d.training.losses.camera import camera_loss
from moe3d.training.losses.depth import depth_loss, scale_spread, unknown_confidence
from moe3d.training.losses.mixture import MixtureAnswer, mixture_loss

SINGLE_HEAD = ("vggt", "baseline", "pair")
MIXTURE = ("moe", "pair", "head", "e2e")


@dataclass(frozen=True)
class StepLoss:
    """What is minimised, and its parts for the log."""

    total: Float[Tensor, ""]
    parts: dict[str, Float[Tensor, ""]]


class Objective(nn.Module):
    """A network with its loss: one call a step, so that torch can share the step's gradients."""

    def __init__(
        self, network: MoE3DNetwork, config: TrainingConfig, dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        self.network = network
        self._config = config
        self._dtype = dtype

    def forward(self, batch: TrainingBatch | FrameBatch, temperature: float) -> StepLoss:
        """The loss of a batch; products in the run's precision, all else in 32 bits.

        Args:
            batch: scenes, or frames with known backbone features.
            temperature: of the gate's softmax.
        """
        with self._precision(batch.images):
            if isinstance(batch, FrameBatch):
                frames, views, poses = batch, batch.views, None
            else:
                frames, views, poses = self._run_backbone(batch)
            found = self._decode(frames, temperature)
        truth = frames.depth.unflatten(0, (-1, views))
        total, parts = self._depth_loss(found, truth, views, temperature)
        if poses is not None:
            assert isinstance(batch, TrainingBatch)
            camera = camera_loss(poses, batch.pose_encoding)
            total = total + self._config.loss.camera_weight * camera
            parts["camera"] = camera
        return StepLoss(total, {name: value.detach() for name, value in parts.items()})

    def _precision(self, images: Tensor) -> contextlib.AbstractContextManager[Any]:
        if self._dtype == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(images.device.type, self._dtype)

    def _run_backbone(self, batch: TrainingBatch) -> tuple[FrameBatch, int, Tensor]:
        network, views = self.network, batch.images.shape[1]
        tokens = network.aggregator(
            batch.images, network.config.dpt.layers, recompute=self._config.run.recompute_blocks
        )
        with last_precision(batch.images, widen=True):
            poses = network.camera_head(tokens.camera_tokens.float())
        start = tokens.num_special_tokens
        layers = tuple(layer.flatten(0, 1)[:, start:] for layer in tokens.layers)
        frames = FrameBatch(batch.images.flatten(0, 1), layers, batch.depth.flatten(0, 1))
        return frames, views, poses

    def _decode(self, frames: FrameBatch, temperature: float) -> DepthCandidates:
        network, chunk = self.network, FrameChunk(frames.layers, frames.images)
        with_baseline = self._config.preset in SINGLE_HEAD
        if self._config.preset in MIXTURE:
            return decode_candidates(
                chunk,
                network.depth_head,
                network.moe_head,
                temperature=temperature,
                with_baseline=with_baseline,
                widen_last=True,
            )
        assert network.depth_head is not None
        return decode_baseline(chunk, network.depth_head, widen_last=True)

    def _depth_loss(
        self, found: DepthCandidates, truth: Tensor, views: int, temperature: float
    ) -> tuple[Tensor, dict[str, Tensor]]:
        total, parts = truth.new_zeros(()), {}
        if found.baseline_depth is not None:
            loss, own = self._single_head_loss(found, truth, views)
            total, parts = total + loss, parts | {f"vggt_{name}": v for name, v in own.items()}
        if self._config.preset in MIXTURE:
            loss, own = self._mixture_loss(found, truth, views, temperature)
            total, parts = total + loss, parts | own
        return total, parts

    def _single_head_loss(
        self, found: DepthCandidates, truth: Tensor, views: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        settings = self._config.loss
        assert found.baseline_depth is not None
        assert found.baseline_confidence is not None
        depth = found.baseline_depth.unflatten(0, (-1, views))
        confidence = found.baseline_confidence.unflatten(0, (-1, views))
        terms = depth_loss(
            depth,
            confidence,
            truth,
            log_space=settings.log_depth,
            confidence_alpha=settings.confidence_alpha,
            jump_weight=settings.jump_weight,
        )
        total = terms.confidence + terms.regression + settings.head_gradient_weight * terms.gradient
        total = total + settings.edge_weight * terms.edge
        total = total + settings.unknown_weight * unknown_confidence(confidence, truth)
        total, scale = self._with_scale(total, depth, truth)
        names = ("regression", "gradient", "confidence", "edge")
        return total, {name: getattr(terms, name) for name in names} | scale

    def _with_scale(
        self, total: Tensor, depth: Tensor, truth: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss with the term of one scale for all photos, where the settings ask for it."""
        weight = self._config.loss.scale_weight
        if not weight:
            return total, {}
        spread = scale_spread(depth, truth)
        return total + weight * spread, {"scale": spread}

    def _mixture_loss(
        self, found: DepthCandidates, truth: Tensor, views: int, temperature: float
    ) -> tuple[Tensor, dict[str, Tensor]]:
        settings = self._config.loss
        weights = replace(self._config.mixture, log_space=settings.log_depth)
        assert found.fused_depth is not None
        assert found.fused_confidence is not None
        answer = MixtureAnswer(
            found.fused_depth.unflatten(0, (-1, views)),
            found.fused_confidence.unflatten(0, (-1, views)),
            found.depths.unflatten(0, (-1, views)),  # (B, S, E, H, W)
            found.gate_logits.unflatten(0, (-1, views)),
        )
        terms = mixture_loss(
            answer, truth, temperature, weights, settings.confidence_alpha, settings.jump_weight
        )
        total = terms.weighted(weights) + settings.edge_weight * terms.edge
        total = total + settings.unknown_weight * unknown_confidence(answer.confidence, truth)
        total, scale = self._with_scale(total, answer.depth, truth)
        names = (
            "likelihood",
            "edge_likelihood",
            "layer",
            "regression",
            "gradient",
            "confidence",
            "edge",
            "entropy",
            "balance",
        )
        return total, {name: getattr(terms, name) for name in names} | scale
