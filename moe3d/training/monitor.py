"""What a run tells: lines with the time left, a JSON log, TensorBoard scalars and pictures."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

logger = logging.getLogger(__name__)

LOG_FILE = "log.jsonl"


class Monitor:
    """Writes a run's measures into its folder; process 0 has one, the others none."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        folder.mkdir(parents=True, exist_ok=True)
        self._board = _open_board(folder)
        self._first: tuple[int, float] | None = None

    def begin(self, step: int) -> None:
        """Start the clock at a step."""
        self._first = (step, self._clock())

    def pace_s(self, step: int) -> float:
        """Mean seconds a step since the beginning."""
        assert self._first is not None
        first, start = self._first
        return (self._clock() - start) / max(1, step - first)

    def log_step(self, step: int, total_steps: int, values: Mapping[str, float]) -> None:
        """One line for people, one for programs."""
        pace = self.pace_s(step)
        record = {"step": step, **values, "s": pace}
        text = " ".join(f"{name} {value:.4g}" for name, value in values.items())
        left_min = (total_steps - step) * pace / 60
        logger.info(
            "step %d/%d %s, %.2f s a step, %.0f min left", step, total_steps, text, pace, left_min
        )
        with (self._folder / LOG_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self._scalars("train", values, step)

    def log_scores(self, step: int, values: Mapping[str, float]) -> None:
        """Validation scores."""
        record = {"step": step, "validation": dict(values)}
        with (self._folder / LOG_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        logger.info(
            "validation at step %d: %s",
            step,
            " ".join(f"{name} {value:.4g}" for name, value in values.items()),
        )
        self._scalars("validation", values, step)

    def log_picture(self, step: int, picture: UInt8[np.ndarray, "H W 3"]) -> None:
        """A sheet of validation scenes."""
        if self._board is not None:
            self._board.add_image("validation", picture, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is buffered."""
        if self._board is not None:
            self._board.close()

    def _scalars(self, group: str, values: Mapping[str, float], step: int) -> None:
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(f"{group}/{name}", value, step)


def _open_board(folder: Path) -> Any:
    """TensorBoard's writer; None where it is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 (an extra)
    except ImportError:
        logger.warning('no TensorBoard: pip install "moe3d-viewer[train]" writes its files too')
        return None
    return SummaryWriter(str(folder / "board"))
