"""Photos from folders, lists and videos, and their pixels.

Every file is decoded once when it is read, so that what is damaged is refused then and not in
the middle of a run.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError
from moe3d.io.photos.color import NOTE
from moe3d.io.photos.companions import Shot, says_mask, sort_files
from moe3d.io.photos.image_decode import (
    DRAFT_ABOVE_PIXELS,
    Decoded,
    camera_name,
    decode,
    exif_orientation,
    open_image,
    to_array,
)
from moe3d.io.photos.image_files import free_name, is_video, refusal_by_extension, unique_names
from moe3d.io.photos.layouts import list_candidates
from moe3d.io.photos.masks import check_mask, looks_like_mask, mask_note, with_mask
from moe3d.io.photos.own_pictures import is_own_picture
from moe3d.io.photos.projection import projection_warning
from moe3d.progress import Progress
from moe3d.scene.records import RefusedFile, View, ViewSet

if TYPE_CHECKING:
    from moe3d.io.videos.video import VideoSampling

MIN_SIDE = 14
"""Pixels; a photo must hold one patch of the network."""
MAX_ASPECT = 100
"""Long side over short side; beyond it nothing of the short side is left for the network."""
READERS = 4
"""Files decoded at the same time."""
MIN_ALPHA = 128
"""Alpha below a half is no part of the scene."""
MIN_OPAQUE = 0.001
"""Share of a photo that must be left by its transparency and its mask."""


def read_views(
    source: Path | str | Sequence[Path | str],
    progress: Progress | None = None,
    sampling: "VideoSampling | None" = None,
) -> ViewSet:
    """Find and check the photos of a scene.

    Args:
        source: a folder, a photo, a video, or a list of them. A folder is sorted as people count;
            a list keeps its order; the frames of a video stand where it stands. Of a data set's
            scene the folder of photos is found.
        progress: told after every file.
        sampling: which frames of a video are taken; None takes the sharpest of every second.

    Returns:
        The photos, with unique names and the masks that lie beside them, every photo or video that
        was refused with its reason, and notes on what was found and left out.

    Raises:
        ImageReadError: nothing is there, or no photo of it can be read.
    """
    given = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    listing = list_candidates(given)
    paths, repeated = _without_repeats(listing.files)
    found = sort_files(paths)
    checked = _read_all(found.shots, sampling, progress or Progress())
    views = _renamed([view for shot in checked for view in shot.views])
    refused = (*(file for shot in checked for file in shot.refused), *found.refused, *repeated)
    if not views:
        raise ImageReadError(_nothing_readable(given, refused))
    return ViewSet(views, refused, (*listing.notes, *mask_note(views)))


def read_view(path: Path, name: str, mask: Path | None = None) -> View:
    """Check one photo file, and the mask that belongs to it.

    Raises:
        ImageReadError: it is no photo that can be used, or its mask leaves nothing of it; with the
            reason alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _check(path, name, mask)


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
    upright = partial(Decoded.resized, width=width, height=height, resample=Image.Resampling.BOX)
    return to_array(with_mask(view, _decoded(view, (width, height), upright)))


def read_resized(view: View, width: int, height: int) -> Image.Image:
    """The upright photo at exactly this size, bicubic, sRGB, mode RGB or RGBA.

    What its mask leaves out is transparent.

    Raises:
        ImageReadError: the file is gone or changed since it was checked.
    """
    is_huge = view.width * view.height > DRAFT_ABOVE_PIXELS
    enough = (4 * width, 4 * height) if is_huge else None
    upright = partial(Decoded.resized, width=width, height=height)
    return with_mask(view, _decoded(view, enough, upright))


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


def _decoded(
    view: View, enough: tuple[int, int] | None, upright: Callable[[Decoded], Image.Image]
) -> Image.Image:
    """Decode a view and make it small while its memory is still counted.

    Args:
        view: to read.
        enough: upright width and height that the decoded photo must reach; None for all.
        upright: makes the result of what was decoded.
    """
    if view.frame_s is not None and view.pixels is None and view.path is not None:
        view = replace(view, pixels=_read_frame(view.path, view.frame_s))
    if view.pixels is not None:
        image = Image.fromarray(view.pixels)
        return upright(Decoded(image, (0.0, 0.0, float(image.width), float(image.height)), 1))
    if view.path is None:
        raise ImageReadError(f"{view.name}: the view has neither pixels nor a file")
    try:
        with warnings.catch_warnings(), open_image(view.path) as image:
            warnings.simplefilter("ignore")
            if enough is not None and exif_orientation(image) >= 5:
                enough = (enough[1], enough[0])
            return upright(decode(image, enough))
    except ImageReadError as error:
        raise ImageReadError(f"{view.path}: {error}") from error.__cause__


def _read_frame(path: Path, second: float) -> UInt8[np.ndarray, "H W 3"]:
    from moe3d.io.videos.video import read_frame  # noqa: PLC0415 (cv2 and av are slow to load)

    try:
        return read_frame(path, second)
    except ImageReadError as error:
        raise ImageReadError(f"{path}: {error}") from error.__cause__


@dataclass(frozen=True)
class _CheckedShot:
    views: tuple[View, ...]
    """Of a photo one, or none; of a video its frames."""
    refused: tuple[RefusedFile, ...]


