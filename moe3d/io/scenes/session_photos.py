"""The photos of a session: told apart by hash, found again where they were or where they went."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from moe3d.io.scenes.session_file import PhotoReference
from moe3d.progress import Progress
from moe3d.scene.records import View

CHUNK_BYTES = 2**20
MAX_FILES = 50_000
"""Files of a folder that are looked at when photos are searched."""


@dataclass(frozen=True)
class FoundPhotos:
    """Which photos are there."""

    paths: dict[str, Path]
    """By name."""
    missing: tuple[str, ...] = ()
    """Names of photos that lie nowhere any more, or whose file is another one now."""


def refer_to_photos(
    views: Sequence[View], folder: Path, progress: Progress
) -> tuple[PhotoReference, ...]:
    """Describe photos for a session file that will lie in a folder; reads every file once.

    A photo that cannot be read any more is described without a hash.
    """
    found, hashes = [], _Hashes()
    for index, view in enumerate(views):
        progress.report("photos", index, len(views))
        found.append(_reference(view, folder, hashes))
    return tuple(found)


def find_photos(
    photos: Sequence[PhotoReference], folders: Sequence[Path], progress: Progress
) -> FoundPhotos:
    """Look for photos where the session says they are, then below other folders, by hash.

    Args:
        photos: of a session; those without a path are no files and are passed over.
        folders: where the session file lies, and where the user says the photos have gone.
        progress: told after every photo.
    """
    wanted = [photo for photo in photos if photo.path]
    found: dict[str, Path] = {}
    hashes = _Hashes()
    for index, photo in enumerate(wanted):
        progress.report("look for photos", index, len(wanted))
        path = _where_it_was(photo, folders, hashes)
        if path is not None:
            found[photo.name] = path
    lost = [photo for photo in wanted if photo.name not in found]
    for folder in folders[1:]:
        found |= _search(folder, [p for p in lost if p.name not in found], hashes, progress)
    return FoundPhotos(found, tuple(p.name for p in lost if p.name not in found))


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class _Hashes(dict[Path, str]):
    """Hashes of files, each read once: many frames are of one video."""

    def __missing__(self, path: Path) -> str:
        self[path] = file_sha256(path)
        return self[path]


def _reference(view: View, folder: Path, hashes: _Hashes) -> PhotoReference:
    plain = PhotoReference(
        view.name,
        width=view.width,
        height=view.height,
        exif_orientation=view.exif_orientation,
        frame_s=view.frame_s,
    )
    if view.path is None or (view.pixels is not None and view.frame_s is None):
        return plain
    path = view.path.absolute()
    try:
        sha256, size = hashes[path], path.stat().st_size
    except OSError:
        sha256, size = "", 0
    return replace(
        plain,
        path=str(path),
        relative=_relative(path, folder),
        sha256=sha256,
        size_bytes=size,
        mask="" if view.mask is None else _relative(view.mask.absolute(), path.parent),
    )


def _relative(path: Path, folder: Path) -> str:
    try:
        return PurePosixPath(Path(os.path.relpath(path, folder)).as_posix()).as_posix()
    except ValueError:  # another drive
        return ""


def _where_it_was(photo: PhotoReference, folders: Sequence[Path], hashes: _Hashes) -> Path | None:
    candidates = [Path(photo.path)]
    if photo.relative and folders:
        candidates.insert(0, folders[0] / photo.relative)
    return next((path for path in candidates if _is_it(path, photo, hashes)), None)


def _search(
    folder: Path, lost: Sequence[PhotoReference], hashes: _Hashes, progress: Progress
) -> dict[str, Path]:
    by_size: dict[int, list[PhotoReference]] = {}
    for photo in lost:
        by_size.setdefault(photo.size_bytes, []).append(photo)
    found: dict[str, Path] = {}
    for number, path in enumerate(_files_below(folder)):
        progress.report("search", number)
        if number >= MAX_FILES or len(found) == len(lost):
            break
        try:
            alike = by_size.get(path.stat().st_size, [])
            for photo in alike:
                if photo.name not in found and _is_it(path, photo, hashes):
                    found[photo.name] = path
        except OSError:
            continue
    return found


def _files_below(folder: Path) -> Iterable[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(parent) / name


def _is_it(path: Path, photo: PhotoReference, hashes: _Hashes) -> bool:
    try:
        if not path.is_file() or path.stat().st_size != photo.size_bytes:
            return False
        return bool(photo.sha256) and hashes[path] == photo.sha256
    except (OSError, ValueError):
        return False
