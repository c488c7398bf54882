"""The numbers of one pixel, for the status bar."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from moe3d import Remix, ScenePrediction, remix_weights
from moe3d.scene.layers import OF_VGGT
from moe3d.scene.mixture import MODELS_OWN


@dataclass(frozen=True)
class PixelReadout:
    """Everything a prediction says of one pixel."""

    is_valid: bool
    depth: float
    """Fused as it is shown, scene units: the model's, or that of a what-if."""
    confidence: float
    weights: tuple[float, ...]
    """Of the experts; sum to 1."""
    expert_depths: tuple[float, ...]
    baseline_depth: float | None
    """VGGT's; None without a comparison."""
    refined_depth: float | None = None
    """After all photos were asked; None where they were not."""
    baseline_refined_depth: float | None = None
    support: int | None = None
    """How many other photos confirm MoE3D's depth; None where photos were not compared."""
    baseline_support: int | None = None
    """The same for VGGT's."""
    truth_depth: float | None = None
    """None where no truth is known."""
    is_what_if: bool = False
    """Whether weights and fused depth are those of a what-if."""

    def depth_of(self, layer: str) -> float:
        """Depth of a named layer; the fused depth for all others."""
        if layer.startswith("expert:"):
            return self.expert_depths[int(layer.removeprefix("expert:")) - 1]
        known = {
            "refined": self.refined_depth,
            "vggt": self.baseline_depth,
            "vggt-refined": self.baseline_refined_depth,
        }.get(layer)
        return self.depth if known is None else known

    def support_of(self, layer: str) -> int | None:
        """How many other photos confirm a layer's depth; None for an expert's, which no photo was
        asked about, and where photos were not compared."""
        if layer.startswith("expert:"):
            return None
        return self.baseline_support if layer in OF_VGGT else self.support


@dataclass(frozen=True)
class Shown:
    """What is shown beside the prediction's own values."""

    remix: Remix = MODELS_OWN
    fused: Float32[np.ndarray, "S H W"] | None = None
    """Depth of a what-if; None: the model's."""
    truth: Float32[np.ndarray, "S H W"] | None = None
    """True depth on the grid of the network's image; NaN where unknown."""


def read_pixel(
    prediction: ScenePrediction, view_index: int, x: int, y: int, shown: Shown = Shown()
) -> PixelReadout | None:
    """Look one pixel up; None outside the image or the scene."""
    _, height, width = prediction.depth.shape
    if not (0 <= view_index < prediction.num_views and 0 <= x < width and 0 <= y < height):
        return None
    place = (view_index, y, x)
    weights = _weights_at(prediction, place, shown.remix)
    depths = np.asarray(prediction.expert_depths[view_index, :, y, x])
    base = prediction.baseline
    return PixelReadout(
        is_valid=bool(prediction.valid_mask[place]),
        depth=float((prediction.depth if shown.fused is None else shown.fused)[place]),
        confidence=float(prediction.confidence[place]),
        weights=tuple(float(weight) for weight in weights),
        expert_depths=tuple(float(depth) for depth in depths),
        baseline_depth=float(base.depth[place]) if base is not None else None,
        refined_depth=_known(prediction.refined_depth, place),
        baseline_refined_depth=_known(base.refined_depth, place) if base is not None else None,
        support=_count(prediction.support, place),
        baseline_support=_count(base.support, place) if base is not None else None,
        truth_depth=_known(shown.truth, place),
        is_what_if=shown.fused is not None,
    )


def world_position(
    prediction: ScenePrediction, layer: str, place: tuple[int, int, int], depth: float
) -> tuple[float, float, float]:
    """Where a pixel's point lies in the world.

    Args:
        prediction: has the cameras.
        layer: VGGT's points stand in VGGT's cameras.
        place: view, y, x.
        depth: z-depth of the pixel.
    """
    view, y, x = place
    is_vggt = layer in OF_VGGT and prediction.baseline is not None
    cameras = prediction.baseline if is_vggt else prediction
    assert cameras is not None
    ray = np.linalg.solve(cameras.intrinsics[view].astype(float), [x, y, 1.0])
    camera_from_world = cameras.camera_from_world[view].astype(float)
    in_world = camera_from_world[:3, :3].T @ (depth * ray - camera_from_world[:3, 3])
    return float(in_world[0]), float(in_world[1]), float(in_world[2])


def _weights_at(
    prediction: ScenePrediction, place: tuple[int, int, int], remix: Remix
) -> Float32[np.ndarray, " E"]:
    view, y, x = place
    logits = prediction.gate_logits[view : view + 1, :, y : y + 1, x : x + 1]
    return remix_weights(logits, prediction.gate_temperature, remix).ravel()


def _known(depth: Float32[np.ndarray, "S H W"] | None, place: tuple[int, int, int]) -> float | None:
    value = float(depth[place]) if depth is not None else math.nan
    return value if math.isfinite(value) and value > 0 else None


def _count(support: UInt8[np.ndarray, "S H W"] | None, place: tuple[int, int, int]) -> int | None:
    return int(support[place]) if support is not None else None
