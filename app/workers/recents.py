"""Recent scenes: whether they are still there, and their small pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from moe3d import Progress
from moe3d_viewer.state.job import Publish
from moe3d_viewer.state.recents import RecentLook

PICTURE_PX = 420
"""Of the longer side: sharp on a screen of twice the scale."""
QUALITY = 82


def look_at_recents(
    needed: Mapping[Path, Sequence[Path]],
    pictures: Mapping[Path, Path],
    progress: Progress,
    publish: Publish,
) -> None:
    """Publish one `RecentLook` a scene; whose picture cannot be read has none."""
    for index, (path, files) in enumerate(needed.items()):
        progress.report("recent scenes", index, len(needed))
        publish(RecentLook(path, _problem(files), _picture(pictures[path])))


def keep_picture(pixels: object, path: Path, progress: Progress) -> None:
    """Write a small JPEG; where that fails the scene simply has no picture."""
    from PIL import Image

    from moe3d.io.files.atomic import new_file

    progress.report("picture of the scene")
    image = Image.fromarray(pixels)  # type: ignore[arg-type]
    image.thumbnail((PICTURE_PX, PICTURE_PX))
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=True) as part:
        image.convert("RGB").save(part, "JPEG", quality=QUALITY)


def _problem(files: Sequence[Path]) -> str:
    """Why a scene cannot be opened; empty when all its files are there."""
    gone = [file for file in files if not _exists(file)]
    if not gone:
        return ""
    if not _exists(gone[0].parent):
        return "Its folder is gone, or its drive is not connected"
    if len(files) > 1:
        return f"{len(gone)} of its {len(files)} files are gone"
    return "It was moved, renamed or deleted"


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _picture(path: Path) -> object | None:
    """Of a file, or of the first one of a folder."""
    import numpy as np
    from PIL import Image

    try:
        file = next(iter(sorted(path.iterdir())), path) if path.is_dir() else path
        with Image.open(file) as image:
            image.thumbnail((PICTURE_PX, PICTURE_PX))
            return np.array(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
