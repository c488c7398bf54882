"""Named depth layers of a prediction: "fused", "refined", "expert:2", "vggt", "vggt-refined"."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, UInt8

from moe3d.errors import UsageError
from moe3d.scene.records import ScenePrediction

REFINED_OF = {"fused": "refined", "vggt": "vggt-refined"}
"""The layer that is refined from each raw one."""
RAW_OF = {refined: raw for raw, refined in REFINED_OF.items()}
"""The network's own layer that each refined one comes from."""
TITLES = {
    "fused": "MoE3D",
    "refined": "MoE3D refined",
    "vggt": "VGGT",
    "vggt-refined": "VGGT refined",
}
"""What people call the sides of a comparison."""
OF_VGGT = ("vggt", "vggt-refined")
"""Layers that stand in VGGT's cameras."""


@dataclass(frozen=True)
class DepthLayer:
    """One depth map a view, with the cameras, confidence and support that belong to it."""

    name: str
    depth: Float32[np.ndarray, "S H W"]
    confidence: Float32[np.ndarray, "S H W"]
    camera_from_world: Float[np.ndarray, "S 4 4"]
    intrinsics: Float[np.ndarray, "S 3 3"]
    support: UInt8[np.ndarray, "S H W"] | None = None
    """How many other photos confirm each pixel; None where photos were not compared."""


def layer_names(prediction: ScenePrediction) -> tuple[str, ...]:
    """Every layer of this prediction, in the order in which they are shown."""
    baseline = prediction.baseline
    there = {
        "fused": True,
        "refined": prediction.refined_depth is not None,
        **{f"expert:{index + 1}": True for index in range(prediction.num_experts)},
        "vggt": baseline is not None,
        "vggt-refined": baseline is not None and baseline.refined_depth is not None,
    }
    return tuple(name for name, is_there in there.items() if is_there)


def default_layer(prediction: ScenePrediction) -> str:
    """The layer that is shown first: what the photos together say, where it is known."""
    return "refined" if prediction.refined_depth is not None else "fused"


def sides(prediction: ScenePrediction, layer: str = "fused") -> tuple[str, str]:
    """MoE3D's and VGGT's layer of a comparison while a layer is shown.

    Raw is compared with raw and refined with refined; an expert counts as raw. Where only one side
    is refined, the other one gives what it has.
    """
    if layer not in RAW_OF:
        return "fused", "vggt"
    there = layer_names(prediction)
    first, second = (refined if refined in there else raw for raw, refined in REFINED_OF.items())
    return first, second


def depth_layer(prediction: ScenePrediction, name: str) -> Float32[np.ndarray, "S H W"]:
    """The depth of a named layer; see `named_layer`.

    Args:
        prediction: is not changed.
        name: "fused", "refined", "vggt", "vggt-refined", or "expert:2", which count from 1.

    Returns:
        z-depth (S, H, W), scene units.

    Raises:
        UsageError: the prediction has no such layer.
    """
    return named_layer(prediction, name).depth


def named_layer(prediction: ScenePrediction, name: str) -> DepthLayer:
    """The layer of this name with its cameras; experts count from 1, as on the screen.

    An expert's confidence and support are the fused ones: the network has no other.

    Raises:
        UsageError: the prediction has no such layer.
    """
    if name not in layer_names(prediction):
        raise UsageError(
            f"layer {name!r} is not in this prediction; it has {', '.join(layer_names(prediction))}"
        )
    base = prediction.baseline
    if base is not None and name in OF_VGGT:
        depth = base.depth if name == "vggt" else base.refined_depth
        cameras = base.camera_from_world, base.intrinsics
        return DepthLayer(name, _there(depth), base.confidence, *cameras, base.support)
    depth = prediction.depth if name != "refined" else prediction.refined_depth
    if name.startswith("expert:"):
        depth = prediction.expert_depths[:, int(name.removeprefix("expert:")) - 1]
    return DepthLayer(
        name,
        _there(depth),
        prediction.confidence,
        prediction.camera_from_world,
        prediction.intrinsics,
        prediction.support,
    )


def _there(depth: Float32[np.ndarray, "S H W"] | None) -> Float32[np.ndarray, "S H W"]:
    assert depth is not None, "a layer that was listed must be there"
    return depth