def _read_all(
    shots: Sequence[Shot], sampling: "VideoSampling | None", progress: Progress
) -> list[_CheckedShot]:
    """Photos and the frames of videos, in the order of the shots."""
    names = unique_names([shot.files[0] for shot in shots])
    videos = [n for n, shot in enumerate(shots) if is_video(shot.files[0])]
    photos = [n for n, shot in enumerate(shots) if not is_video(shot.files[0])]
    checked = _check_all([shots[n] for n in photos], [names[n] for n in photos], progress)
    found = dict(zip(photos, checked, strict=True))
    for n in videos:
        found[n] = _read_frames(shots[n].files[0], names[n], len(videos), sampling, progress)
    return [found[n] for n in range(len(shots))]


def _read_frames(
    path: Path, name: str, num_videos: int, sampling: "VideoSampling | None", progress: Progress
) -> _CheckedShot:
    from moe3d.io.videos.video import read_video  # noqa: PLC0415 (cv2 and av are slow to load)

    try:
        views = read_video(path, sampling, progress, name, num_videos)
        _check_size(views[0].width, views[0].height)
    except ImageReadError as error:
        return _CheckedShot((), (RefusedFile(path, str(error)),))
    return _CheckedShot(views, ())


def _renamed(views: Sequence[View]) -> tuple[View, ...]:
    """With a number for frames that are called as a photo is, or as a frame of another video."""
    taken = {view.name.casefold() for view in views if view.frame_s is None}
    return tuple(
        view if view.frame_s is None else replace(view, name=free_name(view.name, taken))
        for view in views
    )


def _check_all(
    shots: Sequence[Shot], names: Sequence[str], progress: Progress
) -> list[_CheckedShot]:
    checked: list[_CheckedShot] = []
    with warnings.catch_warnings(), ThreadPoolExecutor(READERS) as pool:
        warnings.simplefilter("ignore")  # Pillow warns of damaged metadata; the photo is still fine
        try:
            for result in pool.map(_check_shot, shots, names):
                checked.append(result)
                progress.report("check photos", len(checked), len(shots))
        except JobCancelledError:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return checked


def _check_shot(shot: Shot, name: str) -> _CheckedShot:
    """The first file of a shot that can be read; the others are named."""
    view: View | None = None
    refused: list[RefusedFile] = []
    for path in shot.files:
        if view is not None:
            reason = f"it is the same shot as {view.name}, which is used"
            refused.append(RefusedFile(path, reason))
            continue
        own_name = name if path == shot.files[0] else f"{Path(name).stem}{path.suffix}"
        try:
            view = _check(path, own_name, shot.mask)
        except ImageReadError as error:
            refused.append(RefusedFile(path, str(error)))
    return _CheckedShot((view,) if view is not None else (), tuple(refused))


def _check(path: Path, name: str, mask: Path | None) -> View:
    """Decode a file at its smallest and say what it is.

    Raises:
        ImageReadError: with the reason alone.
    """
    refusal = refusal_by_extension(path)
    if refusal is not None:
        raise ImageReadError(refusal)
    with open_image(path) as image:
        if is_own_picture(path, image):
            raise ImageReadError("it is a picture that this program made, no photo")
        orientation = exif_orientation(image)
        width, height = image.size
        _check_size(width, height)
        notes = _notes(image)
        decoded = decode(image, enough=(1, 1))
        _check_opaque(decoded.image)
        if says_mask(path) and looks_like_mask(decoded.image):
            raise ImageReadError("it is a mask, by its name and look, of no photo beside it")
        if (note := decoded.image.info.get(NOTE)) is not None:
            notes = (*notes, note)
        notes = (*notes, *projection_warning(image, (width, height), decoded.image))
    if decoded.orientation >= 5:  # otherwise Pillow has turned it already, size included
        width, height = height, width
    view = View(name, width, height, path, orientation, warnings=notes)
    return view if mask is None else _with_checked_mask(view, mask)


def _with_checked_mask(view: View, mask: Path) -> View:
    try:
        share = check_mask(replace(view, mask=mask))
    except ImageReadError as error:
        note = f"Its mask {mask.name} is not used: {error}."
        return replace(view, warnings=(*view.warnings, note))
    if share < MIN_OPAQUE:
        raise ImageReadError(f"its mask {mask.name} leaves nothing of it")
    return replace(view, mask=mask)


def _check_opaque(image: Image.Image) -> None:
    if image.mode != "RGBA":
        return
    counts = image.getchannel("A").histogram()
    if sum(counts[MIN_ALPHA:]) < MIN_OPAQUE * sum(counts):
        raise ImageReadError("it is transparent all over; wanted a photo that shows something")


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
    except Exception:  # noqa: BLE001 (damaged chains of images raise anything)
        return ("Only its first image can be read.",)
    if frames <= 1:
        return ()
    if image.format == "TIFF":
        return (f"It has {frames} pages; only the first is used.",)
    return (f"It is animated ({frames} frames); only the first frame is used.",)


def _without_repeats(paths: Sequence[Path]) -> tuple[list[Path], tuple[RefusedFile, ...]]:
    seen: set[str] = set()
    kept: list[Path] = []
    repeated: list[RefusedFile] = []
    for path in paths:
        real = os.path.realpath(path)  # unlike Path.resolve it takes a link to itself as it is
        if real in seen:
            repeated.append(RefusedFile(path, "it is the same file as another of the list"))
        else:
            seen.add(real)
            kept.append(path)
    return kept, tuple(repeated)


def _nothing_readable(given: Sequence[Path], refused: Sequence[RefusedFile]) -> str:
    where = str(given[0]) if len(given) == 1 else f"the {len(given)} given paths"
    if len(refused) == 1 and str(refused[0].path) == where:
        return f"{where}: {refused[0].reason}"
    reasons = "; ".join(f"{item.path.name}: {item.reason}" for item in refused[:3])
    more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
    return f"{where}: none of {len(refused)} image files can be read: {reasons}{more}"
