"""Progress of parts of a job: quiet, several passes as one growing stage, chunks, long steps."""

import time
from collections.abc import Callable

from moe3d.progress import Progress, ProgressReport

SMALL = 1e-9
"""So that a share of whole steps is not a step less by rounding."""
BEGINNING = 0.1
"""Of a step, to read its input."""
MOST_OF_A_STEP = 0.95
"""That a step seems to be over while it goes on."""


class Quiet(Progress):
    """Tells nothing and ends when the whole job does."""

    def __init__(self, whole: Progress) -> None:
        super().__init__()
        self._whole = whole

    def cancel(self) -> None:
        """Cancel the whole job."""
        self._whole.cancel()

    @property
    def is_cancelled(self) -> bool:
        """Whether the whole job was asked to stop."""
        return self._whole.is_cancelled

    def raise_if_cancelled(self) -> None:
        """Stop here if that was asked.

        Raises:
            JobCancelledError: the whole job was cancelled.
        """
        self._whole.raise_if_cancelled()


class PartProgress(Quiet):
    """Passes the reports of a part of a job on, as one stage.

    A pass begins with each new inner stage and whenever the inner count falls. The stage may end
    before all passes are used up.
    """

    def __init__(self, whole: Progress, stage: str, passes: int, count: int) -> None:
        """Set up.

        Args:
            whole: the job's.
            stage: what is reported, whatever the inner stage is called.
            passes: how many there are at most.
            count: steps that one pass counts as, such as its photos.
        """
        super().__init__(whole)
        self._stage, self._passes, self._count = stage, passes, count
        self._pass, self._inner, self._share, self._told = -1, "", 0.0, 0.0

    def report(self, stage: str, done: int = 0, total: int = 0, share: float | None = None) -> None:
        """Tell how far the whole stage is."""
        share = ProgressReport(stage, done, total, share).fraction or 0.0
        if stage != self._inner or share < self._share:
            self._pass, self._inner = min(self._pass + 1, self._passes - 1), stage
        self._share = share
        self._told = max(self._told, (self._pass + share) / self._passes)
        count = self._passes * self._count
        self._whole.report(self._stage, int(self._told * count + SMALL), count, self._told)


class ChunkProgress(Quiet):
    """Passes the reports of one chunk of photos on as its part of all chunks."""

    def __init__(self, whole: Progress, chunk: int, count: int) -> None:
        """Set up.

        Args:
            whole: the job's.
            chunk: from 0.
            count: of chunks.
        """
        super().__init__(whole)
        self._chunk, self._count = chunk, count

    def report(self, stage: str, done: int = 0, total: int = 0, share: float | None = None) -> None:
        """Tell the chunk after the stage's name, and how far all chunks are."""
        total = max(total, 1)
        told = f"{stage}, chunk {self._chunk + 1} of {self._count}"
        if share is not None:
            share = (self._chunk + share) / self._count
        self._whole.report(told, self._chunk * total + done, self._count * total, share)


class PacedSteps:
    """Long steps that cannot be looked into, told between their ends by the pace of those before.

    Of the first one only its beginning is told, once its input is there.
    """

    def __init__(
        self,
        progress: Progress,
        stage: str,
        count: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set up, and tell that nothing is done.

        Args:
            progress: is told.
            stage: what it is told.
            count: of steps.
            clock: seconds.
        """
        self._progress, self._stage, self._count, self._clock = progress, stage, count, clock
        self._done, self._began, self._first = 0, clock(), clock()
        progress.report(stage, 0, count)

    def tell(self) -> None:
        """Tell how far the present step should be; it never seems over before it is.

        Raises:
            JobCancelledError: the job was cancelled.
        """
        inside = BEGINNING
        if self._done:
            pace = max((self._began - self._first) / self._done, SMALL)
            inside = min((self._clock() - self._began) / pace, MOST_OF_A_STEP)
        share = (self._done + inside) / self._count
        self._progress.report(self._stage, self._done, self._count, share)

    def step(self) -> None:
        """One more is over.

        Raises:
            JobCancelledError: the job was cancelled.
        """
        self._done, self._began = self._done + 1, self._clock()
        self._progress.report(self._stage, self._done, self._count)
