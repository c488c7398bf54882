"""Photos out of a zip: only photos, only into the given folder, and only so much."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from moe3d.errors import ImageReadError
from moe3d.io.photos.image_files import ACCEPTED, is_video, looks_like_image
from moe3d.progress import Progress

MOST_FILES = 5_000
MOST_BYTES = 20 * 10**9
MOST_RATIO = 50
"""Unpacked over packed bytes; photos and videos hardly shrink, a bomb does."""
ALWAYS_ALLOWED_BYTES = 100 * 10**6
"""So much is unpacked whatever the ratio: a few small drawings may shrink a lot."""
_CHUNK = 1 << 20


def is_zip(path: Path) -> bool:
    """Whether a file's name says that it is a zip."""
    return path.suffix.lower() == ".zip"


def unpack_photos(path: Path, folder: Path, progress: Progress | None = None) -> int:
    """Unpack the photos and videos of a zip; everything else in it is left out.

    Sub-folders stay, so that masks are found beside their photos. Entries that would lie outside
    the folder, and links, are left out.

    Args:
        path: the zip.
        folder: is there; takes the photos.
        progress: told after every file.

    Returns:
        How many files were unpacked.

    Raises:
        ImageReadError: it is no zip, damaged, protected by a password, holds no photo, or more
            than the limits allow; nothing is left behind then.
    """
    progress = progress or Progress()
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [info for info in archive.infolist() if _target(info) is not None]
            if not entries:
                raise ImageReadError(
                    f"{path}: the zip holds no photo; wanted {ACCEPTED}, or videos, in a zip"
                )
            limit = _limit(path, entries, folder)
            done = 0
            for number, info in enumerate(entries):
                progress.report("unpack photos", number, len(entries))
                done += _write(archive, info, folder, limit - done, path)
    except ImageReadError:
        _empty(folder)
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        _empty(folder)
        raise ImageReadError(f"{path}: the zip cannot be unpacked ({error})") from error
    except RuntimeError as error:  # how zipfile asks for a password
        _empty(folder)
        raise ImageReadError(
            f"{path}: the zip is protected by a password; unpack it, and open its folder"
        ) from error
    except BaseException:  # cancelled
        _empty(folder)
        raise
    return len(entries)


def _target(info: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where an entry goes below the folder; None for what is left out."""
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
        return None
    if name.is_absolute() or any(part == ".." or ":" in part for part in name.parts):
        return None
    if any(part.startswith(".") or part == "__MACOSX" for part in name.parts):
        return None
    file = Path(name.name)
    return name if looks_like_image(file) or is_video(file) else None


def _limit(path: Path, entries: list[zipfile.ZipInfo], folder: Path) -> int:
    """Bytes that may be unpacked."""
    if len(entries) > MOST_FILES:
        raise ImageReadError(
            f"{path}: the zip holds {len(entries)} photos; at most {MOST_FILES} are opened at once"
        )
    packed = path.stat().st_size
    limit = min(MOST_BYTES, max(MOST_RATIO * packed, ALWAYS_ALLOWED_BYTES))
    promised = sum(info.file_size for info in entries)
    if promised > limit:
        raise ImageReadError(
            f"{path}: the zip would become {promised / 1e9:.3g} GB; at most {limit / 1e9:.3g} GB "
            "are unpacked of one of its size. If you trust it, unpack it and open its folder"
        )
    free = shutil.disk_usage(folder).free
    if promised > free:
        raise ImageReadError(
            f"{path}: its photos need {promised / 1e9:.3g} GB, and {free / 1e9:.3g} GB are free"
        )
    return limit


def _write(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, room: int, path: Path
) -> int:
    """Unpack one entry; its bytes are counted, since what it says of its size may be a lie."""
    name = _target(info)
    assert name is not None
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    with archive.open(info) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            done += len(chunk)
            if done > min(room, info.file_size):
                raise ImageReadError(
                    f"{path}: {info.filename} is larger than the zip says; nothing is unpacked"
                )
            sink.write(chunk)
    return done


def _empty(folder: Path) -> None:
    for inside in folder.iterdir():
        if inside.is_dir():
            shutil.rmtree(inside, ignore_errors=True)
        else:
            inside.unlink(missing_ok=True)
