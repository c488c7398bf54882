"""Another machine as an engine: photos up, progress down, predictions back."""

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moe3d.errors import ImageReadError, MoE3DError, PredictionFileError, ServerError, UsageError
from moe3d.inference.options import ReconstructionOptions
from moe3d.io.files.workplace import temporary_folder
from moe3d.io.photos.images import read_pixels
from moe3d.io.scenes.prediction_file import read_prediction
from moe3d.progress import Progress
from moe3d.remote.connection import BrokenError, Connection
from moe3d.remote.protocol import (
    PROTOCOL,
    PhotoAsked,
    RunAsked,
    RunState,
    ServerStatus,
    error_of,
    record_of,
    to_json,
)
from moe3d.remote.uploads import png_of
from moe3d.scene.records import ScenePrediction, View, ViewSet
from moe3d.version import __version__

if TYPE_CHECKING:
    from moe3d.inference.estimate import MemoryEstimate

SEND, WAIT, FETCH = "send photos", "wait for the server", "fetch the result"
"""Stages that only runs on another machine have; sizes in kB."""
CHUNK_BYTES = 2**16
TRY_AGAIN_AFTER_S = (0.5, 1.0, 2.0)
"""A connection that broke while the server computes is made anew."""

OnNetwork = Callable[[ScenePrediction], None]


class RemoteEngine:
    """A server that `moe3d serve` started; see `Engine`.

    Args:
        server: its address, "http://host:port" or "host:port".
        token: what it printed when it started.
        model: by the name that it has there; of a path the file's name counts.

    Raises:
        UsageError: that is no address, or no token.
    """

    def __init__(self, server: str, token: str, model: str = "mini") -> None:
        self._server, self._token = server, token
        self._model = Path(model).name
        with self._connect() as connection:
            self.url = connection.url

    def input_side(self, progress: Progress) -> int:
        """Longer side of the network's images there, pixels.

        Raises:
            UsageError: the server has no such model.
            ServerError: it cannot be reached, refuses, or speaks another version.
        """
        progress.report(WAIT)
        with self._connect() as connection:
            return self._input_side(self._status(connection))

    def models(self, progress: Progress) -> tuple[str, ...]:
        """Names of the models that the server has.

        Raises:
            ServerError: it cannot be reached, refuses, or speaks another version.
        """
        progress.report(WAIT)
        with self._connect() as connection:
            return tuple(self._status(connection).models)

    def estimate(
        self, views: ViewSet, options: ReconstructionOptions, progress: Progress
    ) -> "MemoryEstimate":
        """What a run would take on the server; sends the photos' sizes alone.

        Raises:
            UsageError: no view, or the server has no such model.
            ServerError: it cannot be reached, refuses, or speaks another version.
        """
        from moe3d.inference.estimate import MemoryEstimate  # noqa: PLC0415 (torch is slow to load)

        progress.report(WAIT)
        photos = tuple(_sized(view) for view in _some(views).views)
        with self._connect() as connection:
            self._status(connection)
            asked = self._asked(photos, options)
            values = connection.post("/v1/estimate", to_json(asked))
            return record_of(MemoryEstimate, values, self.url)

    def reconstruct(
        self,
        views: ViewSet,
        options: ReconstructionOptions,
        progress: Progress,
        on_network: OnNetwork | None = None,
    ) -> ScenePrediction:
        """Have the scene reconstructed there; bit by bit what `Reconstructor.reconstruct` gives.

        Of the photos' paths nothing is sent. A cancel, and an error on this side, stop the run on
        the server too.

        Raises:
            ServerError: it cannot be reached, refuses, or went away in the middle.
            MoE3DError: what went wrong there, of the class that it has here.
            JobCancelledError: progress was cancelled; noticed within a second.
        """
        progress.report(SEND)
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(temporary_folder("moe3d_remote"))
            connection = stack.enter_context(self._connect())
            self._status(connection)
            parcels = _parcels(_some(views), folder, progress)
            asked = self._asked(tuple(parcel[0] for parcel in parcels), options)
            asked = replace(asked, wants_network=on_network is not None and options.refine != "off")
            name = _text(connection.post("/v1/runs", to_json(asked)), "run", self.url)
            run = _RemoteRun(connection, f"/v1/runs/{name}", folder, views, progress)
            with run.forgotten():
                run.send(asked, [parcel[1:] for parcel in parcels])
                return run.watch(on_network)

    def _connect(self) -> Connection:
        return Connection(self._server, self._token)

    def _status(self, connection: Connection) -> ServerStatus:
        values = connection.get("/v1/status")
        spoken = values.get("protocol") if isinstance(values, dict) else None
        if isinstance(spoken, int) and spoken != PROTOCOL:
            raise ServerError(
                f"{self.url} is of version {values.get('program')} and this program of "
                f"{__version__}; they do not understand each other (protocol {spoken} and "
                f"{PROTOCOL}): update the older one"
            )
        return record_of(ServerStatus, values, self.url)

    def _input_side(self, status: ServerStatus) -> int:
        side = status.models.get(self._model)
        if side is None:
            raise UsageError(
                f"{self.url} has no model {self._model!r}; it has {', '.join(status.models)} "
                "(--model)"
            )
        return side

    def _asked(self, photos: tuple[PhotoAsked, ...], options: ReconstructionOptions) -> RunAsked:
        chunk = options.chunk_views
        return RunAsked(
            photos,
            self._model,
            options.compare,
            options.resize_mode,
            options.refine,
            0 if chunk == "auto" else chunk,
        )


