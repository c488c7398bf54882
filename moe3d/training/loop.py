"""The training loop: batches, loss, clipped AdamW steps, averages, checkpoints, resume.

Several processes share the work when a process group exists: each draws its own batch, gradients
are averaged, so all hold the same weights.
"""

import json
import logging
import time
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from moe3d.errors import MoE3DError
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.batches import PoolReader
from moe3d.training.config import OptimizerConfig, TrainingConfig
from moe3d.training.features import FeatureReader
from moe3d.training.schedule import gate_temperature, learning_rate_factor
from moe3d.training.stages import (
    StepLoss,
    compute_head_loss,
    compute_scene_loss,
    select_parameters,
)
from moe3d.training.state import AveragedWeights, load_state, save_state

logger = logging.getLogger(__name__)


def process_rank() -> tuple[int, int]:
    """Rank and number of processes; (0, 1) without a process group."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


def _open_source(network: MoE3DNetwork, config: TrainingConfig) -> "_SceneSource | _FrameSource":
    if config.stage == "vggt":
        return _SceneSource(network, config)
    return _FrameSource(network, config)


def average_gradients(parameters: list[nn.Parameter]) -> None:
    """Replace every gradient by its mean over all processes."""
    _, size = process_rank()
    if size == 1:
        return
    grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    flat = torch.cat([grad.flatten() for grad in grads])
    dist.all_reduce(flat)
    flat /= size
    start = 0
    for parameter in parameters:
        count = parameter.numel()
        parameter.grad = flat[start : start + count].view_as(parameter)
        start += count


def build_optimizer(
    groups: dict[str, list[nn.Parameter]], settings: OptimizerConfig
) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices and kernels only."""
    free = [p for group in groups.values() for p in group]
    matrices = [p for p in free if p.ndim > 1]
    vectors = [p for p in free if p.ndim <= 1]
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": settings.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
        betas=(0.9, 0.98),
        fused=True,
    )


class _SceneSource:
    """Losses of scenes from a pool, later from another pool."""

    def __init__(self, network: MoE3DNetwork, config: TrainingConfig) -> None:
        self._network, self._config = network, config
        self._pool = PoolReader(config.pool, config.seed)
        self._late = PoolReader(config.late_pool, config.seed) if config.late_pool else self._pool

    def loss(self, step: int, rank: int) -> StepLoss:
        """The loss of one step's batch."""
        config = self._config
        pool = self._late if config.is_late(step) else self._pool
        batch = pool.read(step, rank, config.scenes_per_step, config.max_views)
        return compute_scene_loss(self._network, batch, config)


class _FrameSource:
    """Losses of single frames with known backbone features."""

    def __init__(self, network: MoE3DNetwork, config: TrainingConfig) -> None:
        self._network, self._config = network, config
        self._reader = FeatureReader(config.pool, network.config.dpt.layers, config.seed)

    def loss(self, step: int, rank: int) -> StepLoss:
        """The loss of one step's batch at the step's gate temperature."""
        config = self._config
        frames = self._reader.read(step, rank, config.scenes_per_step)
        temperature = gate_temperature(step, config.steps, end=config.temperature_end)
        return compute_head_loss(self._network, frames, config, temperature)


class Trainer:
    """One run of one stage."""

    def __init__(self, network: MoE3DNetwork, config: TrainingConfig) -> None:
        self.network = network
        self.config = config
        self.step = 0
        self._groups = select_parameters(network, config)
        self._free = [p for group in self._groups.values() for p in group]
        self._optimizer = build_optimizer(self._groups, config.optimizer)
        self.average = AveragedWeights.of(network, config.optimizer.ema_decay)
        self._source = _open_source(network, config)
        self._rank, self._size = process_rank()
        self._resume()

    def run(self, until: int | None = None) -> None:
        """Train to the end, or to a step.

        Raises:
            MoE3DError: the loss is not a number; names the step that repeats it.
        """
        last = min(self.config.steps, until or self.config.steps)
        start, first = time.monotonic(), self.step
        while self.step < last:
            loss = self._take_step()
            if self.step % 10 == 0 and self._rank == 0:
                pace = (time.monotonic() - start) / (self.step - first)
                self._log(loss, pace)
            is_due = self.step % self.config.checkpoint_every == 0 or self.step == last
            if is_due and self._rank == 0:
                self.save()

    def _take_step(self) -> StepLoss:
        config, step = self.config, self.step
        factor = learning_rate_factor(step, config.steps, config.optimizer.warm_up_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = config.optimizer.learning_rate * factor
        loss = self._source.loss(step, self._rank)
        if not torch.isfinite(loss.total):
            raise MoE3DError(
                f"the loss of step {step} (seed {config.seed}, process {self._rank}) is "
                f"{loss.total.item()}; the last checkpoint is untouched"
            )
        self._optimizer.zero_grad(set_to_none=True)
        loss.total.backward()
        average_gradients(self._free)
        for group in self._groups.values():
            nn.utils.clip_grad_norm_(group, config.optimizer.clip_norm)
        self._optimizer.step()
        self.average.update(self.network, step)
        self.step += 1
        return loss

    def _log(self, loss: StepLoss, pace_s: float) -> None:
        record = {"step": self.step, "loss": loss.total.item(), **loss.parts, "s": pace_s}
        left_min = (self.config.steps - self.step) * pace_s / 60
        text = " ".join(f"{name} {value:.4g}" for name, value in record.items())
        logger.info("%s, %.0f min left", text, left_min)
        self.config.output.mkdir(parents=True, exist_ok=True)
        with (self.config.output / "log.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")

    def save(self) -> None:
        """Write the state and the configuration."""
        free = {n: p.detach() for n, p in self.network.named_parameters() if p.requires_grad}
        content = {
            "step": self.step,
            "weights": free,
            "average": self.average.values,
            "optimizer": self._optimizer.state_dict(),
        }
        save_state(self.config.output, content)
        path: Path = self.config.output / "config.json"
        path.write_text(json.dumps(self.config.to_json(), indent=2))

    def _resume(self) -> None:
        state: dict[str, Any] | None = load_state(self.config.output)
        if state is None:
            return
        self.network.load_state_dict(state["weights"], strict=False)
        self.average.values = state["average"]
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = int(state["step"])
        logger.info("resumed at step %d", self.step)
