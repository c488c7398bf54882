"""Arithmetic on the experts and the gate: weights, re-mixing, entropy, usage.

Pure functions of a prediction's arrays: instant, no second network pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32

from moe3d.errors import UsageError
from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class Remix:
    """A what-if on the gate. The default is the model's own fusion."""

    muted: tuple[int, ...] = ()
    """Experts left out, 0-based; their weight goes to the others."""
    hard: bool = False
    """Take the expert of largest weight instead of the weighted sum."""
    temperature: float | None = None
    """Softmax temperature; None keeps the model's."""

    @property
    def is_models_own(self) -> bool:
        """Whether nothing was changed."""
        return self == Remix()


def gate_weights(
    gate_logits: Float[np.ndarray, "S E H W"],
    temperature: float,
    muted: Sequence[int] = (),
) -> Float32[np.ndarray, "S E H W"]:
    """Softmax over the experts at a temperature, muted experts at 0.

    Returns:
        Weights that sum to 1 over the experts at every pixel.

    Raises:
        UsageError: the temperature is not positive, or every expert is muted.
    """
    if not temperature > 0:
        raise UsageError(f"the gate temperature must be above 0; got {temperature}")
    if len(set(muted)) >= gate_logits.shape[1]:
        raise UsageError("every expert is muted; leave at least one on")
    logits = gate_logits.astype(np.float32) / np.float32(temperature)
    if muted:
        logits[:, list(muted)] = -np.inf
    logits -= logits.max(axis=1, keepdims=True)
    weights = np.exp(logits)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def remix_depth(prediction: ScenePrediction, remix: Remix) -> Float32[np.ndarray, "S H W"]:
    """Depth of a what-if mixture; the model's own fused depth when the remix changes nothing.

    Not the model's output unless `remix.is_models_own`: never put it into metrics or
    default exports.
    """
    if remix.is_models_own:
        return prediction.depth
    temperature = remix.temperature or prediction.gate_temperature
    weights = gate_weights(prediction.gate_logits, temperature, remix.muted)
    if remix.hard:
        winner = weights.argmax(axis=1)[:, None]  # (S, 1, H, W)
        return np.take_along_axis(prediction.expert_depths, winner, axis=1)[:, 0]
    return np.einsum("sehw,sehw->shw", weights, prediction.expert_depths, dtype=np.float32)


def gate_entropy(weights: Float32[np.ndarray, "S E H W"]) -> Float32[np.ndarray, "S H W"]:
    """Entropy of the gate divided by ln E: 0 decided, 1 undecided; 0 for a single expert."""
    num_experts = weights.shape[1]
    if num_experts == 1:
        return np.zeros_like(weights[:, 0])
    entropy = -(weights * np.log(np.maximum(weights, 1e-30))).sum(axis=1)
    return (entropy / np.log(num_experts)).astype(np.float32)


def expert_usage(
    prediction: ScenePrediction, mask: Bool[np.ndarray, "S H W"] | None = None
) -> Float[np.ndarray, " E"]:
    """Share of pixels that each expert wins, over the valid pixels (and the mask, if given).

    Sums to 1; zeros when no pixel is left.
    """
    chosen = prediction.valid_mask if mask is None else prediction.valid_mask & mask
    winners = prediction.dominant_expert()[chosen]
    counts = np.bincount(winners, minlength=prediction.num_experts).astype(np.float64)
    return counts / max(counts.sum(), 1.0)
