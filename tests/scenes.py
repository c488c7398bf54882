"""Analytic scenes with exact depth, cameras and a known mixture, for tests of everything."""

import numpy as np

from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import (
    BaselinePrediction,
    PredictionMetadata,
    ScenePrediction,
)

NEAR, FAR = 1.0, 2.0


def step_prediction(
    num_views: int = 2,
    height: int = 28,
    width: int = 42,
    num_experts: int = 4,
    with_baseline: bool = True,
) -> ScenePrediction:
    """Two planes with a step: left half at depth 1, right half at depth 2, camera shifted along x.

    Expert 0 says the near plane, expert 1 the far plane, the others lie between; the gate picks
    expert 0 on the left and expert 1 on the right (weight 1 to rounding). VGGT's depth is blurred
    over four columns at the step: flying points. Confidence grows from left to right.
    """
    shape = (num_views, height, width)
    is_far = np.broadcast_to(np.arange(width) >= width // 2, shape)
    depth = np.where(is_far, FAR, NEAR).astype(np.float32)
    fractions = np.linspace(0, 1, num_experts) if num_experts > 1 else np.zeros(1)
    order = [0, num_experts - 1, *range(1, num_experts - 1)] if num_experts > 1 else [0]
    planes = [NEAR + (FAR - NEAR) * fractions[index] for index in order]
    expert_depths = np.stack([np.full(shape, plane, np.float32) for plane in planes], axis=1)
    gate_logits = np.zeros_like(expert_depths)
    if num_experts == 1:
        expert_depths[:, 0] = depth
    else:
        gate_logits[:, 0] = np.where(is_far, 0.0, 10.0)
        gate_logits[:, 1] = np.where(is_far, 10.0, 0.0)
    ramp = np.clip((np.arange(width) - (width // 2 - 2.5)) / 5, 0, 1)
    blurred = np.broadcast_to(NEAR + (FAR - NEAR) * ramp, shape).astype(np.float32)
    confidence = np.broadcast_to(1 + np.arange(width) / width, shape).astype(np.float32)
    camera_from_world = np.tile(np.eye(4), (num_views, 1, 1))
    camera_from_world[:, 0, 3] = -0.1 * np.arange(num_views)
    focal_px = float(width)
    intrinsics = np.tile(
        np.array([[focal_px, 0, width / 2], [0, focal_px, height / 2], [0, 0, 1]]),
        (num_views, 1, 1),
    )
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    image = np.stack([columns * 255 // width, rows * 255 // height, 0 * rows + 90], axis=-1)
    transform = PixelTransform(width * 2, height * 2, width, height, 0.5, 0.5)
    baseline = BaselinePrediction(blurred, confidence.copy(), camera_from_world.copy(), intrinsics)
    return ScenePrediction(
        names=tuple(f"photo {index + 1}.jpg" for index in range(num_views)),
        images=np.tile(image.astype(np.uint8), (num_views, 1, 1, 1)),
        depth=depth,
        confidence=confidence.copy(),
        camera_from_world=camera_from_world,
        intrinsics=intrinsics,
        valid_mask=np.ones(shape, bool),
        expert_depths=expert_depths,
        gate_logits=gate_logits,
        gate_temperature=0.5,
        pixel_transforms=(transform,) * num_views,
        metadata=PredictionMetadata(model="analytic", experts_trained=True),
        baseline=baseline if with_baseline else None,
    )
