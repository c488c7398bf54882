"""VGGT's nine numbers a camera, and the matrices they stand for.

Translation (3), quaternion x y z w (4), vertical then horizontal field of view in radians.
OpenCV axes, camera from world; the principal point is the image's middle (W / 2, H / 2).
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

MIN_FOV_RAD = 1e-3


@dataclass(frozen=True)
class Cameras:
    """Cameras of a scene's views as matrices."""

    camera_from_world: Float[Tensor, "*B S 4 4"]
    intrinsics: Float[Tensor, "*B S 3 3"]
    """Pixels of the network's image."""


def cameras_from_pose_encoding(
    pose_encoding: Float[Tensor, "*B S 9"], height: int, width: int
) -> Cameras:
    """Decode the network's cameras.

    A field of view that the network's ReLU cut to zero is taken as 0.001 rad, so that focal
    lengths stay finite.
    """
    camera_from_world = torch.zeros(
        *pose_encoding.shape[:-1], 4, 4, dtype=pose_encoding.dtype, device=pose_encoding.device
    )
    camera_from_world[..., :3, :3] = rotation_from_quaternion(pose_encoding[..., 3:7])
    camera_from_world[..., :3, 3] = pose_encoding[..., :3]
    camera_from_world[..., 3, 3] = 1
    half_fov = pose_encoding[..., 7:].clamp(min=MIN_FOV_RAD) / 2
    intrinsics = torch.zeros_like(camera_from_world[..., :3, :3])
    intrinsics[..., 0, 0] = width / 2 / torch.tan(half_fov[..., 1])
    intrinsics[..., 1, 1] = height / 2 / torch.tan(half_fov[..., 0])
    intrinsics[..., 0, 2] = width / 2
    intrinsics[..., 1, 2] = height / 2
    intrinsics[..., 2, 2] = 1
    return Cameras(camera_from_world, intrinsics)


def is_camera(pose_encoding: Float[Tensor, "*B S 9"]) -> Bool[Tensor, "*B S"]:
    """Whether the network's numbers are a camera: finite, with fields of view below 180 degrees."""
    is_finite = torch.isfinite(pose_encoding).all(dim=-1)
    return is_finite & (pose_encoding[..., 7:].double() < math.pi).all(dim=-1)


def pose_encoding_from_cameras(
    cameras: Cameras, height: int, width: int
) -> Float[Tensor, "*B S 9"]:
    """Encode cameras as the network would; skew and the principal point are lost."""
    quaternion = quaternion_from_rotation(cameras.camera_from_world[..., :3, :3])
    fov_height = 2 * torch.atan(height / 2 / cameras.intrinsics[..., 1, 1])
    fov_width = 2 * torch.atan(width / 2 / cameras.intrinsics[..., 0, 0])
    translation = cameras.camera_from_world[..., :3, 3]
    fov = torch.stack([fov_height, fov_width], dim=-1)
    return torch.cat([translation, quaternion, fov], dim=-1)


def rotation_from_quaternion(quaternion: Float[Tensor, "*N 4"]) -> Float[Tensor, "*N 3 3"]:
    """Rotation matrix of a quaternion x y z w of any length but zero."""
    x, y, z, w = quaternion.unbind(-1)
    two = 2 / quaternion.square().sum(-1).clamp(min=1e-12)
    rows = [
        torch.stack([1 - two * (y * y + z * z), two * (x * y - z * w), two * (x * z + y * w)], -1),
        torch.stack([two * (x * y + z * w), 1 - two * (x * x + z * z), two * (y * z - x * w)], -1),
        torch.stack([two * (x * z - y * w), two * (y * z + x * w), 1 - two * (x * x + y * y)], -1),
    ]
    return torch.stack(rows, dim=-2)


def quaternion_from_rotation(rotation: Float[Tensor, "*N 3 3"]) -> Float[Tensor, "*N 4"]:
    """Unit quaternion x y z w, w >= 0, of a rotation matrix.

    Each row of the symmetric matrix below is the quaternion times one of its own entries times 4;
    the longest row is the safest to normalise.
    """
    r = [[rotation[..., row, column] for column in range(3)] for row in range(3)]
    xy, xz, yz = r[0][1] + r[1][0], r[0][2] + r[2][0], r[1][2] + r[2][1]
    xw, yw, zw = r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]
    xx = 1 + r[0][0] - r[1][1] - r[2][2]
    yy = 1 - r[0][0] + r[1][1] - r[2][2]
    zz = 1 - r[0][0] - r[1][1] + r[2][2]
    ww = 1 + r[0][0] + r[1][1] + r[2][2]
    products = [[xx, xy, xz, xw], [xy, yy, yz, yw], [xz, yz, zz, zw], [xw, yw, zw, ww]]
    rows = torch.stack([torch.stack(row, -1) for row in products], -2)  # (*N, 4, 4)
    longest = torch.stack([xx, yy, zz, ww], -1).argmax(-1)
    index = longest[..., None, None].expand(*longest.shape, 1, 4)
    quaternion = rows.gather(-2, index).squeeze(-2)
    quaternion = quaternion / quaternion.norm(dim=-1, keepdim=True)
    return torch.where(quaternion[..., 3:] < 0, -quaternion, quaternion)
