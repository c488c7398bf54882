"""What client and server say to each other: JSON both ways, photos as bytes, results as .npz files.

    GET    /v1/status                   models and limits
    POST   /v1/estimate                 RunAsked -> what the run would take
    POST   /v1/runs                     RunAsked -> {"run": name}; then the files, masks first:
    PUT    /v1/runs/NAME/masks/INDEX
    PUT    /v1/runs/NAME/photos/INDEX
    POST   /v1/runs/NAME/start
    GET    /v1/runs/NAME/events         lines of JSON (RunState): changes, and signs of life
    GET    /v1/runs/NAME/network, /result
    DELETE /v1/runs/NAME                stops and forgets it

Every request carries the token. Nothing is ever unpickled on either side.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moe3d import errors
from moe3d.errors import MoE3DError, ServerError, UsageError
from moe3d.io.files.outside_files import shown
from moe3d.io.scenes.prediction_file import record_from_json

PROTOCOL = 1
"""Both sides must have the same; raised when an older program could not understand a newer one."""
DEFAULT_PORT = 8765
SIGN_OF_LIFE_S = 0.5
"""The longest that the stream of events is silent."""
LONGEST_NAME = 255
LARGEST_REQUEST_BYTES = 4 * 2**20
"""Of JSON: thousands of photos."""


@dataclass(frozen=True)
class PhotoAsked:
    """One photo of a run, before its bytes are sent."""

    name: str
    width: int
    """Upright, pixels."""
    height: int
    suffix: str
    """Of its file, with the dot: which reader is asked."""
    size_bytes: int
    is_file: bool
    """Whether the bytes are those of the photo's own file; else pixels that never were one, or a
    frame of a video, as a PNG file."""
    video: int = -1
    """Frames of one video have one number; -1 for photos."""
    mask_suffix: str = ""
    mask_bytes: int = 0
    """0 for a photo without a mask."""


@dataclass(frozen=True)
class RunAsked:
    """A run as a client asks for it."""

    photos: tuple[PhotoAsked, ...]
    model: str = "mini"
    """Name by which the server calls it."""
    compare: bool = True
    resize_mode: str = "auto"
    refine: str = "auto"
    chunk_views: int = 0
    """0 for "auto"."""
    wants_network: bool = False
    """Whether the network's own answer shall be kept before the photos refine it."""

    @property
    def size_bytes(self) -> int:
        """Of all files that will be sent."""
        return sum(photo.size_bytes + photo.mask_bytes for photo in self.photos)


@dataclass(frozen=True)
class RunState:
    """How far a run is."""

    stage: str = "sending"
    """"sending" (files are on their way), "waiting", "running", "done" or "failed"."""
    step: str = ""
    """What is being done; `ProgressReport.stage` while the run goes on."""
    done: int = 0
    total: int = 0
    share: float = -1.0
    """Of the step, 0 to 1, where its parts are long or unequal; below 0 where done and total say
    it."""
    has_network: bool = False
    """Whether the network's own answer can be fetched."""
    error: str = ""
    """Class of ours; empty unless the run failed."""
    message: str = ""


@dataclass(frozen=True)
class ServerStatus:
    """What a server is and takes."""

    protocol: int
    program: str
    """Version of the program."""
    models: Mapping[str, int]
    """Names, and the longer side of each network's images, pixels."""
    max_photos: int
    max_bytes: int
    """Of all files of one run."""
    waiting: int
    """Runs in line, the one that goes on included."""


def to_json(record: object) -> bytes:
    """A record as a line of JSON."""
    values = dataclasses.asdict(record)  # pyright: ignore[reportArgumentType]
    return json.dumps(values).encode() + b"\n"


def run_asked(data: bytes) -> RunAsked:
    """A run out of a request.

    Raises:
        UsageError: it is no such JSON, or asks for what cannot be.
    """
    try:
        values = json.loads(data)
        photos = tuple(record_from_json(PhotoAsked, item) for item in values["photos"])
        plain = {key: value for key, value in values.items() if key != "photos"}
        asked = dataclasses.replace(record_from_json(_Plain, plain).asked(), photos=photos)
        _check(asked)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        text = shown(f"it lacks {error}" if isinstance(error, KeyError) else error, 160)
        raise UsageError(f"the request is no run that this server knows ({text})") from error
    return asked


@dataclass(frozen=True)
class _Plain:
    """The plain fields of a run."""

    model: str = "mini"
    compare: bool = True
    resize_mode: str = "auto"
    refine: str = "auto"
    chunk_views: int = 0
    wants_network: bool = False

    def asked(self) -> RunAsked:
        return RunAsked(photos=(), **vars(self))


def _check(asked: RunAsked) -> None:
    """Raises: ValueError."""
    if asked.resize_mode not in ("auto", "crop", "pad"):
        raise ValueError(f"resize_mode is {asked.resize_mode!r}")
    if asked.refine not in ("auto", "off", "cameras", "full"):
        raise ValueError(f"refine is {asked.refine!r}")
    if asked.chunk_views < 0:
        raise ValueError(f"chunk_views is {asked.chunk_views}")
    if len({photo.name for photo in asked.photos}) != len(asked.photos):
        raise ValueError("two photos have one name")
    for photo in asked.photos:
        if not 0 < len(photo.name) <= LONGEST_NAME or not photo.name.isprintable():
            raise ValueError(f"a photo is called {shown(repr(photo.name), 60)}")
        if min(photo.width, photo.height, photo.size_bytes) < 1 or photo.mask_bytes < 0:
            raise ValueError(f"{photo.name} is of no size that a photo can have")


def error_json(error: MoE3DError) -> dict[str, str]:
    """An error as it is sent."""
    return {"error": type(error).__name__, "message": str(error)}


def error_of(kind: str, message: str, place: str) -> MoE3DError:
    """An error that a server sent, of the class that it had there; the message names the server."""
    known = getattr(errors, kind, None)
    if not (isinstance(known, type) and issubclass(known, MoE3DError)):
        known = ServerError
    return known(f"{place}: {shown(message, 1000)}")


def record_of(kind: type[Any], values: Any, place: str) -> Any:
    """A record that a server sent.

    Raises:
        ServerError: it is something else.
    """
    try:
        return record_from_json(kind, values)
    except (ValueError, TypeError) as error:
        raise ServerError(
            f"{place} answered something unexpected ({shown(error, 160)}); is it `moe3d serve` of "
            "the same version?"
        ) from error