class _RemoteRun:
    """One run on the server, from its photos to its result."""

    def __init__(
        self,
        connection: Connection,
        place: str,
        folder: Path,
        views: ViewSet,
        progress: Progress,
    ) -> None:
        self._connection, self._place, self._folder = connection, place, folder
        self._views, self._progress = views, progress
        self._has_network = False

    @contextlib.contextmanager
    def forgotten(self) -> Iterator[None]:
        """The server stops and forgets the run at the end of the body, however that comes."""
        try:
            yield
        finally:
            with contextlib.suppress(MoE3DError):
                self._connection.delete(self._place)

    def send(self, asked: RunAsked, files: "list[tuple[Path, Path | None]]") -> None:
        """Send all photos, and start."""
        self._done, self._size = 0, asked.size_bytes
        for index, (photo, (path, mask)) in enumerate(zip(asked.photos, files, strict=True)):
            if mask is not None:
                self._send(f"masks/{index}", mask, photo.mask_bytes, photo.name)
            self._send(f"photos/{index}", path, photo.size_bytes, photo.name)
        self._connection.post(f"{self._place}/start")

    def _send(self, place: str, path: Path, size: int, name: str) -> None:
        self._connection.put(f"{self._place}/{place}", self._chunks(path, size, name), size)

    def _chunks(self, path: Path, size: int, name: str) -> Iterator[bytes]:
        left = size
        try:
            with path.open("rb") as stream:
                while left > 0 and (chunk := stream.read(min(CHUNK_BYTES, left))):
                    self._progress.report(SEND, self._done // 1000, -(-self._size // 1000))
                    yield chunk
                    left -= len(chunk)
                    self._done += len(chunk)
        except OSError as error:
            raise ImageReadError(f"{name}: {path} cannot be read any more ({error})") from error
        if left:
            raise ImageReadError(f"{name}: {path} changed while it was sent")

    def watch(self, on_network: OnNetwork | None) -> ScenePrediction:
        """Follow the run to its end; the result."""
        tries, first = iter(TRY_AGAIN_AFTER_S), None
        while True:
            try:
                with contextlib.closing(self._states()) as states:
                    for state in states:
                        tries, first = iter(TRY_AGAIN_AFTER_S), None
                        prediction = self._take(state, on_network)
                        if prediction is not None:
                            return prediction
                raise BrokenError(
                    f"{self._connection.url}: the server has given the run up; it may be closing. "
                    "Nothing here is lost: try again"
                )
            except BrokenError as error:
                first = first or error
                wait_s = next(tries, None)
                if wait_s is None:
                    raise first from error
                self._progress.raise_if_cancelled()
                time.sleep(wait_s)

    def _take(self, state: RunState, on_network: OnNetwork | None) -> ScenePrediction | None:
        """Hear how far the run is; the result once it is there."""
        if state.stage == "running" and state.step:
            share = state.share if state.share >= 0 else None
            self._progress.report(state.step, state.done, state.total, share)
        elif state.stage == "waiting":
            self._progress.report(WAIT)
        if state.has_network and not self._has_network and on_network is not None:
            on_network(self._fetch("network"))
            self._has_network = True
        if state.stage == "failed":
            raise error_of(state.error, state.message, self._connection.url)
        return self._fetch("result") if state.stage == "done" else None

    def _states(self) -> Generator[RunState, None, None]:
        with self._connection.lines(f"{self._place}/events") as lines:
            for values in lines:
                yield record_of(RunState, values, self._connection.url)

    def _fetch(self, what: str) -> ScenePrediction:
        """An answer of the server, with what is known of the photos here."""
        path, url = self._folder / f"{what}.npz", self._connection.url
        with (
            self._connection.file(f"{self._place}/{what}") as (size, chunks),
            path.open("wb") as stream,
        ):
            done = 0
            for chunk in chunks:
                self._progress.report(FETCH, done // 1000, -(-size // 1000))
                stream.write(chunk)
                done += len(chunk)
        try:
            prediction = read_prediction(path)
        except PredictionFileError as error:
            raise ServerError(f"{url} sent a result that is damaged ({error})") from error
        finally:
            path.unlink()
        if prediction.names != self._views.names:
            raise ServerError(f"{url} sent the result of other photos; try again")
        facts = prediction.metadata
        facts = replace(
            facts,
            device=f"{facts.device} of {url.partition('://')[2]}",
            sources=self._views.sources,
            notes=facts.notes + self._views.told,
        )
        return replace(prediction, metadata=facts)


def _some(views: ViewSet) -> ViewSet:
    if not len(views):
        raise UsageError("there is no photo to reconstruct; wanted at least one")
    return views


def _sized(view: View) -> PhotoAsked:
    return PhotoAsked(view.name, view.width, view.height, ".png", 1, is_file=False)


def _parcels(
    views: ViewSet, folder: Path, progress: Progress
) -> list[tuple[PhotoAsked, Path, Path | None]]:
    """What is said of every photo, its file and its mask; pixels become files in the folder."""
    videos: dict[Path | None, int] = {}
    found = []
    for index, view in enumerate(views.views):
        is_file = view.path is not None and view.pixels is None and view.frame_s is None
        if view.path is not None and is_file:
            path = view.path
        else:
            progress.report(SEND)
            path = folder / f"{index:05d}.png"
            png_of(view.pixels if view.pixels is not None else read_pixels(view), path)
        mask = view.mask
        is_frame = view.frame_s is not None
        found.append(
            (
                PhotoAsked(
                    view.name,
                    view.width,
                    view.height,
                    path.suffix.lower(),
                    _size(path, view),
                    is_file,
                    videos.setdefault(view.path, len(videos)) if is_frame else -1,
                    mask.suffix.lower() if mask is not None else "",
                    _size(mask, view) if mask is not None else 0,
                ),
                path,
                mask,
            )
        )
    return found


def _size(path: Path, view: View) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ImageReadError(f"{view.name}: {path} cannot be read any more ({error})") from error


def _text(values: Any, key: str, url: str) -> str:
    value = values.get(key) if isinstance(values, dict) else None
    if not isinstance(value, str) or not value.replace("-", "").replace("_", "").isalnum():
        raise ServerError(f"{url} answered something unexpected; is it `moe3d serve`?")
    return value
