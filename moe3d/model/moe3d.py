"""The assembled network: VGGT with a mixture-of-experts depth head."""

import contextlib
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.errors import ShapeError
from moe3d.model.backbone import Aggregator, AggregatorOutput, Keeping
from moe3d.model.camera_head import CameraHead
from moe3d.model.config import ModelConfig
from moe3d.model.depth_head import (
    MoEHead,
    WholeFields,
    candidates_work,
    decode_candidates,
    decode_points,
    split_frames,
)
from moe3d.model.dpt import DPT
from moe3d.model.layers.attention import CastingLinear
from moe3d.model.output import ModelOutput, RunOptions
from moe3d.model.work import Counter, OnBlock, map_work


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
        on_block: OnBlock | None = None,
        options: RunOptions | None = None,
    ) -> ModelOutput:
        """Reconstruct B scenes of S views.

        Args:
            images: (B, S, 3, H, W), RGB in 0..1, sides multiples of the patch size.
            on_block: called after every transformer block, camera step and head chunk, and after
                parts of those that take long, with the steps done, their total, and the share of
                all operations done; may raise to stop the run there.
            options: how to run; None for the defaults.

        Raises:
            ShapeError: images are not (B, S, 3, H, W) with sides in multiples of the patch.
        """
        tick = self._counter(images, options, on_block)
        tokens = self.encode(images, options=options, tick=tick)
        return self.decode(tokens, images, options=options, tick=tick)

    def encode(
        self,
        images: Float[Tensor, "..."],
        on_block: OnBlock | None = None,
        options: RunOptions | None = None,
        tick: Counter | None = None,
    ) -> AggregatorOutput:
        """The first half: tokens that know about all views, which `decode` may read more than once.

        Args:
            images: as for `forward`.
            on_block: as for `forward`; counts both halves.
            options: as for `forward`.
            tick: goes on counting, instead of `on_block`.

        Raises:
            ShapeError: as for `forward`.
        """
        self._check_images(images)
        options = options or RunOptions()
        keeping = Keeping(options.kept_dtype, options.kept_on_cpu, options.tokens_per_piece)
        return self.aggregator(
            images,
            self.config.dpt.layers,
            tick or self._counter(images, options, on_block),
            recompute=options.recompute_blocks,
            keeping=keeping,
            known_photos=options.known_photos,
        )

    def decode(
        self,
        tokens: AggregatorOutput,
        images: Float[Tensor, "B S 3 H W"],
        on_block: OnBlock | None = None,
        options: RunOptions | None = None,
        tick: Counter | None = None,
    ) -> ModelOutput:
        """The second half: cameras and depth from tokens.

        Args:
            tokens: `encode`'s answer.
            images: those that were encoded.
            on_block: as for `forward`; the first half counts as done.
            options: may have another chunk size than the first half had.
            tick: goes on counting, instead of `on_block`.
        """
        options = options or RunOptions()
        if tick is None:
            tick = self._counter(images, options, on_block)
            tick.steps = self.aggregator.num_blocks
            tick.operations = self.aggregator.work(images)
        with self._head_precision(images, options):
            poses = self.camera_head(
                tokens.camera_tokens.to(self._head_dtype),
                partial(tick.step, self._camera_step_work(images)),
            )
        with self._dense_precision(images, options):
            whole, points = self._run_dense_heads(tokens, images, options, tick)
        return self._assemble(poses, whole, points, options)

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

    def _counter(
        self,
        images: Float[Tensor, "..."],
        options: RunOptions | None,
        on_block: OnBlock | None,
    ) -> Counter:
        self._check_images(images)
        options = options or RunOptions()
        return Counter(on_block, self._num_steps(images, options), self._work(images, options))

    def _work(self, images: Float[Tensor, "B S 3 H W"], options: RunOptions) -> float:
        """Operations of the whole pass."""
        frames = images.flatten(0, 1)
        of_heads = candidates_work(
            frames, self.depth_head, self.moe_head, with_baseline=self._with_baseline(options)
        )
        of_cameras = self.camera_head.num_iterations * self._camera_step_work(images)
        of_points = self._points_work(frames) if options.with_points else 0.0
        return self.aggregator.work(images) + of_cameras + of_heads + of_points

    def _camera_step_work(self, images: Float[Tensor, "B S 3 H W"]) -> float:
        return map_work(float(images.shape[0] * images.shape[1]), self.camera_head.trunk)

    def _points_work(self, frames: Float[Tensor, "N 3 H W"]) -> float:
        if self.point_head is None:
            return 0.0
        return sum(self.point_head.work(len(frames), (frames.shape[-2], frames.shape[-1])))

    def _with_baseline(self, options: RunOptions) -> bool:
        return options.with_baseline and self.config.has_baseline

    def _num_steps(self, images: Tensor, options: RunOptions) -> int:
        frames = images.shape[0] * images.shape[1]
        chunks = -(-frames // options.frames_per_chunk)
        heads = 2 if self.point_head is not None and options.with_points else 1
        return self.aggregator.num_blocks + self.camera_head.num_iterations + heads * chunks

    def _temperature(self, options: RunOptions) -> float:
        return options.gate_temperature or self.config.moe.gate_temperature

    def _head_precision(
        self, images: Tensor, options: RunOptions
    ) -> contextlib.AbstractContextManager[object]:
        if options.heads_in_autocast or images.device.type == "meta":  # where there is none
            return contextlib.nullcontext()
        return torch.autocast(images.device.type, enabled=False)

    def _dense_precision(
        self, images: Tensor, options: RunOptions
    ) -> contextlib.AbstractContextManager[object]:
        if options.heads_dtype is None or images.device.type == "meta":
            return self._head_precision(images, options)
        return torch.autocast(images.device.type, options.heads_dtype)

    def _run_dense_heads(
        self,
        tokens: AggregatorOutput,
        images: Float[Tensor, "B S 3 H W"],
        options: RunOptions,
        tick: Counter,
    ) -> tuple[WholeFields, WholeFields]:
        whole, points = (WholeFields(*images.shape[:2]) for _ in range(2))
        for chunk in split_frames(tokens, images, options.frames_per_chunk):
            whole.add(
                decode_candidates(
                    chunk,
                    self.depth_head,
                    self.moe_head,
                    temperature=self._temperature(options),
                    with_baseline=self._with_baseline(options),
                    on_work=tick.part,
                )
            )
            tick.step()
            if self.point_head is not None and options.with_points:
                points.add(decode_points(chunk, self.point_head))
                tick.step(self._points_work(chunk.images))
        return whole, points

    def _assemble(
        self,
        poses: Float[Tensor, "I B S 9"],
        fields: WholeFields,
        points: WholeFields,
        options: RunOptions,
    ) -> ModelOutput:
        def whole(field: str) -> Tensor:
            found = fields.whole(field)
            assert found is not None
            return found

        return ModelOutput(
            pose_encoding=poses[-1],
            pose_encoding_steps=poses,
            depth=whole("fused_depth"),
            confidence=whole("fused_confidence"),
            expert_depths=whole("depths"),
            expert_confidences=whole("confidences"),
            gate_logits=whole("gate_logits"),
            gate_temperature=self._temperature(options),
            baseline_depth=fields.whole("baseline_depth"),
            baseline_confidence=fields.whole("baseline_confidence"),
            world_points=points.whole("points"),
            world_points_confidence=points.whole("confidence"),
        )
