"""The mixture's loss: likelihood of the truth under all experts, and errors of the fused depth.

Sources: arXiv 2601.05208 (mixture likelihood, entropy, annealing); the fixed scale and the terms
on the fused depth are our measured choices.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from moe3d.model.fusion import gate_weights
from moe3d.training.config import MixtureWeights
from moe3d.training.losses.depth import (
    CONFIDENCE_WEIGHT,
    JUMP_LOG_RATIO,
    KEPT_QUANTILE,
    confidence_term,
    edge_band,
    gradient_error,
    mean_of_valid,
    signed_error,
)
from moe3d.training.processes import mean_over_processes


@dataclass(frozen=True)
class MixtureAnswer:
    """What a mixture says of B scenes of S views."""

    depth: Float[Tensor, "B S H W"]
    """Fused; normalised units."""
    confidence: Float[Tensor, "B S H W"]
    """Fused; above 1."""
    expert_depths: Float[Tensor, "B S E H W"]
    """Normalised units."""
    gate_logits: Float[Tensor, "B S E H W"]
    """Before the temperature."""


@dataclass(frozen=True)
class MixtureTerms:
    """Parts of the mixture loss, before their weights."""

    likelihood: Float[Tensor, ""]
    edge_likelihood: Float[Tensor, ""]
    """Of the pixels near depth edges."""
    layer: Float[Tensor, ""]
    """Of each expert's steps across depth edges, mean over experts."""
    regression: Float[Tensor, ""]
    gradient: Float[Tensor, ""]
    confidence: Float[Tensor, ""]
    edge: Float[Tensor, ""]
    """Of the fused depth's error near depth edges; not part of the weighted sum."""
    entropy: Float[Tensor, ""]
    balance: Float[Tensor, ""]

    def weighted(self, weights: MixtureWeights) -> Float[Tensor, ""]:
        """The loss that is minimised."""
        return (
            weights.likelihood_weight * self.likelihood
            + weights.edge_likelihood_weight * self.edge_likelihood
            + weights.layer_weight * self.layer
            + weights.regression_weight * self.regression
            + weights.gradient_weight * self.gradient
            + self.confidence
            + weights.entropy_weight * self.entropy
            + weights.balance_weight * self.balance
        )


def negative_log_likelihood(
    errors: Float[Tensor, "B S E H W"],
    log_weights: Float[Tensor, "B S E H W"],
    weights: MixtureWeights,
) -> Float[Tensor, "B S H W"]:
    """-log sum_e w_e p(error_e) in nats, with a fixed scale.

    Args:
        errors: each expert's signed error.
        log_weights: logarithms of the gate's weights.
        weights: shape and scale of a component.
    """
    scaled = errors / weights.scale
    if weights.likelihood == "gaussian":
        log_density = -0.5 * scaled**2 - math.log(weights.scale * math.sqrt(2 * math.pi))
    else:
        log_density = -scaled.abs() - math.log(2 * weights.scale)
    return -torch.logsumexp(log_weights + log_density, dim=2)


def local_level(
    error: Float[Tensor, "B S H W"], valid: Bool[Tensor, "B S H W"], window_px: int
) -> Float[Tensor, "B S H W"]:
    """Mean error over the valid pixels of a window around each pixel; 0 where there is none.

    Args:
        error: signed error of the fused depth.
        valid: pixels with truth.
        window_px: side of the window, made odd.
    """
    half = window_px // 2
    known = valid.to(error.dtype)
    pool = torch.nn.AvgPool2d(2 * half + 1, stride=1, padding=half)
    return pool(error * known) / pool(known).clamp(min=1e-6)


def layer_error(
    expert_depths: Float[Tensor, "B S E H W"],
    truth: Float[Tensor, "B S H W"],
    band: Bool[Tensor, "B S H W"],
) -> Float[Tensor, ""]:
    """How far each expert's steps of log depth near depth edges are from those of a surface.

    A surface's step is the truth's where that is small, and none where the truth jumps.

    Args:
        expert_depths: normalised units.
        truth: NaN where unknown.
        band: valid pixels near depth edges; a pair counts where both its ends are.
    """
    experts, log_depth = expert_depths.clamp(min=1e-6).log(), truth.log()
    return torch.stack([_layer_steps(experts, log_depth, band, dim) for dim in (-1, -2)]).sum()


def _layer_steps(
    experts: Float[Tensor, "B S E H W"],
    log_depth: Float[Tensor, "B S H W"],
    band: Bool[Tensor, "B S H W"],
    dim: int,
) -> Float[Tensor, ""]:
    count = band.shape[dim] - 1
    both = band.narrow(dim, 0, count) & band.narrow(dim, 1, count)  # so the truth is known
    true_step = log_depth.diff(dim=dim)
    surface = torch.where(both & (true_step.abs() <= JUMP_LOG_RATIO), true_step, 0.0)
    return mean_of_valid((experts.diff(dim=dim) - surface[:, :, None]).abs().mean(2), both)


def mixture_loss(
    answer: MixtureAnswer,
    truth: Float[Tensor, "B S H W"],
    temperature: float,
    weights: MixtureWeights,
    confidence_alpha: float = CONFIDENCE_WEIGHT,
    jump_weight: float = 0.0,
) -> MixtureTerms:
    """Compute all terms at one gate temperature.

    Args:
        answer: the mixture's.
        truth: normalised units; NaN where unknown.
        temperature: of the gate's softmax, with which the answer was fused.
        weights: settings.
        confidence_alpha: the confidence that fits an error is this divided by the error.
        jump_weight: see `gradient_error`.
    """
    valid = torch.isfinite(truth)
    gate = gate_weights(answer.gate_logits, temperature)
    log_gate = torch.log_softmax(answer.gate_logits / temperature, dim=2)
    errors = signed_error(answer.expert_depths, truth[:, :, None], log_space=weights.log_space)
    error = signed_error(answer.depth, truth, log_space=weights.log_space)
    band = edge_band(truth)
    layer = error.new_zeros(())
    if weights.layer_weight:
        layer = layer_error(answer.expert_depths, truth, band)
    if weights.level_window_px:
        errors = errors - local_level(error.detach(), valid, weights.level_window_px)[:, :, None]
    size = error.abs() if weights.confidence_moves_depth else error.abs().detach()
    weighted = confidence_term(answer.confidence, size, confidence_alpha)
    usage = mean_over_processes(torch.stack([mean_of_valid(w, valid) for w in gate.unbind(2)]))
    count = gate.shape[2]
    unlikely = negative_log_likelihood(errors, log_gate, weights)
    return MixtureTerms(
        likelihood=mean_of_valid(unlikely, valid, KEPT_QUANTILE),
        edge_likelihood=mean_of_valid(unlikely, band),
        layer=layer,
        regression=mean_of_valid(error.abs(), valid, KEPT_QUANTILE),
        gradient=gradient_error(error, truth, jump_weight),
        confidence=mean_of_valid(weighted, valid, KEPT_QUANTILE),
        edge=mean_of_valid(error.abs(), band),
        entropy=mean_of_valid(-(gate * log_gate).sum(2), valid),
        balance=count * (usage**2).sum() - 1,
    )
