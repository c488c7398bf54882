"""What the network returns, and how it is asked to run."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from moe3d.model.layers.photo_tokens import KnownPhotos


@dataclass(frozen=True)
class RunOptions:
    """How to run the network. The defaults give every output at the least memory."""

    with_baseline: bool = True
    """Whether plain VGGT's depth is computed beside the mixture's."""
    with_points: bool = True
    """Whether the point head runs, if the network has one."""
    frames_per_chunk: int = 8
    """Frames that the depth heads decode at a time; the result does not depend on it."""
    kept_dtype: torch.dtype | None = None
    """Precision in which the layers that the heads read wait for them; None for the residual
    stream's own. Without gradients only, as the next two."""
    tokens_per_piece: int = 0
    """Tokens that a transformer block works on at a time; 0 for all at once."""
    kept_on_cpu: bool = False
    """Whether the layers wait in the main memory, and go to the device chunk by chunk."""
    heads_dtype: torch.dtype | None = None
    """Precision of the decoder's convolutions; None for the weights' own. The last layer of
    experts, gate and VGGT's head stays in 32 bits."""
    gate_temperature: float | None = None
    """Softmax temperature of the gate; None takes the configuration's."""
    heads_in_autocast: bool = False
    """Whether heads follow the caller's autocast; by default they run in their own precision."""
    known_photos: KnownPhotos | None = None
    """Tokens of photos that an earlier run has seen; without gradients only."""
    recompute_blocks: bool = False
    """Whether training recomputes each transformer block in the backward pass to save memory."""


@dataclass(frozen=True)
class ModelOutput:
    """Cameras, fused depth, and all that the fused depth was made from."""

    pose_encoding: Float[Tensor, "B S 9"]
    """Translation, quaternion x y z w, vertical and horizontal field of view in radians."""
    pose_encoding_steps: Float[Tensor, "I B S 9"]
    """The same after each refinement step; the last is `pose_encoding`."""
    depth: Float[Tensor, "B S H W"]
    """Sum of gate weight times expert depth (but see variant F); z-depth in scene units, > 0."""
    confidence: Float[Tensor, "B S H W"]
    """Sum of gate weight times expert confidence, >= 1."""
    expert_depths: Float[Tensor, "B S E H W"]
    expert_confidences: Float[Tensor, "B S E H W"]
    gate_logits: Float[Tensor, "B S E H W"]
    gate_temperature: float
    """Temperature that made `depth`: the weights are softmax(logits / temperature)."""
    baseline_depth: Float[Tensor, "B S H W"] | None = None
    """Plain VGGT's depth from the same tokens."""
    baseline_confidence: Float[Tensor, "B S H W"] | None = None
    world_points: Float[Tensor, "B S H W 3"] | None = None
    """The point head's points, first camera's frame."""
    world_points_confidence: Float[Tensor, "B S H W"] | None = None
