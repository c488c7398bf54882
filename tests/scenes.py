"""Analytic scenes with exact depth, cameras and a known mixture, for tests of everything."""

from dataclasses import replace

import numpy as np

from moe3d.scene.multiview import BUNDLE_ADJUSTED, NETWORK, PLACED, REFERENCE, Agreement, Tracks
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


REFINED_FAR = 2.1
"""Far plane of the refined depth; the network's own is at FAR."""


def refined_prediction(num_experts: int = 4, with_baseline: bool = True) -> ScenePrediction:
    """The two planes seen by four photos that were compared with each other.

    Refined depth has its far plane at 2.1, VGGT's refined depth has the planes without the blur.
    Support grows from left to right, 0 to 4; VGGT's is 1 everywhere. Photo 4 kept the network's
    camera and disagrees with the others.
    """
    plain = step_prediction(4, num_experts=num_experts, with_baseline=with_baseline)
    is_far = plain.depth == FAR
    width = plain.depth.shape[2]
    support = np.broadcast_to(np.arange(width) * 5 // width, plain.depth.shape).astype(np.uint8)
    baseline = plain.baseline
    if baseline is not None:
        baseline = replace(
            baseline, refined_depth=plain.depth.copy(), support=np.ones_like(support)
        )
    return replace(
        plain,
        baseline=baseline,
        refined_depth=np.where(is_far, REFINED_FAR, NEAR).astype(np.float32),
        support=support,
        tracks=Tracks(
            points=np.array([[0.1, 0.2, 1.0]], np.float32),
            point_index=np.zeros(2, np.int32),
            view_index=np.array([0, 1], np.int32),
            pixels=np.array([[50, 34], [45, 34]], np.float32),
        ),
        agreement=four_photos_agreement(),
    )


def four_photos_agreement() -> Agreement:
    """Three photos agree; the fourth has no match, its network's camera, and another depth."""
    return Agreement(
        camera_sources=(REFERENCE, BUNDLE_ADJUSTED, PLACED, NETWORK),
        matches=np.array([2000, 2512, 800, 0]),
        residual_px=np.array([0.5, 0.6, 0.94, np.nan]),
        confirmed_share=np.array([0.8, 0.75, 0.7, 0.08]),
        disagreement=np.array([0.01, 0.012, 0.016, 0.123]),
        scene_residual_px=0.6,
        scene_confirmed_share=0.714,
        scene_disagreement=0.014,
        depth_refined=True,
        sentence="photo 4.jpg matches no other photo, so its camera is the network's own.",
    )


def open_prediction(sky_rows: int = 7) -> ScenePrediction:
    """`step_prediction` out of doors: its first rows are smooth, blue, and unknown to the network,
    everything else is rough and known as well as elsewhere."""
    indoors = step_prediction()
    rough = np.random.default_rng(0).integers(30, 120, indoors.images.shape)
    images, confidence = rough.astype(np.uint8), indoors.confidence + 8
    images[:, :sky_rows], confidence[:, :sky_rows] = (120, 170, 230), 1.001
    return replace(indoors, images=images, confidence=confidence)
