"""The gate's arithmetic on plain arrays: weights, winners, how undecided it is."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32, UInt8

from moe3d.errors import UsageError


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
    check_choice(temperature, muted, gate_logits.shape[1])
    logits = gate_logits.astype(np.float32) / np.float32(temperature)
    if muted:
        logits[:, list(muted)] = -np.inf
    logits -= logits.max(axis=1, keepdims=True)
    weights = np.exp(logits)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def winners(weights: Float[np.ndarray, "E H W"]) -> UInt8[np.ndarray, "H W"]:
    """The expert of largest weight or logit, the first of equal ones.

    As argmax over the experts, twenty times faster.
    """
    best, winner = weights[0], np.zeros(weights.shape[1:], np.uint8)
    for index in range(1, len(weights)):
        np.maximum(winner, (weights[index] > best).view(np.uint8) * np.uint8(index), out=winner)
        best = np.maximum(best, weights[index])
    return winner


def gate_entropy(weights: Float32[np.ndarray, "S E H W"]) -> Float32[np.ndarray, "S H W"]:
    """Entropy of the gate divided by ln E: 0 decided, 1 undecided; 0 for a single expert."""
    num_experts = weights.shape[1]
    if num_experts == 1:
        return np.zeros_like(weights[:, 0])
    entropy = -(weights * np.log(np.maximum(weights, 1e-30))).sum(axis=1)
    return (entropy / np.log(num_experts)).astype(np.float32)


def top_margin(weights: Float32[np.ndarray, "S E H W"]) -> Float32[np.ndarray, "S H W"]:
    """Largest weight minus the second largest: 1 decided, 0 undecided; 1 for a single expert."""
    if weights.shape[1] == 1:
        return np.ones_like(weights[:, 0])
    highest, second = weights[:, 0], np.zeros_like(weights[:, 0])
    for index in range(1, weights.shape[1]):
        second = np.maximum(second, np.minimum(highest, weights[:, index]))
        highest = np.maximum(highest, weights[:, index])
    return highest - second


def check_choice(temperature: float, muted: Sequence[int], num_experts: int) -> None:
    """Check that a temperature and muted experts leave weights that sum to 1.

    Raises:
        UsageError: the temperature is not positive, or every expert is muted.
    """
    if not temperature > 0:
        raise UsageError(f"the gate temperature must be above 0; got {temperature}")
    if len(set(muted)) >= num_experts:
        raise UsageError("every expert is muted; leave at least one on")
