"""A prediction with its cameras refined by matched photos, for models whose cameras need it."""

from dataclasses import replace

import numpy as np
from jaxtyping import UInt8

from moe3d.inference.pose_refinement import (
    POSE_SOURCE,
    PosedDepth,
    PoseRefinement,
    refine_poses,
)
from moe3d.progress import Progress
from moe3d.scene.records import BaselinePrediction, ScenePrediction

MATCHING_SIDE = 672
"""Longest side, in pixels, of the pictures in which spots are matched. Smaller photos are matched
as they are: an enlarged one shows no more, and its keypoints are less exact than it seems."""


def refine_cameras(
    prediction: ScenePrediction, pictures: UInt8[np.ndarray, "S h w 3"], progress: Progress
) -> ScenePrediction:
    """Replace the cameras by refined ones; VGGT's baseline gets the same.

    The refinement also finds one depth scale a view, which multiplies every depth map of that view
    alike: fused, experts and VGGT's.

    Args:
        prediction: is not changed.
        pictures: the photos in the network image's field of view, at any size.
        progress: reports and cancels.
    """
    refinement = refine_poses(
        PosedDepth(
            images=pictures,
            depth=prediction.depth,
            valid_mask=prediction.valid_mask,
            intrinsics=prediction.intrinsics,
            camera_from_world=prediction.camera_from_world,
        ),
        progress=progress,
    )
    if refinement.num_refined == 0:
        return _with_note(prediction, refinement.summary)
    source = f"{prediction.metadata.pose_source}, then {POSE_SOURCE}"
    refined = replace(
        _with_note(prediction, refinement.summary),
        camera_from_world=refinement.camera_from_world,
        intrinsics=refinement.intrinsics,
        depth=_scaled(prediction.depth, refinement),
        expert_depths=_scaled(prediction.expert_depths, refinement),
        baseline=_refined_baseline(prediction.baseline, refinement),
    )
    return replace(refined, metadata=replace(refined.metadata, pose_source=source))


def _refined_baseline(
    baseline: BaselinePrediction | None, refinement: PoseRefinement
) -> BaselinePrediction | None:
    if baseline is None:
        return None
    return replace(
        baseline,
        depth=_scaled(baseline.depth, refinement),
        camera_from_world=refinement.camera_from_world,
        intrinsics=refinement.intrinsics,
    )


def _scaled(depth: np.ndarray, refinement: PoseRefinement) -> np.ndarray:
    scales = refinement.depth_scales.astype(np.float32)
    return depth * scales.reshape(-1, *[1] * (depth.ndim - 1))


def _with_note(prediction: ScenePrediction, note: str) -> ScenePrediction:
    metadata = prediction.metadata
    return replace(prediction, metadata=replace(metadata, notes=(*metadata.notes, note)))
