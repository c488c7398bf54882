"""VGGT's camera loss: L1 on the pose encoding of every refinement step, later steps weighing more.

Source: the released training configuration (stage weight 0.6, fields of view at half weight).
"""

import torch
from jaxtyping import Float
from torch import Tensor

STEP_DECAY = 0.6
FOV_WEIGHT = 0.5


def camera_loss(
    steps: Float[Tensor, "I B S 9"], truth: Float[Tensor, "B S 9"]
) -> Float[Tensor, ""]:
    """Compare predicted cameras with true ones.

    Args:
        steps: pose encodings of all refinement steps.
        truth: translation in normalised units, quaternion with w >= 0, fields of view in radians.
    """
    total = steps.new_zeros(())
    for index, predicted in enumerate(steps):
        error = (predicted - truth).abs()
        translation = error[..., :3].clamp(max=100).mean()
        rotation, fov = error[..., 3:7].mean(), error[..., 7:].mean()
        weight = STEP_DECAY ** (len(steps) - 1 - index)
        total = total + weight * (translation + rotation + FOV_WEIGHT * fov)
    return total / len(steps)


def rotation_angle_deg(
    first: Float[Tensor, "*B 3 3"], second: Float[Tensor, "*B 3 3"]
) -> Float[Tensor, "*B"]:
    """Angle between two rotations, degrees."""
    trace = (first.mT @ second).diagonal(dim1=-2, dim2=-1).sum(-1)
    return torch.rad2deg(((trace - 1) / 2).clamp(-1, 1).acos())
