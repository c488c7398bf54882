"""`moe3d train`: train or fine-tune a network, from a settings file and flags."""

import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from moe3d.cli.research import PATCH_EMBED_START, load_by_name
from moe3d.errors import UsageError
from moe3d.training.config import TrainingConfig


@dataclass(frozen=True)
class TrainCommand:
    """Train a mixture of depth experts, or VGGT's own heads, on generated scenes or your own.

    A run that was stopped goes on where it was: call it again. Under torchrun several processes
    share every step. Flags go before the values of --config.
    """

    config: Path | None = None
    """TOML file of settings; see docs/training.md."""
    settings: Annotated[TrainingConfig, tyro.conf.arg(name="")] = field(
        default_factory=TrainingConfig
    )

    def run(self) -> int:
        """Train, and print where the weights are."""
        started = time.monotonic()
        _log_to_stderr()
        from moe3d.training.run import run_training

        start = load_by_name(PATCH_EMBED_START) if self.settings.patch_embed is not None else None
        result = run_training(self.settings, os.environ, started, start)
        if not result.is_finished:
            steps = self.settings.run.steps
            print(f"stopped at step {result.step} of {steps}; call again to go on", file=sys.stderr)
        if int(os.environ.get("RANK", "0")) == 0:
            print(result.checkpoint)
        return 0


def train_defaults(arguments: Sequence[str]) -> TrainCommand:
    """The command's defaults: those of the settings file, if the arguments name one.

    Raises:
        UsageError: the file cannot be read or has a wrong setting.
    """
    path = _config_path(arguments)
    if path is None:
        return TrainCommand()
    from moe3d.training.config_file import read_config

    return TrainCommand(path, read_config(path))


def _config_path(arguments: Sequence[str]) -> Path | None:
    if not arguments or arguments[0] != "train":
        return None
    for index, argument in enumerate(arguments):
        if argument.startswith("--config="):
            return Path(argument.removeprefix("--config="))
        if argument == "--config":
            if index + 1 == len(arguments):
                raise UsageError("--config needs a TOML file")
            return Path(arguments[index + 1])
    return None


def _log_to_stderr() -> None:
    """Progress of training is what the user waits for: shown without being asked for."""
    logger = logging.getLogger("moe3d.training")
    logger.setLevel(logging.INFO)
