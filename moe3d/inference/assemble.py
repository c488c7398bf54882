"""The network's tensors and the prepared photos become one frozen record."""

import numpy as np
import torch
from jaxtyping import Float, Float32

from moe3d.inference.preprocess import PreparedViews
from moe3d.model.output import ModelOutput
from moe3d.model.pose_encoding import cameras_from_pose_encoding, is_camera
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction


def assemble_prediction(
    names: tuple[str, ...],
    prepared: PreparedViews,
    output: ModelOutput,
    metadata: PredictionMetadata,
) -> ScenePrediction:
    """Decode cameras and gather the arrays of one scene (batch of one).

    The mask is the photos' own, less the pixels whose depth is not finite and positive.
    """
    depth = _array(output.depth[0])
    height, width = depth.shape[1:]
    camera_from_world, intrinsics = _cameras(output.pose_encoding, height, width)
    return ScenePrediction(
        names=names,
        images=prepared.images,
        depth=depth,
        confidence=_array(output.confidence[0]),
        camera_from_world=camera_from_world,
        intrinsics=intrinsics,
        valid_mask=prepared.valid_mask & np.isfinite(depth) & (depth > 0),
        expert_depths=_array(output.expert_depths[0]),
        gate_logits=_array(output.gate_logits[0]),
        gate_temperature=float(output.gate_temperature),
        pixel_transforms=prepared.pixel_transforms,
        metadata=metadata,
        baseline=_baseline(output, camera_from_world, intrinsics),
    )


def _baseline(
    output: ModelOutput,
    camera_from_world: Float[np.ndarray, "S 4 4"],
    intrinsics: Float[np.ndarray, "S 3 3"],
) -> BaselinePrediction | None:
    if output.baseline_depth is None or output.baseline_confidence is None:
        return None
    return BaselinePrediction(
        _array(output.baseline_depth[0]),
        _array(output.baseline_confidence[0]),
        camera_from_world,
        intrinsics,
    )


def _cameras(
    pose_encoding: Float[torch.Tensor, "1 S 9"], height: int, width: int
) -> tuple[Float[np.ndarray, "S 4 4"], Float[np.ndarray, "S 3 3"]]:
    """NaN stands for what the network's numbers make no camera of."""
    cameras = cameras_from_pose_encoding(pose_encoding[0].cpu().double(), height, width)
    camera_from_world, intrinsics = cameras.camera_from_world.numpy(), cameras.intrinsics.numpy()
    is_unknown = ~is_camera(pose_encoding[0]).cpu().numpy()
    camera_from_world[is_unknown] = np.nan
    intrinsics[is_unknown] = np.nan
    return camera_from_world, intrinsics


def _array(tensor: torch.Tensor) -> Float32[np.ndarray, "..."]:
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())
