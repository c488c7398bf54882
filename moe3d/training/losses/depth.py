"""VGGT's depth loss: confidence-weighted error, plain error, gradient error at several scales.

Source: arXiv 2503.11651, and the constants of its released training configuration.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

CONFIDENCE_WEIGHT = 0.2
KEPT_QUANTILE = 0.98
STRIDES = (1, 2, 4, 8)
FEW_PIXELS = 100
EDGE_LOG_RATIO = math.log(1.1)
EDGE_REACH_PX = 2
JUMP_LOG_RATIO = math.log(1.05)


@dataclass(frozen=True)
class DepthTerms:
    """Parts of a depth loss, each a mean over valid pixels."""

    confidence: Float[Tensor, ""]
    """Of confidence * error - alpha * log(confidence)."""
    regression: Float[Tensor, ""]
    """Of the error."""
    gradient: Float[Tensor, ""]
    """Of the error's differences between neighbours, averaged over the strides."""
    edge: Float[Tensor, ""]
    """Of the error near depth edges."""

    @property
    def total(self) -> Float[Tensor, ""]:
        """VGGT's depth loss: all but the term of edges, which is ours."""
        return self.confidence + self.regression + self.gradient


def mean_of_valid(
    values: Float[Tensor, "B ..."], valid: Bool[Tensor, "B ..."], quantile: float = 1.0
) -> Float[Tensor, ""]:
    """Average over valid pixels of each scene, then over scenes, so that processes can share them.

    Args:
        values: per scene and pixel.
        valid: same shape.
        quantile: share of a scene's valid pixels that is kept, the smallest first; 1 keeps all.

    Returns:
        A scene in which nothing is valid counts as 0, with a gradient of zero.
    """
    known = valid.flatten(1)
    flat = torch.where(known, values.flatten(1), 0.0)
    if quantile < 1:
        known = known & (flat <= _largest_kept(flat.detach(), known, quantile))
    return ((flat * known).sum(1) / known.sum(1).clamp(min=1)).mean()


def _largest_kept(
    flat: Float[Tensor, "B P"], known: Bool[Tensor, "B P"], quantile: float
) -> Float[Tensor, "B 1"]:
    """Each scene's limit; none where too few pixels are valid for a quantile to mean something."""
    counts = known.sum(1, keepdim=True)
    places = (quantile * counts).long().clamp(min=1) - 1
    ordered = flat.masked_fill(~known, torch.inf).sort(1).values
    return torch.where(counts > FEW_PIXELS, ordered.gather(1, places), torch.inf)


def gradient_error(
    error: Float[Tensor, "B *S H W"], truth: Float[Tensor, "B *S H W"], jump_weight: float = 0.0
) -> Float[Tensor, ""]:
    """Mean absolute difference of the signed error between neighbours, at strides 1, 2, 4, 8.

    Args:
        error: prediction minus truth (or of their logarithms).
        truth: NaN where unknown; a difference counts where both ends are known.
        jump_weight: how much more a difference counts where the truth jumps by more than a
            twentieth. With 0, a predicted jump pays only where it is more likely than not to be
            at this very pixel; with w, where its chance is above 1 / (2 + w).
    """
    total = error.new_zeros(())
    log_depth = truth.log()
    for stride in STRIDES:
        e, g = error[..., ::stride, ::stride], log_depth[..., ::stride, ::stride]
        across = _difference(e[..., 1:] - e[..., :-1], g[..., 1:] - g[..., :-1], jump_weight)
        down = _difference(
            e[..., 1:, :] - e[..., :-1, :], g[..., 1:, :] - g[..., :-1, :], jump_weight
        )
        total = total + across + down
    return total / len(STRIDES)


def _difference(
    error: Float[Tensor, "B *S h w"], true_step: Float[Tensor, "B *S h w"], jump_weight: float
) -> Float[Tensor, ""]:
    size = error.abs()
    if jump_weight:
        size = torch.where(true_step.abs() > JUMP_LOG_RATIO, (1 + jump_weight) * size, size)
    return mean_of_valid(size, torch.isfinite(true_step))


