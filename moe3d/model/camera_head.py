"""VGGT's camera head: a few refinement steps on the camera tokens."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.config import ModelConfig
from moe3d.model.layers.block import Block, Mlp

POSE_SIZE = 9
ADAPTIVE_NORM_EPS = 1e-6


class CameraHead(nn.Module):
    """Camera tokens to pose encodings."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        settings, width = config.camera_head, config.camera_width
        self._num_iterations = settings.num_iterations
        token_width = 2 * config.width
        self.token_norm = nn.LayerNorm(token_width)
        self.token_projection = (
            nn.Identity() if width == token_width else nn.Linear(token_width, width)
        )
        self.empty_pose_tokens = nn.Parameter(torch.zeros(1, 1, POSE_SIZE))
        self.embed_pose = nn.Linear(POSE_SIZE, width)
        self.poseLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 3 * width))
        self.trunk = nn.ModuleList(
            Block(width, settings.num_heads, layer_scale_init=settings.layer_scale_init)
            for _ in range(settings.trunk_depth)
        )
        self.trunk_norm = nn.LayerNorm(width)
        self.pose_branch = Mlp(width, width // 2, POSE_SIZE)

    @property
    def num_iterations(self) -> int:
        """Refinement steps of one pass."""
        return self._num_iterations

    def forward(
        self,
        camera_tokens: Float[Tensor, "B S C2"],
        after_step: Callable[[], object] = lambda: None,
    ) -> Float[Tensor, "I B S 9"]:
        """Pose encodings after each step; the last is the result.

        What is fed back is the sum before the field of view passes its ReLU.
        """
        tokens = self.token_projection(self.token_norm(camera_tokens))
        raw = self.empty_pose_tokens.expand(*tokens.shape[:2], -1)
        total = torch.zeros_like(raw)
        steps = []
        for _ in range(self._num_iterations):
            total = total + self._refinement(tokens, raw)
            raw = total.detach()
            steps.append(torch.cat([total[..., :7], total[..., 7:].relu()], dim=-1))
            after_step()
        return torch.stack(steps)

    def _refinement(
        self, tokens: Float[Tensor, "B S C"], raw_pose: Float[Tensor, "B S 9"]
    ) -> Float[Tensor, "B S 9"]:
        modulation = self.poseLN_modulation(self.embed_pose(raw_pose))
        shift, scale, gate = modulation.chunk(3, dim=-1)
        normed = F.layer_norm(tokens, tokens.shape[-1:], eps=ADAPTIVE_NORM_EPS)
        hidden = tokens + gate * (normed * (1 + scale) + shift)
        for block in self.trunk:
            hidden = block(hidden)
        return self.pose_branch(self.trunk_norm(hidden))
