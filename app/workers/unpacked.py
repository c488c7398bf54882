"""Where the photos of a zip lie while its scene is open, and how long they stay."""

import hashlib
import os
import shutil
import time
from pathlib import Path
from tempfile import mkdtemp

from PySide6.QtCore import QStandardPaths

from moe3d import ImageReadError, Progress, unpack_photos

KEPT_S = 14 * 24 * 3600.0
"""Photos of a zip that was not opened for so long are thrown away."""


def unpacked(
    path: Path, progress: Progress, root: Path | None = None, now_s: float | None = None
) -> Path:
    """The folder with the photos of a zip; unpacked once, and again when the zip has changed.

    Args:
        path: the zip.
        progress: told while it is unpacked.
        root: where the folders of all zips lie; None: in the user's folder for caches.
        now_s: seconds since 1970; None asks the clock.

    Raises:
        ImageReadError: it cannot be read, or not be unpacked.
    """
    place = root or _usual_root()
    try:
        place.mkdir(parents=True, exist_ok=True)
        about = path.stat()
    except OSError as error:
        raise ImageReadError(f"{path}: the zip cannot be read ({error.strerror})") from error
    _forget_old(place, time.time() if now_s is None else now_s)
    stamp = f"{path.absolute()} {about.st_size} {about.st_mtime_ns}"
    home = place / hashlib.sha1(stamp.encode(errors="surrogateescape")).hexdigest()[:16]
    if not home.is_dir():
        work = Path(mkdtemp(prefix=".part-", dir=place))
        try:
            (work / path.name).mkdir()
            unpack_photos(path, work / path.name, progress)
            work.rename(home)
        except OSError:
            if not home.is_dir():  # else another window was quicker
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    os.utime(home)
    return home / path.name


def _usual_root() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    return Path(place) / "moe3d-viewer" / "zips"


def _forget_old(root: Path, now_s: float) -> None:
    for home in root.iterdir():
        try:
            is_old = now_s - home.stat().st_mtime > KEPT_S
        except OSError:
            continue
        if is_old:
            shutil.rmtree(home, ignore_errors=True)
