"""A list of runs that differ in one setting each, over several seeds, in one file."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from moe3d.errors import UsageError
from moe3d.training.config import TrainingConfig
from moe3d.training.config_file import read_toml, with_settings
from moe3d.training.record import METRICS_FILE
from moe3d.training.run import RunResult

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AblationRun:
    """One setting of one question, with one seed."""

    group: str
    """The question: "entropy weight"."""
    name: str
    """The answer that is tried: "1e-4"."""
    seed: int
    config: TrainingConfig

    @property
    def folder(self) -> str:
        """Where its results go, below the plan's folder."""
        text = f"{self.group}_{self.name}"
        words = "".join(c if c.isalnum() or c in "._-" else "-" for c in text)
        return f"{words}_seed{self.seed}"


@dataclass(frozen=True)
class AblationPlan:
    """All runs, in the order in which they are made: every question's first seed, then the next."""

    runs: tuple[AblationRun, ...]

    def without(self, folder: Path) -> "tuple[AblationRun, ...]":
        """Runs that have no scores yet."""
        return tuple(run for run in self.runs if not (folder / run.folder / METRICS_FILE).is_file())


def read_plan(path: Path, folder: Path) -> AblationPlan:
    """Read a plan: `seeds`, a table `shared` of settings, and a list `run` of what differs.

    Args:
        path: TOML file.
        folder: where the results go.

    Raises:
        UsageError: the file cannot be read or names a setting that does not exist.
    """
    values = read_toml(path)
    shared = with_settings(TrainingConfig(), values.get("shared", {}), f"{path}, [shared]")
    entries = values.get("run", [])
    if not entries:
        raise UsageError(f"{path} has no [[run]]")
    runs = [
        _one(shared, dict(entry), seed, f"{path}, run {number + 1}")
        for seed in values.get("seeds", [0])
        for number, entry in enumerate(entries)
    ]
    placed = [replace(r, config=replace(r.config, output=folder / r.folder)) for r in runs]
    return AblationPlan(tuple(placed))


def _one(shared: TrainingConfig, entry: dict[str, Any], seed: int, where: str) -> AblationRun:
    group, name = entry.pop("group", None), entry.pop("name", None)
    if not isinstance(group, str) or not isinstance(name, str):
        raise UsageError(f"{where} needs a group and a name, both text")
    config = with_settings(shared, entry, where)
    return AblationRun(group, name, seed, replace(config, seed=seed))


def run_plan(
    plan: AblationPlan,
    folder: Path,
    train: Callable[[TrainingConfig], RunResult],
    deadline: float,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Make the runs that have no scores yet, until time is up.

    Args:
        plan: the runs.
        folder: where results go.
        train: makes one run, or goes on with it.
        deadline: value of the clock after which none is started.
        clock: tells the time.

    Returns:
        How many runs are left.
    """
    left = plan.without(folder)
    for number, run in enumerate(left):
        if clock() >= deadline:
            return len(left) - number
        logger.info("%s: %s, seed %d (%d left)", run.group, run.name, run.seed, len(left) - number)
        if not train(run.config).is_finished:
            return len(left) - number
    return 0
