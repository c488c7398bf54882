"""Which maps a prediction gives."""

from moe3d.scene.layers import layer_names
from moe3d.scene.records import ScenePrediction


def tile_keys(prediction: ScenePrediction, has_truth: bool = False) -> tuple[str, ...]:
    """Every map of this prediction, from left to right: "photo", layer names, and what is
    computed from them.

    A single expert is the fused depth, so it gets neither a tile of its own nor a map of the gate.
    With truth come the truth itself and the errors of both sides; "flying:" maps show flying
    points.
    """
    layers = layer_names(prediction)
    compared = tuple(name for name in layers if name == "vggt")
    sides = ("fused", *compared)
    difference = (*(("difference",) if compared else ()), *(f"flying:{side}" for side in sides))
    if has_truth:
        difference = (*difference, "truth", *(f"error:{side}" for side in sides))
    if prediction.num_experts == 1:
        return ("photo", "fused", *compared, *difference, "confidence")
    experts = tuple(name for name in layers if name.startswith("expert:"))
    undecided = ("entropy", "margin", "spread")
    return ("photo", "fused", *experts, "gating", *compared, *difference, *undecided, "confidence")
