"""Which maps a prediction gives."""

from moe3d.scene.layers import layer_names, sides
from moe3d.scene.records import ScenePrediction


def map_keys(
    prediction: ScenePrediction, has_truth: bool = False, compared: tuple[str, str] | None = None
) -> tuple[str, ...]:
    """Every map of this prediction, from left to right: "photo", layer names, and what is
    computed from them.

    A single expert is the fused depth, so it gets neither a tile of its own nor a map of the gate.
    With truth come the truth itself and the errors of both sides; "flying:" maps show flying
    points. Both sides are the layers that are compared; None: the networks' own.
    """
    layers = layer_names(prediction)
    own = tuple(name for name in ("fused", "refined") if name in layers)
    support = ("support",) * (prediction.support is not None)
    others = tuple(name for name in ("vggt", "vggt-refined") if name in layers)
    pair = [name for name in compared or sides(prediction) if name in layers]
    difference = (*(("difference",) if others else ()), *(f"flying:{side}" for side in pair))
    if has_truth:
        difference = (*difference, "truth", *(f"error:{side}" for side in pair))
    if prediction.num_experts == 1:
        return ("photo", *own, *support, *others, *difference, "confidence")
    experts = tuple(name for name in layers if name.startswith("expert:"))
    mixture = (*experts, "gating")
    undecided = ("entropy", "margin", "spread")
    depths = (*own, *support, *mixture, *others)
    return ("photo", *depths, *difference, *undecided, "confidence")