def edge_band(truth: Float[Tensor, "B *S H W"]) -> Bool[Tensor, "B *S H W"]:
    """Valid pixels within two pixels of a depth jump of more than a tenth.

    Args:
        truth: NaN where unknown; an unknown neighbour makes no jump.
    """
    log_depth = truth.log()
    jumps = torch.zeros_like(truth)
    across = (log_depth[..., 1:] - log_depth[..., :-1]).abs() > EDGE_LOG_RATIO
    down = (log_depth[..., 1:, :] - log_depth[..., :-1, :]).abs() > EDGE_LOG_RATIO
    jumps[..., 1:] += across
    jumps[..., :-1] += across
    jumps[..., 1:, :] += down
    jumps[..., :-1, :] += down
    maps = jumps.clamp(max=1).flatten(0, -3)[:, None]
    near = F.max_pool2d(maps, 2 * EDGE_REACH_PX + 1, stride=1, padding=EDGE_REACH_PX)
    return (near[:, 0].view_as(truth) > 0) & torch.isfinite(truth)


def signed_error(
    depth: Float[Tensor, "..."], truth: Float[Tensor, "..."], *, log_space: bool
) -> Float[Tensor, "..."]:
    """Prediction minus truth, or the logarithm of their ratio; 0 where truth is NaN."""
    if log_space:
        return depth.clamp(min=1e-6).log() - truth.nan_to_num(1.0).clamp(min=1e-6).log()
    return depth - truth.nan_to_num(1.0)


def depth_loss(
    depth: Float[Tensor, "B S H W"],
    confidence: Float[Tensor, "B S H W"],
    truth: Float[Tensor, "B S H W"],
    *,
    log_space: bool = False,
    confidence_alpha: float = CONFIDENCE_WEIGHT,
    jump_weight: float = 0.0,
) -> DepthTerms:
    """VGGT's depth loss of one head.

    Args:
        depth: predicted, normalised units.
        confidence: predicted, above 1.
        truth: normalised units; NaN where unknown.
        log_space: take errors of log depth, so that near and far count alike (ours; VGGT: False).
        confidence_alpha: see `confidence_term`.
        jump_weight: see `gradient_error`.
    """
    valid = torch.isfinite(truth)
    error = signed_error(depth, truth, log_space=log_space)
    size = error.abs()
    weighted = confidence_term(confidence, size, confidence_alpha)
    return DepthTerms(
        confidence=mean_of_valid(weighted, valid, KEPT_QUANTILE),
        regression=mean_of_valid(size, valid, KEPT_QUANTILE),
        gradient=gradient_error(error, truth, jump_weight),
        edge=mean_of_valid(size, edge_band(truth)),
    )


def confidence_term(
    confidence: Float[Tensor, "..."], size: Float[Tensor, "..."], alpha: float
) -> Float[Tensor, "..."]:
    """VGGT's confidence term, 0.2 * (confidence * size / alpha - log confidence).

    Args:
        confidence: above 1.
        size: of the error.
        alpha: the confidence that fits an error is alpha / error; VGGT's 0.2 says 1, the least
            there is, for every error above 0.2, so a weaker network wants more.
    """
    return CONFIDENCE_WEIGHT * (confidence * size / alpha - confidence.log())


def unknown_confidence(
    confidence: Float[Tensor, "B S H W"], truth: Float[Tensor, "B S H W"]
) -> Float[Tensor, ""]:
    """Pull the confidence of pixels without depth (sky) towards 1, so that a filter drops them."""
    return mean_of_valid(confidence - 1, ~torch.isfinite(truth))


def scale_spread(
    depth: Float[Tensor, "B S H W"], truth: Float[Tensor, "B S H W"]
) -> Float[Tensor, ""]:
    """How far the photos of a scene are from one common scale: mean over scenes and photos of the
    distance between a photo's mean log ratio of depth to truth and the scene's mean of these.

    Args:
        depth: predicted, normalised units.
        truth: NaN where unknown; a photo without a known pixel does not count.
    """
    valid = torch.isfinite(truth)
    error = torch.where(valid, signed_error(depth, truth, log_space=True), 0.0)
    level = error.sum((2, 3)) / valid.sum((2, 3)).clamp(min=1)  # (B, S)
    known = valid.any(-1).any(-1)
    middle = (level * known).sum(1, keepdim=True) / known.sum(1, keepdim=True).clamp(min=1)
    return mean_of_valid(torch.where(known, (level - middle).abs(), 0.0), known)
