"""Named depth layers of a prediction: "fused", "vggt", "expert:2"."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from moe3d.errors import UsageError
from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class DepthLayer:
    """One depth map a view, with the cameras and the confidence that belong to it."""

    name: str
    depth: Float32[np.ndarray, "S H W"]
    confidence: Float32[np.ndarray, "S H W"]
    camera_from_world: Float[np.ndarray, "S 4 4"]
    intrinsics: Float[np.ndarray, "S 3 3"]


def layer_names(prediction: ScenePrediction) -> tuple[str, ...]:
    """Every layer of this prediction, in the order in which they are shown."""
    experts = tuple(f"expert:{index + 1}" for index in range(prediction.num_experts))
    return ("fused", *experts, *(("vggt",) if prediction.baseline is not None else ()))


def depth_layer(prediction: ScenePrediction, name: str) -> DepthLayer:
    """The layer of this name; experts count from 1, as on the screen.

    An expert's confidence is the fused one: the network has no other.

    Raises:
        UsageError: the prediction has no such layer.
    """
    if name not in layer_names(prediction):
        raise UsageError(
            f"layer {name!r} is not in this prediction; it has {', '.join(layer_names(prediction))}"
        )
    if name == "vggt" and prediction.baseline is not None:
        base = prediction.baseline
        return DepthLayer(
            name, base.depth, base.confidence, base.camera_from_world, base.intrinsics
        )
    depth = prediction.depth
    if name.startswith("expert:"):
        depth = prediction.expert_depths[:, int(name.removeprefix("expert:")) - 1]
    return DepthLayer(
        name, depth, prediction.confidence, prediction.camera_from_world, prediction.intrinsics
    )
