"""Which computer does the next run: this one, or a server that was asked whether it would."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.run.run_options import RunOptionsState


@dataclass(frozen=True)
class ServerFacts:
    """What a server said of itself."""

    url: str
    models: tuple[str, ...]


ASK_SERVER = JobKind[Callable[[str, str, Progress], ServerFacts]]("ask_server")
"""Address and token: whether a server is there, takes them, and what it has."""


class ServerState(QObject):
    """Asks a server before it becomes the choice; until it has answered, the old choice stays."""

    changed = Signal()
    """A server is asked, has answered, or has not."""
    chosen = Signal()
    """The next run has a computer that will do it."""

    def __init__(self, jobs: Jobs, options: RunOptionsState) -> None:
        super().__init__()
        self._jobs, self._options = jobs, options
        self._error = ""
        self._token = ""
        self._asking = LatestJob(jobs, self)
        self._asking.succeeded.connect(self._on_answered)
        self._asking.failed.connect(self._on_failed)

    @property
    def is_asking(self) -> bool:
        """Whether an answer is on its way."""
        return self._asking.is_running

    @property
    def error(self) -> str:
        """Why the last server could not be chosen; empty when it could, or none was asked."""
        return self._error

    def choose_here(self) -> None:
        """This computer does the next run."""
        self.stop()
        self._options.set_server("", "")
        self.chosen.emit()

    def choose(self, server: str, token: str) -> None:
        """Ask a server, and take it if it answers as it should."""
        jobs, self._token, self._error = self._jobs, token.strip(), ""
        wanted = (server.strip(), self._token)
        self._asking.start(lambda progress, _publish: jobs[ASK_SERVER](*wanted, progress))
        self.changed.emit()

    def stop(self) -> None:
        """Ask no more; what was said is forgotten."""
        self._asking.abandon()
        self._error = ""
        self.changed.emit()

    @Slot(object)
    def _on_answered(self, facts: ServerFacts) -> None:
        self._options.set_server(facts.url, self._token)
        if facts.models and PurePath(self._options.model).name not in facts.models:
            self._options.set_model(facts.models[0])
        self.changed.emit()
        self.chosen.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._error = "" if was_cancelled(error) else error_text(error)
        self.changed.emit()
