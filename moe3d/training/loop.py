"""The training loop: batches, loss, clipped AdamW steps, averages, checkpoints, resume.

Several processes share every batch through torch's DistributedDataParallel; the result does not
depend on their number beyond rounding.
"""

import logging
import math
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from moe3d.errors import DeviceMemoryError, MoE3DError
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import TrainingConfig
from moe3d.training.monitor import Monitor
from moe3d.training.objective import Objective, StepLoss
from moe3d.training.parts import free_parameters, parameter_groups
from moe3d.training.processes import current_share
from moe3d.training.schedule import gate_temperature, learning_rate_factor
from moe3d.training.sources.loading import choose_workers, load_steps
from moe3d.training.state import AveragedWeights, Identity, load_state, save_state

logger = logging.getLogger(__name__)

STOP_RESERVE_S = 10.0


class Trainer:
    """One run of one preset."""

    def __init__(
        self,
        network: MoE3DNetwork,
        config: TrainingConfig,
        source: Any,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Prepare a run, and go on where its folder's state ends.

        Args:
            network: on the device of the training.
            config: the run.
            source: gives batches by step, see `moe3d.training.sources`.
            dtype: of the network's products.

        Raises:
            CheckpointError: the folder's state is damaged or of another architecture.
        """
        self.network, self.config, self.step = network, config, 0
        self._source = source
        self._device = self.heads_device
        self._parts = free_parameters(network, config)
        settings = config.optimizer
        self._optimizer = torch.optim.AdamW(
            parameter_groups(self._parts, settings),
            lr=settings.learning_rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.average = AveragedWeights.of(network, settings.ema_decay)
        self._share = current_share()
        self._resume()
        self._objective: nn.Module = Objective(network, config, dtype)
        if self._share.size > 1:
            self._objective = DistributedDataParallel(self._objective, broadcast_buffers=False)

    @property
    def heads_device(self) -> torch.device:
        """Where the heads are; the backbone may have been sent away."""
        return next(self.network.moe_head.parameters()).device

    @property
    def is_finished(self) -> bool:
        """Whether all steps are done."""
        return self.step >= self.config.run.steps

    def run(
        self,
        monitor: Monitor | None = None,
        *,
        until: int | None = None,
        deadline: float = math.inf,
        after_step: Callable[["Trainer"], None] = lambda trainer: None,
    ) -> None:
        """Train to the end, to a step, or until time is nearly up; the state is then on the disk.

        Args:
            monitor: told of the steps; None in all processes but the first.
            until: step to stop at.
            deadline: value of the monotonic clock that may not be passed.
            after_step: called after every step.

        Raises:
            MoE3DError: the loss is not a number; names the scenes and the seed that repeat it.
            DeviceMemoryError: a step did not fit.
        """
        run = self.config.run
        last = min(run.steps, until or run.steps)
        if monitor is not None:
            monitor.begin(self.step)
        longest, saved = 0.0, self.step
        workers = choose_workers(self.config.data.workers)
        for loaded in load_steps(self._source, self.step, last, workers):
            started = time.monotonic()
            loss = self._take_step(loaded)
            if monitor is not None and (self.step % run.log_every == 0 or self.step == last):
                monitor.log_step(self.step, run.steps, _numbers(loss))
            longest = max(longest, time.monotonic() - started)
            is_late = self._agree(time.monotonic() + longest + STOP_RESERVE_S > deadline)
            if self.step % run.checkpoint_every == 0 or self.step == last or is_late:
                self.save()
                saved = self.step
            after_step(self)
            if is_late:
                break
        if saved != self.step:
            self.save()

    def _agree(self, is_late: bool) -> bool:
        """Whether any process is late: all stop at the same step."""
        if self._share.size == 1:
            return is_late
        flag = torch.tensor(float(is_late), device=self._device)
        dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag)

    def _take_step(self, loaded: Any) -> StepLoss:
        try:
            batch = self._source.finish(loaded, self._device)
            return self._learn(batch)
        except torch.OutOfMemoryError as error:
            raise self._does_not_fit(error) from error
        except RuntimeError as error:
            if "can't allocate memory" not in str(error):
                raise
            raise self._does_not_fit(error) from error

    def _learn(self, batch: Any) -> StepLoss:
        config, step = self.config, self.step
        self._set_rates(step)
        loss: StepLoss = self._objective(batch, temperature_at(config, step))
        self._check_finite(loss.total, "loss", batch.names)
        self._optimizer.zero_grad(set_to_none=True)
        loss.total.backward()
        for part in self._parts:
            norm = nn.utils.clip_grad_norm_(part.parameters, config.optimizer.clip_norm)
            self._check_finite(norm, f"gradient of {part.name}", batch.names)
        self._optimizer.step()
        self.average.update(self.network, step)
        self.step += 1
        return loss

    def _set_rates(self, step: int) -> None:
        settings = self.config.optimizer
        factor = learning_rate_factor(step, self.config.run.steps, settings.warm_up_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = settings.learning_rate * factor * group["rate"]

    def _check_finite(self, value: torch.Tensor, what: str, names: tuple[str, ...]) -> None:
        if not torch.isfinite(value):
            raise MoE3DError(
                f"the {what} of step {self.step} is {value.item()} (seed {self.config.seed}, "
                f"process {self._share.rank}: {', '.join(names)}); "
                "the last checkpoint is as it was"
            )

    def _does_not_fit(self, error: Exception) -> DeviceMemoryError:
        return DeviceMemoryError(
            f"step {self.step} ran out of memory on {self._device} with "
            f"{self.config.data.scenes_per_step} scenes a step; lower --scenes-per-step, "
            "--max-views or --sizes, or set --recompute-blocks; the last checkpoint is as it was "
            f"({str(error).splitlines()[0]})"
        )

    def save(self) -> None:
        """Write the state; only process 0 does."""
        if self._share.rank != 0:
            return
        identity = Identity.of(self.network, self.config)
        free = {n: p.detach() for n, p in self.network.named_parameters() if p.requires_grad}
        content = {
            "step": self.step,
            "preset": identity.preset,
            "architecture": identity.architecture,
            "weights": free,
            "average": self.average.values,
            "optimizer": self._optimizer.state_dict(),
        }
        save_state(self.config.output, content)

    def _resume(self) -> None:
        state = load_state(self.config.output)
        if state is None:
            return
        Identity.of(self.network, self.config).check(state, self.config.output)
        self.network.load_state_dict(state["weights"], strict=False)
        for name, value in state["average"].items():
            self.average.values[name].copy_(value)
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = int(state["step"])
        logger.info("resumed at step %d", self.step)


def temperature_at(config: TrainingConfig, step: int) -> float:
    """Gate temperature of a step."""
    settings = config.mixture
    return gate_temperature(
        step,
        config.run.steps,
        settings.temperature_start,
        settings.temperature_end,
        settings.temperature_share,
    )


def _numbers(loss: StepLoss) -> dict[str, float]:
    parts = {name: value.item() for name, value in loss.parts.items()}
    return {"loss": loss.total.item(), **parts}
