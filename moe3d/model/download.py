"""Fetching a known model into the hub's cache: with progress, resumed, cancelled, checked.

Never called unless the user asked and was shown size and licence (`known_models`).
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import constants

from moe3d.errors import CheckpointError, OutputError
from moe3d.model.checkpoint.hashing import CHUNK_BYTES, SHA256
from moe3d.model.hub import Hub, RemoteFile
from moe3d.model.known_models import KnownModel, ModelPlaces, known_model
from moe3d.progress import Progress

DOWNLOAD_STAGE = "download"
CHECK_STAGE = "check the download"


@dataclass(frozen=True)
class _CacheEntry:
    """Where the hub's cache keeps one version of one file."""

    repo_dir: Path
    file: RemoteFile

    @property
    def blob(self) -> Path:
        return self.repo_dir / "blobs" / self.file.etag

    @property
    def partial(self) -> Path:
        return self.blob.with_name(self.blob.name + ".moe3d.partial")

    @property
    def snapshot(self) -> Path:
        return self.repo_dir / "snapshots" / self.file.commit / self.file.filename

    @property
    def reference(self) -> Path:
        return self.repo_dir / "refs" / "main"


def download_model(
    name: str, hub: Hub, progress: Progress, places: ModelPlaces | None = None
) -> Path:
    """Fetch a known model, or go on where an earlier download stopped.

    Args:
        name: a known model's id.
        hub: where it comes from.
        progress: told the bytes; its `cancel` stops the download within one piece.
        places: whose hub cache takes the file.

    Returns:
        The model's path; a model that is already here is not fetched again.

    Raises:
        CheckpointError: unknown or built-in name, hub out of reach, or a checksum that differs.
        OutputError: the disk is full or cannot be written.
        JobCancelledError: stopped; what was fetched is kept for the next time.
    """
    places = places or ModelPlaces()
    model = known_model(name, places)
    if model.path is not None:
        return model.path
    if model.is_built_in:
        raise CheckpointError(f"{model.id} comes with the program and cannot be downloaded")
    progress.report("ask the hub", 0, 0)
    entry = _cache_entry(model, hub, places)
    try:
        _make_room(entry)
        _fetch(entry, hub, progress)
        _verify(entry, progress)
        return _publish(entry)
    except OSError as error:
        raise OutputError(f"{entry.repo_dir} cannot be written: {error}") from error


def _cache_entry(model: KnownModel, hub: Hub, places: ModelPlaces) -> _CacheEntry:
    file = hub.describe(model.id, model.hub_file)
    if Path(file.etag).name != file.etag or Path(file.commit).name != file.commit:
        raise CheckpointError(
            f"the hub's answer for {model.id} makes no sense; nothing was fetched"
        )
    cache = places.hub_cache or Path(constants.HF_HUB_CACHE)
    return _CacheEntry(cache / ("models--" + model.id.replace("/", "--")), file)


def _fetched_bytes(entry: _CacheEntry) -> int:
    return entry.partial.stat().st_size if entry.partial.is_file() else 0


def _make_room(entry: _CacheEntry) -> None:
    entry.blob.parent.mkdir(parents=True, exist_ok=True)
    wanted = entry.file.size_bytes - _fetched_bytes(entry)
    free = shutil.disk_usage(entry.blob.parent).free
    if free < wanted:
        raise OutputError(
            f"{entry.repo_dir} needs {wanted / 1e9:.1f} GB for {entry.file.filename}; "
            f"{free / 1e9:.1f} GB are free"
        )


def _fetch(entry: _CacheEntry, hub: Hub, progress: Progress) -> None:
    total, done = entry.file.size_bytes, _fetched_bytes(entry)
    if done > total:
        entry.partial.unlink()
        done = 0
    progress.report(DOWNLOAD_STAGE, done, total)
    if done < total:
        with entry.partial.open("ab") as target:
            for piece in hub.read(entry.file, done):
                target.write(piece)
                done += len(piece)
                progress.report(DOWNLOAD_STAGE, done, total)
    if done != total:
        raise CheckpointError(
            f"{entry.file.filename} stopped at {done} of {total} bytes; the next download goes on "
            "from there"
        )


def _verify(entry: _CacheEntry, progress: Progress) -> None:
    if not SHA256.match(entry.file.etag):
        return
    digest, done = hashlib.sha256(), 0
    with entry.partial.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            progress.report(CHECK_STAGE, done, entry.file.size_bytes)
    if digest.hexdigest() != entry.file.etag:
        entry.partial.unlink()
        raise CheckpointError(
            f"{entry.file.filename} of {entry.file.repo} arrived damaged (its SHA-256 differs from "
            "the hub's) and was removed; download it again"
        )


def _publish(entry: _CacheEntry) -> Path:
    """Put the file where the hub's own tools, and `find_checkpoint`, will find it."""
    entry.partial.replace(entry.blob)
    entry.snapshot.parent.mkdir(parents=True, exist_ok=True)
    entry.reference.parent.mkdir(parents=True, exist_ok=True)
    try:
        entry.snapshot.unlink(missing_ok=True)
        entry.snapshot.symlink_to(os.path.relpath(entry.blob, entry.snapshot.parent))
    except (OSError, NotImplementedError):  # a file system without links
        entry.blob.replace(entry.snapshot)
    entry.reference.write_text(entry.file.commit, encoding="utf-8")
    return entry.snapshot
