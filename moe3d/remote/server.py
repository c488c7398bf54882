"""The server as a whole: its models, its socket, and how it ends."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe

import uvicorn

from moe3d.errors import UsageError
from moe3d.inference.engine import KeptEngine, LocalEngine
from moe3d.inference.estimate import MemoryEstimate
from moe3d.inference.options import ReconstructionOptions
from moe3d.model.checkpoint import read_info
from moe3d.model.known_models import find_checkpoint
from moe3d.progress import Progress
from moe3d.remote.app import Service, make_app
from moe3d.remote.limits import Limits
from moe3d.remote.protocol import RunAsked
from moe3d.remote.runs import OnNetwork, Runs
from moe3d.remote.uploads import view_of_sizes
from moe3d.scene.records import ScenePrediction, ViewSet

GRACE_S = 2
"""Open streams get so long when the server ends."""


@dataclass(frozen=True)
class ServerOptions:
    """How a server is started."""

    models: tuple[str, ...] = ("mini",)
    """As for `--model` of `moe3d run`."""
    device: str = "auto"
    precision: str = "auto"
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    token: str = field(default_factory=lambda: token_urlsafe(24), repr=False)
    limits: Limits = field(default_factory=Limits)


class ServedModels:
    """The models of a server; the one that was used last stays loaded."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._words = {model_name(word): word for word in options.models}
        self._sides = {name: _input_side(word) for name, word in self._words.items()}
        self._kept = KeptEngine()
        self._estimating = threading.Lock()

    def sides(self) -> dict[str, int]:
        """Name of every model, and the longer side of its images, pixels."""
        return dict(self._sides)

    def reconstruct(
        self, asked: RunAsked, views: ViewSet, progress: Progress, on_network: OnNetwork | None
    ) -> ScenePrediction:
        """Do a run; see `Engine.reconstruct`."""
        engine = self._kept.get(asked.model, lambda: self._engine(asked.model))
        return engine.reconstruct(views, _options(asked), progress, on_network)

    def estimate(self, asked: RunAsked) -> MemoryEstimate:
        """What a run would take here."""
        views = ViewSet(tuple(view_of_sizes(photo) for photo in asked.photos))
        with self._estimating:
            return self._engine(asked.model).estimate(views, _options(asked), Progress())

    def _engine(self, name: str) -> LocalEngine:
        word = self._words.get(name)
        if word is None:
            raise UsageError(
                f"there is no model {name!r} on this server; it has {', '.join(self._words)} "
                "(--model)"
            )
        return LocalEngine(word, self._options.device, self._options.precision)


def model_name(word: str) -> str:
    """By which a server and its clients call a model: a file's name without its folder."""
    return Path(word).name


def serve(options: ServerOptions, on_ready: Callable[[str], None]) -> None:
    """Answer requests until the process is asked to end (Ctrl+C, SIGTERM).

    Args:
        options: how it is started.
        on_ready: is handed the address once requests are heard.

    Raises:
        UsageError: the address cannot be used.
        CheckpointError: a model is not on this machine.
    """
    models = ServedModels(options)
    listening = listen(options.host, options.port)
    runs = Runs(models.reconstruct, options.limits, new_name=lambda: token_urlsafe(12))
    app = make_app(Service(runs, options.limits, models.sides, models.estimate, options.token))
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_S
    )
    on_ready(_address(listening))
    uvicorn.Server(settings).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket on which others can knock; port 0 takes a free one.

    Raises:
        UsageError: the address is none of this machine, or taken.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(
            f"{host}:{port} cannot be listened on ({reason}); choose another --host or --port"
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _options(asked: RunAsked) -> ReconstructionOptions:
    return ReconstructionOptions(
        asked.compare,
        asked.resize_mode,  # pyright: ignore[reportArgumentType] (checked when it came)
        asked.refine,  # pyright: ignore[reportArgumentType]
        asked.chunk_views or "auto",
    )


def _input_side(word: str) -> int:
    return read_info(find_checkpoint(word)).config.input_side
