"""Staged progress and cancellation, without Qt."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from moe3d.errors import JobCancelledError


@dataclass(frozen=True)
class ProgressReport:
    """One step of a job."""

    stage: str
    """What is being done, a short lower-case phrase: "load model", "backbone"."""
    done: int
    """Steps of this stage that are finished."""
    total: int
    """Steps of this stage; 0 when unknown."""
    share: float | None = None
    """Of the stage that is finished, 0 to 1, where steps are long or unequal; None for done of
    total."""

    @property
    def fraction(self) -> float | None:
        """Share of the stage that is finished, 0 to 1; None when it is unknown."""
        if self.share is not None:
            return self.share
        return min(self.done / self.total, 1.0) if self.total > 0 else None


class Progress:
    """Carries reports out of a job and the wish to stop into it.

    A job calls `report` often; between two calls it does at most a part of one photo's share,
    or one block of the network. `report`
    raises `JobCancelledError` once `cancel` was called, from any thread.
    """

    def __init__(self, on_report: Callable[[ProgressReport], None] | None = None) -> None:
        self._on_report = on_report
        self._cancelled = threading.Event()

    def report(self, stage: str, done: int = 0, total: int = 0, share: float | None = None) -> None:
        """Tell how far the job is, and stop it here if that was asked.

        Args:
            stage: what is being done.
            done: steps of it that are finished.
            total: its steps; 0 when unknown.
            share: of the stage that is finished, where steps are long or unequal.

        Raises:
            JobCancelledError: `cancel` was called.
        """
        self.raise_if_cancelled()
        if self._on_report is not None:
            self._on_report(ProgressReport(stage, done, total, share))

    def cancel(self) -> None:
        """Ask the job to stop at its next report. Safe from any thread."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the job was asked to stop."""
        return self._cancelled.is_set()

    def raise_if_cancelled(self) -> None:
        """Stop the job here if that was asked.

        Raises:
            JobCancelledError: `cancel` was called.
        """
        if self._cancelled.is_set():
            raise JobCancelledError("cancelled: nothing was written")
