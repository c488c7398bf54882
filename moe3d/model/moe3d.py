"""The assembled network: VGGT with a mixture-of-experts depth head."""

import contextlib
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.errors import ShapeError
from moe3d.model.backbone import Aggregator, AggregatorOutput
from moe3d.model.camera_head import CameraHead
from moe3d.model.config import ModelConfig
from moe3d.model.depth_head import (
    DepthCandidates,
    MoEHead,
    PointMap,
    decode_candidates,
    decode_points,
    join_chunks,
    split_frames,
)
from moe3d.model.dpt import DPT
from moe3d.model.layers.attention import CastingLinear
from moe3d.model.output import ModelOutput, RunOptions


class MoE3DNetwork(nn.Module):
    """Photos of a scene to cameras, fused depth, every expert's depth, and VGGT's own depth."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.aggregator = Aggregator(config)
        self.camera_head = CameraHead(config)
        needs_decoder = config.has_baseline or not config.moe.own_decoder
        outputs = 2 if config.has_baseline else 0
        has_map = config.has_baseline or config.moe.variant != "B"
        self.depth_head = DPT(config, outputs, has_map=has_map) if needs_decoder else None
        self.point_head = DPT(config, 4) if config.has_point_head else None
        self.moe_head = MoEHead(config)

    def forward(
        self,
        images: Float[Tensor, "..."],
        on_block: Callable[[int, int], None] | None = None,
        options: RunOptions | None = None,
    ) -> ModelOutput:
        """Reconstruct B scenes of S views.

        Args:
            images: (B, S, 3, H, W), RGB in 0..1, sides multiples of the patch size.
            on_block: called with (done, total) after every transformer block, camera step and
                head chunk; may raise to stop the run there.
            options: how to run; None for the defaults.

        Raises:
            ShapeError: images are not (B, S, 3, H, W) with sides in multiples of the patch.
        """
        self._check_images(images)
        options = options or RunOptions()
        tick = _Counter(on_block, self._num_ticks(images, options))
        tokens = self.aggregator(
            images, self.config.dpt.layers, tick, recompute=options.recompute_blocks
        )
        with self._head_precision(images, options):
            poses = self.camera_head(tokens.camera_tokens.to(self._head_dtype), tick)
            candidates, points = self._run_dense_heads(tokens, images, options, tick)
            return self._assemble(poses, candidates, points, options, images.shape[1])

    def cast_backbone(self, dtype: torch.dtype) -> None:
        """Keep the aggregator's linear layers in this precision, and nothing else.

        Norms, LayerScale, rotary positions, the residual stream and all heads stay as they are.
        """
        for module in self.aggregator.modules():
            if isinstance(module, CastingLinear):
                module.to(dtype)

    @property
    def _head_dtype(self) -> torch.dtype:
        return self.camera_head.token_norm.weight.dtype

    def _check_images(self, images: Tensor) -> None:
        patch = self.config.patch_size
        is_batch = images.ndim == 5 and images.shape[2] == 3 and min(images.shape) > 0
        if not is_batch or images.shape[-1] % patch or images.shape[-2] % patch:
            raise ShapeError(
                f"images must be (B, S, 3, H, W) with sides in multiples of {patch}; "
                f"got {tuple(images.shape)}"
            )

    def _num_ticks(self, images: Tensor, options: RunOptions) -> int:
        frames = images.shape[0] * images.shape[1]
        chunks = -(-frames // options.frames_per_chunk)
        heads = 2 if self.point_head is not None and options.with_points else 1
        return self.aggregator.num_blocks + self.camera_head.num_iterations + heads * chunks

    def _temperature(self, options: RunOptions) -> float:
        return options.gate_temperature or self.config.moe.gate_temperature

    def _head_precision(
        self, images: Tensor, options: RunOptions
    ) -> contextlib.AbstractContextManager[object]:
        if options.heads_in_autocast:
            return contextlib.nullcontext()
        return torch.autocast(images.device.type, enabled=False)

    def _run_dense_heads(
        self,
        tokens: AggregatorOutput,
        images: Float[Tensor, "B S 3 H W"],
        options: RunOptions,
        tick: Callable[[], None],
    ) -> tuple[list[DepthCandidates], list[PointMap]]:
        with_baseline = options.with_baseline and self.config.has_baseline
        candidates, points = [], []
        for chunk in split_frames(tokens, images, options.frames_per_chunk):
            candidates.append(
                decode_candidates(
                    chunk,
                    self.depth_head,
                    self.moe_head,
                    temperature=self._temperature(options),
                    with_baseline=with_baseline,
                )
            )
            tick()
            if self.point_head is not None and options.with_points:
                points.append(decode_points(chunk, self.point_head))
                tick()
        return candidates, points

    def _assemble(
        self,
        poses: Float[Tensor, "I B S 9"],
        candidates: list[DepthCandidates],
        points: list[PointMap],
        options: RunOptions,
        views: int,
    ) -> ModelOutput:
        def whole(field: str) -> Tensor:
            joined = join_chunks(candidates, field, views)
            assert joined is not None
            return joined

        return ModelOutput(
            pose_encoding=poses[-1],
            pose_encoding_steps=poses,
            depth=whole("fused_depth"),
            confidence=whole("fused_confidence"),
            expert_depths=whole("depths"),
            expert_confidences=whole("confidences"),
            gate_logits=whole("gate_logits"),
            gate_temperature=self._temperature(options),
            baseline_depth=join_chunks(candidates, "baseline_depth", views),
            baseline_confidence=join_chunks(candidates, "baseline_confidence", views),
            world_points=join_chunks(points, "points", views),
            world_points_confidence=join_chunks(points, "confidence", views),
        )


class _Counter:
    """Counts steps and tells the caller."""

    def __init__(self, on_block: Callable[[int, int], None] | None, total: int) -> None:
        self._on_block = on_block
        self._done = 0
        self._total = total

    def __call__(self) -> None:
        self._done += 1
        if self._on_block is not None:
            self._on_block(self._done, self._total)
