"""What-ifs on the mixture: re-mixed depth, how far the experts disagree, how often each wins.

Pure functions of a prediction's arrays: instant, no second network pass.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32

from moe3d.scene.gate import check_choice, gate_weights, winners
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


MODELS_OWN = Remix()


def remix_weights(
    gate_logits: Float[np.ndarray, "S E H W"], model_temperature: float, remix: Remix
) -> Float32[np.ndarray, "S E H W"]:
    """Weights of a what-if mixture; 0 and 1 for a hard one.

    Args:
        gate_logits: of any cut of a prediction.
        model_temperature: used where the re-mix names none.
        remix: the default gives the model's own weights.
    """
    temperature = model_temperature if remix.temperature is None else remix.temperature
    weights = gate_weights(gate_logits, temperature, remix.muted)
    if not remix.hard:
        return weights
    experts = np.arange(weights.shape[1], dtype=np.uint8)[:, None, None]
    return np.stack([winners(view) == experts for view in weights]).astype(np.float32)


def remix_depth(prediction: ScenePrediction, remix: Remix) -> Float32[np.ndarray, "S H W"]:
    """Depth of a what-if mixture; the model's own fused depth when the remix changes nothing.

    Not the model's output unless `remix.is_models_own`: never put it into metrics or
    default exports.

    Raises:
        UsageError: the temperature is not positive, or every expert is muted.
    """
    if remix.is_models_own:
        return prediction.depth
    own = prediction.gate_temperature
    temperature = own if remix.temperature is None else remix.temperature
    check_choice(temperature, remix.muted, prediction.num_experts)
    heard = [index for index in range(prediction.num_experts) if index not in remix.muted]
    mixed = np.empty(prediction.depth.shape, np.float32)
    for view in range(prediction.num_views):  # a view's arrays stay in the processor's cache
        depths, logits = prediction.expert_depths[view], prediction.gate_logits[view]
        if len(heard) == 1:
            mixed[view] = depths[heard[0]]
            continue
        if remix.muted:
            depths, logits = depths[heard], logits[heard]
        mixed[view] = _hard(depths, logits) if remix.hard else _soft(depths, logits, temperature)
    return mixed


def _soft(
    depths: Float[np.ndarray, "E H W"], logits: Float[np.ndarray, "E H W"], temperature: float
) -> Float[np.ndarray, "H W"]:
    """Few and large steps: between them another thread may want the interpreter."""
    weights = np.subtract(logits, logits.max(axis=0), dtype=np.float32)
    weights *= np.float32(1 / temperature)
    np.exp(weights, out=weights)
    total = weights.sum(axis=0)
    weights *= depths
    summed = weights.sum(axis=0)
    summed /= total
    return summed


def _hard(
    depths: Float[np.ndarray, "E H W"], logits: Float[np.ndarray, "E H W"]
) -> Float[np.ndarray, "H W"]:
    places = winners(logits).astype(np.int64)
    places *= depths[0].size
    places += np.arange(depths[0].size).reshape(places.shape)
    return np.take(depths, places)


def expert_spread(
    expert_depths: Float32[np.ndarray, "S E H W"], fused: Float32[np.ndarray, "S H W"]
) -> Float32[np.ndarray, "S H W"]:
    """How far the experts disagree: standard deviation of their depths over the fused depth.

    Every expert counts alike, whatever its weight. NaN where the fused depth is not positive.
    """
    deviation = expert_depths.std(axis=1, dtype=np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(fused > 0, deviation / fused, np.float32(np.nan))


def expert_usage(
    prediction: ScenePrediction, mask: Bool[np.ndarray, "S H W"] | None = None
) -> Float[np.ndarray, " E"]:
    """Share of pixels that each expert wins, over the valid pixels (and the mask, if given).

    Sums to 1; zeros when no pixel is left.
    """
    chosen = prediction.valid_mask if mask is None else prediction.valid_mask & mask
    winning = prediction.dominant_expert()[chosen]
    counts = np.bincount(winning, minlength=prediction.num_experts).astype(np.float64)
    return counts / max(counts.sum(), 1.0)
