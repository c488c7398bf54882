"""Which maps a prediction gives."""

from moe3d.scene.layers import layer_names
from moe3d.scene.records import ScenePrediction


def tile_keys(prediction: ScenePrediction) -> tuple[str, ...]:
    """Every map of this prediction, from left to right: "photo", layer names, and what is
    computed from them.

    A single expert is the fused depth, so it gets neither a tile of its own nor a map of the gate.
    """
    layers = layer_names(prediction)
    compared = tuple(name for name in layers if name == "vggt")
    difference = ("difference",) if compared else ()
    if prediction.num_experts == 1:
        return ("photo", "fused", *compared, *difference, "confidence")
    experts = tuple(name for name in layers if name.startswith("expert:"))
    undecided = ("entropy", "margin", "spread")
    return ("photo", "fused", *experts, "gating", *compared, *difference, *undecided, "confidence")
