"""The numbers of one pixel, for the status bar."""

from dataclasses import dataclass

import numpy as np

from moe3d.scene.mixture import gate_weights
from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class PixelReadout:
    """Everything a prediction says of one pixel."""

    is_valid: bool
    depth: float
    """Fused, scene units."""
    confidence: float
    weights: tuple[float, ...]
    """Of the experts; sum to 1."""
    expert_depths: tuple[float, ...]
    baseline_depth: float | None
    """VGGT's; None without a comparison."""

    def depth_of(self, layer: str) -> float:
        """Depth of a named layer; the fused depth for all others."""
        if layer.startswith("expert:"):
            return self.expert_depths[int(layer.removeprefix("expert:")) - 1]
        if layer == "vggt" and self.baseline_depth is not None:
            return self.baseline_depth
        return self.depth


def read_pixel(prediction: ScenePrediction, view_index: int, x: int, y: int) -> PixelReadout | None:
    """Look one pixel up; None outside the image or the scene."""
    _, height, width = prediction.depth.shape
    if not (0 <= view_index < prediction.num_views and 0 <= x < width and 0 <= y < height):
        return None
    place = (view_index, y, x)
    logits = prediction.gate_logits[view_index : view_index + 1, :, y : y + 1, x : x + 1]
    weights = gate_weights(logits, prediction.gate_temperature).ravel()
    depths = np.asarray(prediction.expert_depths[view_index, :, y, x])
    base = prediction.baseline
    return PixelReadout(
        is_valid=bool(prediction.valid_mask[place]),
        depth=float(prediction.depth[place]),
        confidence=float(prediction.confidence[place]),
        weights=tuple(float(weight) for weight in weights),
        expert_depths=tuple(float(depth) for depth in depths),
        baseline_depth=float(base.depth[place]) if base is not None else None,
    )
