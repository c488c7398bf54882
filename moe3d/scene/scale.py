"""A prediction in metres, once one length in it is known."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Float32

from moe3d.errors import UsageError
from moe3d.scene.records import ScenePrediction


def in_metres(prediction: ScenePrediction, metres_per_unit: float) -> ScenePrediction:
    """The same scene with depths and cameras in metres; photos and logits are shared.

    Args:
        prediction: is not changed.
        metres_per_unit: metres of one unit of this prediction.

    Raises:
        UsageError: the factor is not finite and positive.
    """
    if not (np.isfinite(metres_per_unit) and metres_per_unit > 0):
        raise UsageError(f"metres per unit must be above 0; got {metres_per_unit}")
    factor = np.float32(metres_per_unit)
    base = prediction.baseline
    if base is not None:
        base = replace(
            base,
            depth=base.depth * factor,
            refined_depth=_scaled(base.refined_depth, factor),
            camera_from_world=_scaled_cameras(base.camera_from_world, metres_per_unit),
        )
    tracks = prediction.tracks
    if tracks is not None:
        tracks = replace(tracks, points=tracks.points * factor)
    return replace(
        prediction,
        depth=prediction.depth * factor,
        refined_depth=_scaled(prediction.refined_depth, factor),
        expert_depths=prediction.expert_depths * factor,
        camera_from_world=_scaled_cameras(prediction.camera_from_world, metres_per_unit),
        baseline=base,
        tracks=tracks,
        metadata=replace(prediction.metadata, units="metres"),
    )


def _scaled(
    depth: Float32[np.ndarray, "S H W"] | None, factor: np.float32
) -> Float32[np.ndarray, "S H W"] | None:
    return None if depth is None else depth * factor


def _scaled_cameras(
    camera_from_world: Float[np.ndarray, "S 4 4"], factor: float
) -> Float[np.ndarray, "S 4 4"]:
    scaled = camera_from_world.copy()
    scaled[:, :3, 3] *= factor
    return scaled
