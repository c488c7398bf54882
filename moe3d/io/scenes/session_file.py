"""A whole scene as one file: the result, the photos by name and hash, and all that was chosen.

The file is a prediction's .npz with one more member, `session.json`; so `read_prediction` and plain
numpy read it too. Nothing is ever unpickled, and no member is ever written to the disk.

Versions are (major, minor). A newer minor version only adds: what this program does not know is
kept and written again. A newer major version is refused.
"""

import dataclasses
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from moe3d.errors import SessionFileError
from moe3d.io.files.atomic import new_file
from moe3d.io.files.npz import NpzReader
from moe3d.io.files.outside_files import reading
from moe3d.io.scenes.prediction_file import prediction_arrays, prediction_of
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction

SUFFIX = ".moe3d"
FORMAT = "moe3d-session"
VERSION = (1, 0)
MEMBER = "session.json"
MAX_DESCRIPTION_BYTES = 64 * 2**20


@dataclass(frozen=True)
class PhotoReference:
    """Where a photo lies, and how it is known again when it has moved."""

    name: str
    path: str = ""
    """Absolute; empty for pixels that were never a file."""
    relative: str = ""
    """From the session file's folder, with forward slashes; empty when there is no such way."""
    sha256: str = ""
    size_bytes: int = 0
    width: int = 0
    height: int = 0
    exif_orientation: int = 1
    frame_s: float | None = None
    """For a frame of the video at `path`: `View.frame_s`."""
    mask: str = ""
    """From the photo's folder, with forward slashes; empty when it has none."""


@dataclass(frozen=True)
class SessionRecord:
    """Everything that a session file holds."""

    title: str
    photos: tuple[PhotoReference, ...] = ()
    """In the order of the photos panel."""
    sources: tuple[str, ...] = ()
    """What the user opened: folders, photos or a video."""
    remembered: Mapping[str, object] = field(default_factory=dict)
    """By part: view options, filters, measurements, and whatever else the window remembers."""
    prediction: ScenePrediction | None = None
    unknown: Mapping[str, object] = field(default_factory=dict)
    """Entries of a newer program, written again when the session is saved."""
    notes: tuple[str, ...] = ()
    """What the user should know about this file; not saved."""


_KNOWN = ("format", "version", "title", "photos", "sources", "remembered", "has_result")


def write_session(
    record: SessionRecord, path: Path | str, progress: Progress | None = None
) -> Path:
    """Write a session, complete or not at all; the same record gives the same bytes.

    Raises:
        OutputError: the file cannot be written.
        JobCancelledError: the user stopped it; an older file is as it was.
    """
    path, progress = Path(path), progress or Progress()
    members = {} if record.prediction is None else prediction_arrays(record.prediction)
    with new_file(path, overwrite=True) as part, zipfile.ZipFile(part, "w") as archive:
        archive.writestr(zipfile.ZipInfo(MEMBER), _description(record))
        for index, (name, array) in enumerate(members.items()):
            progress.report("save", index, len(members))
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
    return path


def read_session(path: Path | str, progress: Progress | None = None) -> SessionRecord:
    """Read a session; needs no model, no GPU and no photo.

    Raises:
        SessionFileError: the file is missing, damaged, no session, or from a newer program.
        PredictionFileError: the result inside is damaged.
    """
    path, progress = Path(path), progress or Progress()
    progress.report("read")
    with NpzReader(path, SessionFileError) as reader:
        values = _read_description(path, reader)
        minor = _check_version(path, values)
        has_result = values.get("has_result") is True or "meta" in reader.names
        prediction = prediction_of(reader, path) if has_result else None
    with reading(path, SessionFileError, "its description is damaged"):
        record = _record(values, prediction)
    return dataclasses.replace(record, notes=_notes(record, minor))


def read_session_title(path: Path | str) -> str:
    """Read how a session is called, and nothing that is large.

    Raises:
        SessionFileError: as `read_session`; but the result inside is not looked at.
    """
    path = Path(path)
    with NpzReader(path, SessionFileError) as reader:
        values = _read_description(path, reader)
        _check_version(path, values)
        return str(values.get("title", ""))


def _read_description(path: Path, reader: NpzReader) -> dict[str, Any]:
    if MEMBER not in reader.names:
        raise SessionFileError(
            f"{path}: has no {MEMBER!r}; wanted a session that this program saved"
        )
    return _parse(path, reader.read_bytes(MEMBER, MAX_DESCRIPTION_BYTES))


def describe_session(record: SessionRecord) -> dict[str, object]:
    """All of a record but the prediction, in the words of JSON."""
    return {
        **record.unknown,
        "format": FORMAT,
        "version": list(VERSION),
        "title": record.title,
        "photos": [dataclasses.asdict(photo) for photo in record.photos],
        "sources": list(record.sources),
        "remembered": dict(record.remembered),
        "has_result": record.prediction is not None,
    }


def _description(record: SessionRecord) -> str:
    return json.dumps(describe_session(record), sort_keys=True, ensure_ascii=False, indent=1)


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    with reading(path, SessionFileError, "its description is damaged"):
        values = json.loads(data.decode("utf-8"))
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise SessionFileError(f"{path}: is no session of this program; wanted {FORMAT!r}")
    return values


def _check_version(path: Path, values: Mapping[str, Any]) -> int:
    """The minor version."""
    version = values.get("version")
    if not (
        isinstance(version, list) and len(version) == 2 and all(type(n) is int for n in version)
    ):
        raise SessionFileError(f"{path}: its version {version!r} is damaged; wanted [1, 0]")
    if version[0] > VERSION[0]:
        raise SessionFileError(
            f"{path}: was saved by a newer program (format {version[0]}.{version[1]}; this one "
            f"reads up to {VERSION[0]}.x): update the program"
        )
    return version[1]


def _record(values: dict[str, Any], prediction: ScenePrediction | None) -> SessionRecord:
    known = {item.name for item in dataclasses.fields(PhotoReference)}
    photos = tuple(
        PhotoReference(**{name: value for name, value in photo.items() if name in known})
        for photo in values["photos"]
    )
    _check_photos(photos)
    if not isinstance(values["remembered"], dict) or not isinstance(values["title"], str):
        raise ValueError("title or choices are of another kind")
    return SessionRecord(
        title=values["title"],
        photos=photos,
        sources=tuple(str(source) for source in values["sources"]),
        remembered=values["remembered"],
        prediction=prediction,
        unknown={k: v for k, v in values.items() if k not in _KNOWN},
    )


def _check_photos(photos: tuple[PhotoReference, ...]) -> None:
    for photo in photos:
        for item in dataclasses.fields(PhotoReference):
            value = getattr(photo, item.name)
            if item.name == "frame_s":
                if value is not None and not (type(value) is float and math.isfinite(value)):
                    raise ValueError(f"a photo's {item.name} is {value!r}")
            elif type(value) is not type(item.default if item.name != "name" else ""):
                raise ValueError(f"a photo's {item.name} is {value!r}")
        smallest = 1 if photo.path else 0
        if min(photo.width, photo.height) < smallest or photo.exif_orientation not in range(1, 9):
            size = f"{photo.width} x {photo.height}, EXIF orientation {photo.exif_orientation}"
            raise ValueError(f"photo {photo.name!r} is {size}")


def _notes(record: SessionRecord, minor: int) -> tuple[str, ...]:
    if minor <= VERSION[1] and not record.unknown:
        return ()
    names = ", ".join(sorted(record.unknown)) or "none that show"
    return (
        f"It was saved by a newer program. Parts unknown to this one are kept when you save: "
        f"{names}.",
    )
