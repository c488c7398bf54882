"""Which files of a folder or list are photos, in which order, and under which names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from natsort import natsorted, ns

from moe3d.errors import ImageReadError


def _extensions(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


PHOTO_EXTENSIONS = _extensions("jpg jpeg jpe jfif png webp tif tiff heic heif hif avif bmp gif")
VIDEO_EXTENSIONS = _extensions("mp4 mov avi mkv m4v webm 3gp mts m2ts mpg mpeg wmv")
RAW_EXTENSIONS = _extensions("cr2 cr3 nef nrw arw srf sr2 dng raf orf rw2 pef srw x3f 3fr iiq")
OTHER_IMAGE_EXTENSIONS = _extensions("jxl jp2 j2k psd psb xcf svg exr hdr tga ico eps pdf")
ACCEPTED = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP or GIF"
LIVE_PHOTO_EXTENSIONS = _extensions("mov")
"""Of the moving part that phones store beside a photo, under its name."""


def list_candidates(source: Path | str | Sequence[Path | str]) -> list[Path]:
    """Every file of the source that its name says is an image or a video.

    A folder is read without its sub-folders and sorted as people count (2 before 10); a list keeps
    its order; a single file is itself. Hidden files are left out.

    Raises:
        ImageReadError: a path is missing or cannot be listed, or there is neither among the files.
    """
    paths = [source] if isinstance(source, str | Path) else list(source)
    if not paths:
        raise ImageReadError("no photo was given; wanted a folder, a photo or a list of photos")
    files: list[Path] = []
    for path in map(Path, paths):
        files.extend(_files_of_folder(path) if _is_folder(path) else [path])
    candidates = [file for file in files if _looks_like_image(file)]
    if not candidates:
        raise ImageReadError(_no_photo_message(paths, files))
    return candidates


def unique_names(paths: Sequence[Path]) -> list[str]:
    """File names to show, one a path; the folder, then a number, tells equal names apart."""
    names: list[str] = []
    taken: set[str] = set()
    plain = Counter(path.name.casefold() for path in paths)
    for path in paths:
        name = path.name
        if plain[name.casefold()] > 1 and path.parent.name:
            name = f"{path.stem} ({path.parent.name}){path.suffix}"
        names.append(free_name(name, taken))
    return names


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken; it is then, in small letters."""
    base, number = Path(name), 2
    while name.casefold() in taken:
        name = f"{base.stem} ({number}){base.suffix}"
        number += 1
    taken.add(name.casefold())
    return name


def live_photo_of(path: Path, paths: Sequence[Path]) -> Path | None:
    """The photo among these of which a video is the moving part, as phones store it; or None."""
    if path.suffix.lower() not in LIVE_PHOTO_EXTENSIONS:
        return None
    return next(
        (
            photo
            for photo in paths
            if photo.suffix.lower() in PHOTO_EXTENSIONS and photo.with_suffix(path.suffix) == path
        ),
        None,
    )


def split_source(source: str) -> tuple[Path, float | None]:
    """The file of a `View.source`, and the time of a frame if it is one of a video."""
    found = re.fullmatch(r"(.+)#t=(-?\d+(?:\.\d+)?)", source, re.DOTALL)
    if found is not None and Path(found[1]).suffix.lower() in VIDEO_EXTENSIONS:
        return Path(found[1]), float(found[2])
    return Path(source), None


def refusal_by_extension(path: Path) -> str | None:
    """Why a file of this extension is not read although it is an image; None if it may be."""
    extension = path.suffix.lower()
    if extension in RAW_EXTENSIONS:
        return f"camera raw files are not read; convert it to {ACCEPTED}"
    if extension in OTHER_IMAGE_EXTENSIONS:
        return f"{extension} files are not read; convert it to {ACCEPTED}"
    return None


def _is_folder(path: Path) -> bool:
    try:
        if not path.exists():
            raise ImageReadError(f"{path}: there is no such file or folder; wanted photos")
        return path.is_dir()
    except OSError as error:
        raise ImageReadError(f"{path}: cannot be read ({error.strerror}); wanted photos") from error


def _files_of_folder(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if not path.is_dir()]
    except OSError as error:
        raise ImageReadError(
            f"{folder}: the folder cannot be listed ({error.strerror}); wanted a folder of photos"
        ) from error
    return natsorted(files, key=lambda path: path.name, alg=ns.IGNORECASE)


def _looks_like_image(path: Path) -> bool:
    extension = path.suffix.lower()
    known = PHOTO_EXTENSIONS | RAW_EXTENSIONS | OTHER_IMAGE_EXTENSIONS | VIDEO_EXTENSIONS
    return extension in known and not path.name.startswith(".")


def _no_photo_message(paths: Sequence[Path | str], files: Sequence[Path]) -> str:
    where = str(paths[0]) if len(paths) == 1 else f"the {len(paths)} given paths"
    shown = [file.name for file in files if not file.name.startswith(".")]
    if not shown:
        found = "it is empty" if len(paths) == 1 else "they are empty"
    else:
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        found = f"found only {', '.join(shown[:3])}{more}"
    return f"{where}: no photo; wanted {ACCEPTED}, or a video, {found}{_subfolder_hint(paths)}"


def _subfolder_hint(paths: Iterable[Path | str]) -> str:
    for path in map(Path, paths):
        subfolders = natsorted(path.iterdir()) if path.is_dir() else []
        for folder in subfolders:
            if folder.is_dir() and any(map(_looks_like_image, _files_of_folder(folder))):
                return f"; its sub-folder {folder.name} has some: choose that one"
    return ""
