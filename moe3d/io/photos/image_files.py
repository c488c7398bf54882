"""What names of files say: which are images, of which kind, and how they are shown."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def _extensions(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


PHOTO_EXTENSIONS = _extensions("jpg jpeg jpe jfif png webp tif tiff heic heif hif avif bmp gif")
VIDEO_EXTENSIONS = _extensions("mp4 mov avi mkv m4v webm 3gp mts m2ts mpg mpeg wmv")
RAW_EXTENSIONS = _extensions("cr2 cr3 nef nrw arw srf sr2 dng raf orf rw2 pef srw x3f 3fr iiq")
OTHER_IMAGE_EXTENSIONS = _extensions("jxl jp2 j2k psd psb xcf svg exr hdr tga ico eps pdf")
ACCEPTED = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP or GIF"


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


def split_source(source: str) -> tuple[Path, float | None]:
    """The file of a `View.source`, and the time of a frame if it is one of a video."""
    found = re.fullmatch(r"(.+)#t=(-?\d+(?:\.\d+)?)", source, re.DOTALL)
    if found is not None and is_video(Path(found[1])):
        return Path(found[1]), float(found[2])
    return Path(source), None


def refusal_by_extension(path: Path) -> str | None:
    """Why a file of this extension is not read although it is an image; None if it may be."""
    extension = path.suffix.lower()
    if extension in OTHER_IMAGE_EXTENSIONS:
        return f"{extension} files are not read; convert it to {ACCEPTED}"
    return None


def is_video(path: Path) -> bool:
    """Whether a file's name says that it is a video."""
    return path.suffix.lower() in VIDEO_EXTENSIONS


def looks_like_image(path: Path) -> bool:
    """Whether a file's name says that it is an image; hidden ones are none."""
    extension = path.suffix.lower()
    known = PHOTO_EXTENSIONS | RAW_EXTENSIONS | OTHER_IMAGE_EXTENSIONS
    return extension in known and not path.name.startswith(".")
