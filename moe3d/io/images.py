"""Photos from folders, lists and videos, and their pixels.

Every file is decoded once when it is read, so that what is damaged is refused then and not in
the middle of a run.
"""

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError
from moe3d.io.image_decode import (
    DRAFT_ABOVE_PIXELS,
    Decoded,
    camera_name,
    decode,
    exif_orientation,
    open_image,
    to_array,
)
from moe3d.io.image_files import (
    VIDEO_EXTENSIONS,
    free_name,
    list_candidates,
    live_photo_of,
    refusal_by_extension,
    unique_names,
)
from moe3d.progress import Progress
from moe3d.scene.records import RefusedFile, View, ViewSet

if TYPE_CHECKING:
    from moe3d.io.video import VideoSampling

MIN_SIDE = 14
"""Pixels; a photo must hold one patch of the network."""
MAX_ASPECT = 100
"""Long side over short side; beyond it nothing of the short side is left for the network."""
READERS = 4
"""Files decoded at the same time."""


def read_views(
    source: Path | str | Sequence[Path | str],
    progress: Progress | None = None,
    sampling: "VideoSampling | None" = None,
) -> ViewSet:
    """Find and check the photos of a scene.

    Args:
        source: a folder, a photo, a video, or a list of them. A folder is sorted as people count;
            a list keeps its order; the frames of a video stand where it stands.
        progress: told after every file.
        sampling: which frames of a video are taken; None takes the sharpest of every second.

    Returns:
        The photos, with unique names, and every photo or video that was refused with its reason.

    Raises:
        ImageReadError: nothing is there, or no photo of it can be read.
    """
    given = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    paths, repeated = _without_repeats(list_candidates(given))
    checked = _read_all(paths, sampling, progress or Progress())
    views = tuple(item for item in checked if isinstance(item, View))
    refused = (*(item for item in checked if isinstance(item, RefusedFile)), *repeated)
    if not views:
        raise ImageReadError(_nothing_readable(given, refused))
    return ViewSet(views, refused)


def read_pixels(view: View, max_side: int | None = None) -> UInt8[np.ndarray, "H W C"]:
    """The upright pixels of a photo, RGB, or RGBA where it has transparency.

    Args:
        view: from `read_views`, or made in memory.
        max_side: shrink so that the longer side has at most this many pixels; None keeps all.

    Raises:
        ImageReadError: the file is gone or changed since it was checked.
    """
    longest = max(view.width, view.height)
    scale = 1.0 if max_side is None else min(1.0, max_side / longest)
    width, height = max(1, round(view.width * scale)), max(1, round(view.height * scale))
    return to_array(read_resized(view, width, height))


def thumbnail(view: View, size: int) -> UInt8[np.ndarray, "H W C"]:
    """A small upright picture, longer side `size` pixels; quick, for lists of photos.

    Raises:
        ImageReadError: the file is gone or changed since it was checked.
    """
    scale = min(1.0, size / max(view.width, view.height))
    width, height = max(1, round(view.width * scale)), max(1, round(view.height * scale))
    decoded = _decode_view(view, enough=(width, height))
    return to_array(decoded.resized(width, height, Image.Resampling.BOX))


def read_resized(view: View, width: int, height: int) -> Image.Image:
    """The upright photo at exactly this size, bicubic, mode RGB or RGBA.

    Raises:
        ImageReadError: the file is gone or changed since it was checked.
    """
    is_huge = view.width * view.height > DRAFT_ABOVE_PIXELS
    enough = (4 * width, 4 * height) if is_huge else None
    return _decode_view(view, enough).resized(width, height)


def read_camera_name(view: View) -> str | None:
    """What the photo's file says of the camera and its lens setting; None when it says nothing."""
    if view.path is None or view.frame_s is not None or view.pixels is not None:
        return None
    try:
        with warnings.catch_warnings(), open_image(view.path) as image:
            warnings.simplefilter("ignore")
            return camera_name(image)
    except ImageReadError:
        return None


def _decode_view(view: View, enough: tuple[int, int] | None) -> Decoded:
    """Decode a view; `enough` is its upright width and height that must be reached."""
    if view.frame_s is not None and view.pixels is None and view.path is not None:
        view = replace(view, pixels=_read_frame(view.path, view.frame_s))
    if view.pixels is not None:
        image = Image.fromarray(view.pixels)
        return Decoded(image, (0.0, 0.0, float(image.width), float(image.height)), 1)
    if view.path is None:
        raise ImageReadError(f"{view.name}: the view has neither pixels nor a file")
    try:
        with warnings.catch_warnings(), open_image(view.path) as image:
            warnings.simplefilter("ignore")
            if enough is not None and exif_orientation(image) >= 5:
                enough = (enough[1], enough[0])
            decoded = decode(image, enough)
    except ImageReadError as error:
        raise ImageReadError(f"{view.path}: {error}") from error.__cause__
    return decoded


def _read_frame(path: Path, second: float) -> UInt8[np.ndarray, "H W 3"]:
    from moe3d.io.video import read_frame  # noqa: PLC0415 (cv2 and av are slow to load)

    try:
        return read_frame(path, second)
    except ImageReadError as error:
        raise ImageReadError(f"{path}: {error}") from error.__cause__


