"""Photos of a command line: which are named, and what is odd about them."""

import atexit
import glob
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moe3d.cli.console import warn
from moe3d.errors import ImageReadError, UsageError

if TYPE_CHECKING:
    from moe3d.io.photos.photo_checks import PhotoCheck
    from moe3d.io.videos.video import VideoSampling
    from moe3d.progress import Progress
    from moe3d.scene.records import ViewSet


def read_photos(words: Sequence[Path], sampling: "VideoSampling | None" = None) -> "ViewSet":
    """The photos of what was named: folders, files, and patterns that the shell left as they are.

    Photos of a zip are unpacked into a temporary folder, which goes when the program ends.

    Args:
        words: of the command line.
        sampling: which frames of videos are taken; None takes the sharpest of every second.

    Raises:
        UsageError: nothing is named.
        ImageReadError: something is not there, or nothing can be read.
    """
    from moe3d.io.photos.images import read_views

    paths = [_unpacked(path) for word in _some(words) for path in _expanded(word)]
    return read_views(paths[0] if len(paths) == 1 else paths, sampling=sampling)


def warn_of_photos(views: "ViewSet", progress: "Progress | None" = None) -> None:
    """Say on stderr what the window says of photos before a run.

    Args:
        views: as they were read.
        progress: given where photos may be looked at for blur and likeness, which reads them.
    """
    from moe3d.io.photos.photo_checks import check_warnings, shape_warning

    for refused in views.refused:
        warn(f"not used: {refused.path.name}: {refused.reason}")
    for note in views.notes:
        warn(note)
    odd = {view.name: list(view.warnings) for view in views.views}
    if progress is not None:
        found = check_warnings(views.names, _check_all(views, progress))
        for name, texts in found.items():
            odd[name].extend(texts)
    for name, texts in odd.items():
        for text in texts:
            warn(f"{name}: {text}")
    if text := shape_warning(views):
        warn(text)


def _check_all(views: "ViewSet", progress: "Progress") -> "list[PhotoCheck]":
    """Measure every photo of a scene, in order; reads them."""
    from moe3d.io.photos.images import thumbnail
    from moe3d.io.photos.photo_checks import CHECKED_SIZE, check_photo

    checks = []
    for index, view in enumerate(views.views):
        progress.report("look at photos", index, len(views))
        checks.append(check_photo(thumbnail(view, CHECKED_SIZE)))
    return checks


def scene_name(words: Sequence[Path]) -> str:
    """Name for the exported files: the folder's or file's; of several, the folder around them.

    Raises:
        UsageError: nothing is named.
    """
    first = _some(words)[0].resolve()
    resolved = first if len(words) == 1 and not _is_pattern(words[0]) else first.parent
    is_images_folder = resolved.name == "images" and (resolved.is_dir() or first != resolved)
    return (resolved.parent if is_images_folder else resolved).stem or "scene"


def _some(words: Sequence[Path]) -> Sequence[Path]:
    if not words:
        raise UsageError("no photos are named; wanted a folder, a zip, photos or a video")
    return words


def _expanded(word: Path) -> list[Path]:
    if not _is_pattern(word):
        return [word]
    from natsort import natsorted, ns

    found = natsorted(glob.glob(str(word), recursive=True), alg=ns.IGNORECASE)  # noqa: PTH207
    if not found:
        raise ImageReadError(f"{word}: no file is named like this; wanted photos")
    return [Path(path) for path in found]


def _unpacked(path: Path) -> Path:
    """The folder with the photos of a zip; every other path is itself."""
    from moe3d.io.photos.zipped import is_zip, unpack_photos

    if not (is_zip(path) and path.is_file()):
        return path
    folder = Path(tempfile.mkdtemp(prefix="moe3d-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = folder / path.name
    target.mkdir()
    unpack_photos(path, target)
    return target


def _is_pattern(word: Path) -> bool:
    return not os.path.lexists(word) and glob.has_magic(str(word))
