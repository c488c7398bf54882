"""Progress of parts of a job: quiet, several passes told as one growing stage, or chunks."""

from moe3d.progress import Progress


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
        self._pass, self._inner, self._share, self._told = -1, "", 0.0, 0

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Tell how far the whole stage is."""
        share = min(done / total, 1.0) if total else 0.0
        if stage != self._inner or share < self._share:
            self._pass, self._inner = min(self._pass + 1, self._passes - 1), stage
        self._share = share
        self._told = max(self._told, int((self._pass + share) * self._count))
        self._whole.report(self._stage, self._told, self._passes * self._count)


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

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Tell the chunk after the stage's name, and how far all chunks are."""
        total = max(total, 1)
        told = f"{stage}, chunk {self._chunk + 1} of {self._count}"
        self._whole.report(told, self._chunk * total + done, self._count * total)
