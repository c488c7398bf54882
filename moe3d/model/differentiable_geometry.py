"""Torch twins of the few geometric functions that losses and checks need."""

import torch
from jaxtyping import Float
from torch import Tensor

from moe3d.model.pose_encoding import Cameras


def world_points_from_depth(
    depth: Float[Tensor, "*B S H W"], cameras: Cameras
) -> Float[Tensor, "*B S H W 3"]:
    """Lift every pixel of z-depth maps into the world frame, zero skew.

    Convention: pixel (u, v) counts from 0 and VGGT's principal point is (W / 2, H / 2).
    """
    height, width = depth.shape[-2:]
    rows = torch.arange(height, dtype=depth.dtype, device=depth.device)[:, None]
    columns = torch.arange(width, dtype=depth.dtype, device=depth.device)
    intrinsics = cameras.intrinsics[..., None, None, :, :]  # (*B, S, 1, 1, 3, 3)
    x = (columns - intrinsics[..., 0, 2]) / intrinsics[..., 0, 0] * depth
    y = (rows - intrinsics[..., 1, 2]) / intrinsics[..., 1, 1] * depth
    camera_points = torch.stack([x, y, depth], dim=-1)
    rotation = cameras.camera_from_world[..., None, :3, :3]
    translation = cameras.camera_from_world[..., None, None, :3, 3]
    return (camera_points - translation) @ rotation
