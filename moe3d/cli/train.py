"""`moe3d train`: train or fine-tune one stage of a network."""

import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from moe3d.errors import UsageError
from moe3d.training.config import MixtureWeights, OptimizerConfig, Stage, TrainingConfig


@dataclass(frozen=True)
class TrainCommand:
    """Train one stage: the whole of a small VGGT, or a depth head on a frozen backbone.

    A run that was stopped goes on where it was. Under torchrun several processes share the work.
    """

    stage: Stage
    """vggt: all but the patch embedding. baseline: VGGT's depth head. moe: the mixture head."""
    pool: Path
    """Folder of generated scenes. It is filled first if --generate says so."""
    output: Path
    """Folder of the run: state, log, settings, and at the end model.safetensors."""
    steps: int = 1000
    """Optimizer steps."""
    base: str = "mini"
    """Checkpoint to start from: a known model or a file. "new-mini" starts with --patch-embed."""
    patch_embed: Path | None = None
    """ONNX file of a DINOv2-type ViT-S/14, for a new mini."""
    generate: int = 0
    """Scenes to generate into the pool before training; those that are there are kept."""
    size: str = "168x126"
    """Width x height of generated scenes."""
    scenes_per_step: int = 4
    """Scenes a process and step; frames in the stages baseline and moe."""
    seed: int = 0
    """Of batches, noise and new weights."""
    gradient_weight: float = 1.0
    """Factor on the gradient error."""
    confidence_alpha: float = 0.2
    """The confidence that fits an error is this divided by the error."""
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    """How weights are changed."""
    mixture: MixtureWeights = field(default_factory=MixtureWeights)
    """The mixture's loss."""

    def run(self) -> int:
        """Train and write the result."""
        if self.patch_embed is not None and self.base != "new-mini":
            raise UsageError("--patch-embed is the start of a new network: use --base new-mini")
        logging.getLogger("moe3d.training").setLevel(logging.INFO)
        _join_process_group()
        from moe3d.cli.scenes import parse_size
        from moe3d.training.run import PoolPlan, Start, run_stage

        width, height = parse_size(self.size)
        start = Start(self.base, self.patch_embed)
        written = run_stage(self._config(), start, PoolPlan(self.generate, height, width))
        print(written)
        return 0

    def _config(self) -> TrainingConfig:
        return TrainingConfig(
            stage=self.stage,
            pool=self.pool,
            output=self.output,
            steps=self.steps,
            scenes_per_step=self.scenes_per_step,
            seed=self.seed,
            gradient_weight=self.gradient_weight,
            confidence_alpha=self.confidence_alpha,
            optimizer=self.optimizer,
            mixture=replace(self.mixture, gradient_weight=self.gradient_weight),
        )


def _join_process_group() -> None:
    """Meet the other processes when torchrun started this one."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        import torch.distributed as dist

        dist.init_process_group("gloo")
