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
from moe3d.training.sources.loading import choose_workers, load_steps
from moe3d.training.state import AveragedWeights, Identity, load_state, save_state


def learning_rate_factor(step: int, total: int, warm_up: int, floor: float = 0.02) -> float:
    """Linear warm-up, then a cosine down to a floor.

    Args:
        step: 0 for the first.
        total: steps of the run.
        warm_up: steps until the full rate.
        floor: share of the rate that is left at the end.
    """
    if step < warm_up:
        return (step + 1) / warm_up
    progress = min(1.0, (step - warm_up) / max(1, total - warm_up))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


def gate_temperature(
    step: int, total: int, start: float = 1.0, end: float = 0.1, share: float = 0.7
) -> float:
    """Exponential from start to end over a share of the run, then held.

    Args:
        step: 0 for the first.
        total: steps of the run.
        start: temperature at step 0.
        end: temperature that is held.
        share: part of the run that the change takes.
    """
    progress = min(1.0, step / max(1.0, share * total))
    return start * (end / start) ** progress


SETTLING_STEPS, TIMED_STEPS = 10, 60


class Pace:
    """Seconds a step; the first ones, in which everything is set up, do not count."""

    def __init__(self, first_step: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock.

        Args:
            first_step: steps before this one are of another kind, and do not count either.
            clock: tells the time in seconds.
        """
        self._clock = clock
        self._first = first_step + SETTLING_STEPS
        self._start = self._since = self._last = clock()
        self._longest = 0.0
        self._counted = 0

    def count(self, step: int) -> None:
        """Step number `step` is done; the first is 1."""
        now = self._clock()
        self._longest, self._last = max(self._longest, now - self._last), now
        if step <= self._first:
            self._since = now
        self._counted = step - self._first

    @property
    def is_known(self) -> bool:
        """Whether enough steps were timed."""
        return self._counted >= TIMED_STEPS

    def steps_within(self, seconds: float) -> int:
        """Further steps that fit, if the clock was started `seconds` before the end; at least 1."""
        left = seconds - (self._last - self._start)
        return max(1, int(left * self._counted / (self._last - self._since)))

    def next_end(self) -> float:
        """When the next step will be done at the latest, on the clock."""
        return self._last + self._longest


logger = logging.getLogger(__name__)

STOP_RESERVE_S = 20.0


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
        self.total_steps = config.run.steps
        self._is_cut = not config.run.total_minutes
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
        return self.step >= self.total_steps

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
        last = min(self.total_steps, until or self.total_steps)
        if monitor is not None:
            monitor.begin(self.step)
        pace = Pace(max(self.step, self.config.data.early_steps))
        workers = choose_workers(self.config.data.workers)
        for loaded in load_steps(self._source, range(self.step, last), workers):
            loss = self._take_step(loaded)
            pace.count(self.step)
            if not self._is_cut and pace.is_known:
                self._cut(pace)
            is_last = self.step >= min(last, self.total_steps)
            if monitor is not None and (self.step % run.log_every == 0 or is_last):
                monitor.log_step(self.step, self.total_steps, _numbers(loss))
            is_late = self._agree(pace.next_end() + STOP_RESERVE_S > deadline)
            if self.step % run.checkpoint_every == 0 or is_last or is_late:
                self.save()
            after_step(self)
            if is_last or is_late:
                return

    def _cut(self, pace: Pace) -> None:
        """Choose how many steps the run has, in all processes alike."""
        more = pace.steps_within(60 * self.config.run.total_minutes)
        fitting = torch.tensor(self.step + more, device=self._device)
        if self._share.size > 1:
            dist.all_reduce(fitting, dist.ReduceOp.MIN)
        self.total_steps = min(self.total_steps, int(fitting))
        self._is_cut = True
        logger.info("%d steps in %g minutes", self.total_steps, self.config.run.total_minutes)

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
        loss: StepLoss = self._objective(batch, self._temperature(step))
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
        factor = learning_rate_factor(step, self.total_steps, settings.warm_up_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = settings.learning_rate * factor * group["rate"]

    def _temperature(self, step: int) -> float:
        mixture = self.config.mixture
        ends = (mixture.temperature_start, mixture.temperature_end)
        return gate_temperature(step, self.total_steps, *ends, mixture.temperature_share)

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
            "total_steps": self.total_steps if self._is_cut else 0,
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
        if self.config.run.total_minutes and state["total_steps"]:
            self.total_steps, self._is_cut = int(state["total_steps"]), True
        logger.info("resumed at step %d", self.step)


def _numbers(loss: StepLoss) -> dict[str, float]:
    parts = {name: value.item() for name, value in loss.parts.items()}
    return {"loss": loss.total.item(), **parts}
