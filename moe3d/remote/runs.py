"""The server's runs: one at a time on the device, the others in line, results until fetched."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from moe3d.errors import JobCancelledError, MoE3DError, ServerError, UsageError
from moe3d.io.files.workplace import temporary_folder
from moe3d.io.scenes.prediction_file import write_prediction
from moe3d.progress import Progress, ProgressReport
from moe3d.remote.limits import Limits
from moe3d.remote.protocol import RunAsked, RunState
from moe3d.remote.uploads import Uploads
from moe3d.scene.records import ScenePrediction, ViewSet

logger = logging.getLogger(__name__)

OnNetwork = Callable[[ScenePrediction], None]
Reconstruct = Callable[[RunAsked, ViewSet, Progress, OnNetwork | None], ScenePrediction]
CLOSE_LIMIT_S = 10.0


class Run:
    """One run of a client, from its photos to its result."""

    def __init__(self, name: str, asked: RunAsked, folder: Path, limits: Limits) -> None:
        self.name, self.asked, self.folder = name, asked, folder
        self.uploads = Uploads(folder, asked, limits)
        self.progress = Progress(self._on_report)
        self.state = RunState()
        """Replaced as a whole; whoever reads it sees one moment."""
        self.seen_s = 0.0
        """When the client was heard of last, on the clock of `Runs`."""

    @property
    def network_path(self) -> Path:
        """Of the network's own answer."""
        return self.folder / "network.npz"

    @property
    def result_path(self) -> Path:
        """Of the result."""
        return self.folder / "result.npz"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state.stage in ("done", "failed")

    def change(self, **values: object) -> None:
        """Be in another state."""
        self.state = replace(self.state, **values)

    def do(self, reconstruct: Reconstruct) -> None:
        """Reconstruct, and leave the result in the folder."""
        self.change(stage="running", step="check photos")
        views = self.uploads.views()
        on_network = self._keep_network if self.asked.wants_network else None
        prediction = reconstruct(self.asked, views, self.progress, on_network)
        self.progress.report("write the result")
        write_prediction(prediction, self.result_path)
        self.change(stage="done", step="")

    def fail(self, kind: str, message: str) -> None:
        """End badly."""
        self.change(stage="failed", error=kind, message=message)

    def _on_report(self, report: ProgressReport) -> None:
        share = -1.0 if report.share is None else report.share
        self.change(step=report.stage, done=report.done, total=report.total, share=share)

    def _keep_network(self, prediction: ScenePrediction) -> None:
        write_prediction(prediction, self.network_path)
        self.change(has_network=True)


class Runs:
    """All runs of a server. Safe from any thread; one thread of its own does the work.

    Args:
        reconstruct: does a run.
        limits: of the server.
        clock: seconds that only grow.
        new_name: gives names that nobody can guess.
    """

    def __init__(
        self,
        reconstruct: Reconstruct,
        limits: Limits,
        *,
        new_name: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self._reconstruct, self._clock, self._new_name = reconstruct, clock, new_name
        self._things = (
            ExitStack()
        )  # that end with the server; a killed one's go when the next begins
        self._folder = self._things.enter_context(temporary_folder("moe3d_serve"))
        self._runs: dict[str, Run] = {}
        self._line: list[Run] = []
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="runs", daemon=True)
        self._thread.start()

    @property
    def num_waiting(self) -> int:
        """Runs that are not over, the one that goes on included."""
        with self._changed:
            return sum(not run.is_over for run in self._runs.values())

    def create(self, asked: RunAsked) -> Run:
        """Make room for a run.

        Raises:
            ServerError: too many are there already.
            UsageError: it asks for more than the limits allow.
        """
        self.limits.check(asked, self._folder)
        with self._changed:
            open_ones = sum(not run.is_over for run in self._runs.values())
            if open_ones > self.limits.max_waiting:
                raise ServerError(f"the server has {open_ones} runs to do already; try again later")
            name = self._new_name()
            folder = self._folder / name
            folder.mkdir()
            run = self._runs[name] = Run(name, asked, folder, self.limits)
            run.seen_s = self._clock()
        return run

    def get(self, name: str) -> Run | None:
        """The run of this name, which was heard of just now; None if there is none (any more)."""
        with self._changed:
            run = self._runs.get(name)
            if run is not None:
                run.seen_s = self._clock()
            return run

    def start(self, run: Run) -> None:
        """Put a run in line; twice is once.

        Raises:
            UsageError: photos are missing.
        """
        missing = run.uploads.missing
        if missing:
            raise UsageError(f"{len(missing)} photos were not sent yet, {missing[0]} among them")
        with self._changed:
            if run.state.stage == "sending":
                run.change(stage="waiting", step="wait for other runs")
                self._line.append(run)
                self._changed.notify_all()

    def forget(self, run: Run) -> None:
        """Stop a run, and delete all that there is of it."""
        run.progress.cancel()
        with self._changed:
            self._runs.pop(run.name, None)
            if run in self._line:
                self._line.remove(run)
            if run.state.stage != "running":  # else the worker deletes it when it has stopped
                shutil.rmtree(run.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Forget runs whose clients are not heard of any more, and results that nobody fetched."""
        now = self._clock()
        with self._changed:
            runs = list(self._runs.values())
        for run in runs:
            limit = self.limits.keep_s if run.is_over else self.limits.abandon_s
            if now - run.seen_s > limit:
                logger.warning("a run is forgotten: nothing was heard for %.0f s", limit)
                self.forget(run)

    def close(self) -> None:
        """Stop everything and delete all files."""
        with self._changed:
            self._is_closed = True
            for run in self._runs.values():
                run.progress.cancel()
            self._changed.notify_all()
        self._thread.join(CLOSE_LIMIT_S)
        self._things.close()

    def _work(self) -> None:
        while (run := self._next()) is not None:
            self._do(run)

    def _next(self) -> Run | None:
        """The next run of the line, as soon as there is one; None when all is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._line or self._is_closed)
            return None if self._is_closed else self._line.pop(0)

    def _do(self, run: Run) -> None:
        try:
            run.do(self._reconstruct)
        except JobCancelledError as error:
            run.fail(type(error).__name__, str(error))
        except MoE3DError as error:
            logger.warning("a run failed: %s", error)
            run.fail(type(error).__name__, str(error))
        except Exception as error:
            logger.warning("a run failed", exc_info=error)
            text = f"the run failed by a fault of the server ({type(error).__name__}: {error})"
            run.fail(ServerError.__name__, text)
        with self._changed:
            is_forgotten = run.name not in self._runs
        if is_forgotten:
            shutil.rmtree(run.folder, ignore_errors=True)
