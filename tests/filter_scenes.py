"""A scene in which every filter finds something to take, and a setting of each that takes some."""

from dataclasses import replace
from typing import Any

import numpy as np

from moe3d.geometry.box import OrientedBox
from moe3d.scene.filters.registry import OPTIONS
from moe3d.scene.records import ScenePrediction
from tests.supported_scenes import supported_prediction

AXES = ((0.6, 0.8, 0.0), (-0.8, 0.6, 0.0), (0.0, 0.0, 1.0))
LAYER = "vggt"
"""It has flying points and edges: depth 1 to 2 over some columns."""
SKY_ROWS = 14
_EXAMPLES: dict[str, Any] = {
    "confidence_percentile": 30.0,
    "min_support": 2,
    "edge_rtol": 0.03,
    "views": (1,),
    "experts": (0, 2),
    "box": OrientedBox((0.1, 0.0, 1.4), (0.4137, 0.3071, 0.7), AXES),
}


def example(option: str) -> Any:
    """A value that takes some of the scene's points, whose values lie between 1 and 2.3."""
    number = 1.05 if "min" in option else 2.1
    return _EXAMPLES.get(option, True if OPTIONS[option].off is False else number)


def filtered_scene() -> ScenePrediction:
    """Two photos of a step with support, sky, black, white, missing pixels, and mixed experts."""
    scene = supported_prediction(height=56, width=84, refined=False)
    generator, shape = np.random.default_rng(7), scene.depth.shape
    images = generator.integers(30, 120, (*shape, 3)).astype(np.uint8)
    images[:, :SKY_ROWS] = (120, 170, 230)
    images[:, 20:24, 10:50], images[:, 30:33, 30:70] = 9, 250
    confidence = scene.confidence + 8
    confidence[:, :SKY_ROWS] = 1.001
    depth = scene.depth.copy()
    depth[:, 40:44, 60:] = 0.0
    valid = np.ones(shape, bool)
    valid[:, 25:, 3:5] = False
    gate_logits = generator.normal(size=scene.gate_logits.shape).astype(np.float32)
    base = scene.baseline
    assert base is not None
    base = replace(base, confidence=1 + generator.random(shape, np.float32))
    return replace(
        scene,
        images=images,
        depth=depth,
        confidence=confidence,
        valid_mask=valid,
        gate_logits=gate_logits,
        baseline=base,
    )