def _read_all(
    paths: Sequence[Path], sampling: "VideoSampling | None", progress: Progress
) -> list[View | RefusedFile]:
    """Photos and the frames of videos, in the order of the paths."""
    names = unique_names(paths)
    videos = {n for n, path in enumerate(paths) if path.suffix.lower() in VIDEO_EXTENSIONS}
    photos = [n for n in range(len(paths)) if n not in videos]
    checked = _check_all([paths[n] for n in photos], [names[n] for n in photos], progress)
    found = {n: [item] for n, item in zip(photos, checked, strict=True)}
    for n in sorted(videos):
        photo = live_photo_of(paths[n], paths)
        if photo is None:
            found[n] = _read_frames(paths[n], names[n], len(videos), sampling, progress)
        else:
            reason = f"it is the moving part of {photo.name}; open it by itself to use its frames"
            found[n] = [RefusedFile(paths[n], reason)]
    return _renamed([item for n in range(len(paths)) for item in found[n]])


def _read_frames(
    path: Path, name: str, num_videos: int, sampling: "VideoSampling | None", progress: Progress
) -> list[View | RefusedFile]:
    from moe3d.io.video import read_video  # noqa: PLC0415 (cv2 and av are slow to load)

    try:
        views = read_video(path, sampling, progress, name, num_videos)
        _check_size(views[0].width, views[0].height)
    except ImageReadError as error:
        return [RefusedFile(path, str(error))]
    return list(views)


def _renamed(items: Sequence[View | RefusedFile]) -> list[View | RefusedFile]:
    """With a number for frames that are called as a photo is, or as a frame of another video."""
    is_frame = [isinstance(item, View) and item.frame_s is not None for item in items]
    pairs = list(zip(items, is_frame, strict=True))
    taken = {item.name.casefold() for item, frame in pairs if isinstance(item, View) and not frame}
    return [
        replace(item, name=free_name(item.name, taken))
        if isinstance(item, View) and frame
        else item
        for item, frame in pairs
    ]


def _check_all(
    paths: Sequence[Path], names: Sequence[str], progress: Progress
) -> list[View | RefusedFile]:
    checked: list[View | RefusedFile] = []
    with warnings.catch_warnings(), ThreadPoolExecutor(READERS) as pool:
        warnings.simplefilter("ignore")  # Pillow warns of damaged metadata; the photo is still fine
        try:
            for result in pool.map(_check, paths, names):
                checked.append(result)
                progress.report("check photos", len(checked), len(paths))
        except JobCancelledError:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return checked


def _check(path: Path, name: str) -> View | RefusedFile:
    """Decode a file at its smallest and say what it is."""
    refusal = refusal_by_extension(path)
    if refusal is None and path.exists() and not path.is_file():
        refusal = "it is no regular file"
    if refusal is not None:
        return RefusedFile(path, refusal)
    try:
        with open_image(path) as image:
            orientation = exif_orientation(image)
            width, height = image.size
            _check_size(width, height)
            notes = _notes(image)
            decoded = decode(image, enough=(1, 1))
    except ImageReadError as error:
        return RefusedFile(path, str(error))
    if decoded.orientation >= 5:  # otherwise Pillow has turned it already, size included
        width, height = height, width
    return View(name, width, height, path, orientation, warnings=notes)


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise ImageReadError(
            f"it is {width} x {height} pixels; wanted at least {MIN_SIDE} on each side"
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ImageReadError(
            f"it is {width} x {height} pixels, more than {MAX_ASPECT} times longer than wide: its "
            "short side would vanish at the network's size"
        )


def _notes(image: Image.Image) -> tuple[str, ...]:
    """What is left out of a file with several images; phones' JPEG and HEIC extras do not count."""
    if image.format in ("JPEG", "MPO", "HEIF"):
        return ()
    try:
        frames = getattr(image, "n_frames", 1)
    except (OSError, ValueError, SyntaxError, EOFError):
        return ("Only its first image can be read.",)
    if frames <= 1:
        return ()
    if image.format == "TIFF":
        return (f"It has {frames} pages; only the first is used.",)
    return (f"It is animated ({frames} frames); only the first frame is used.",)


def _without_repeats(paths: Sequence[Path]) -> tuple[list[Path], tuple[RefusedFile, ...]]:
    seen: set[Path] = set()
    kept: list[Path] = []
    repeated: list[RefusedFile] = []
    for path in paths:
        if path.resolve() in seen:
            repeated.append(RefusedFile(path, "it is the same file as another of the list"))
        else:
            seen.add(path.resolve())
            kept.append(path)
    return kept, tuple(repeated)


def _nothing_readable(given: Sequence[Path], refused: Sequence[RefusedFile]) -> str:
    where = str(given[0]) if len(given) == 1 else f"the {len(given)} given paths"
    if len(refused) == 1 and str(refused[0].path) == where:
        return f"{where}: {refused[0].reason}"
    reasons = "; ".join(f"{item.path.name}: {item.reason}" for item in refused[:3])
    more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
    return f"{where}: none of {len(refused)} image files can be read: {reasons}{more}"
