"""The photos as matching sees them: whole, upright, grey, and which of them one camera took."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int, UInt8

from moe3d.io.photos.images import read_camera_name, read_resized
from moe3d.progress import Progress
from moe3d.scene.records import View, ViewSet

LONG_SIDE = 1600
"""Longest side, pixels, at which photos are matched; smaller ones are matched as they are."""
READERS = 2
MIN_ALPHA = 128
SAME_FOCAL = 0.15
"""Photos of one size without a camera's name in them count as one camera's while the logarithms of
their focal lengths spread by less than this."""


@dataclass(frozen=True)
class GreyPhoto:
    """One photo, ready for keypoints."""

    grey: UInt8[np.ndarray, "h w"]
    mask: Bool[np.ndarray, "h w"]
    """False where the photo is transparent."""
    scale: Float64[np.ndarray, "2"]
    """Pixels of this picture per pixel of the upright photo, along x and y."""

    def photo_pixels(self, pixels: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 2"]:
        """Pixels of this picture as pixels of the upright photo."""
        return (pixels + 0.5) / self.scale - 0.5


def read_grey(view: View, long_side: int = LONG_SIDE) -> GreyPhoto:
    """Read one photo at matching size.

    Raises:
        ImageReadError: the file is gone or changed since it was checked.
    """
    factor = min(1.0, long_side / max(view.width, view.height))
    width, height = (max(1, round(factor * side)) for side in (view.width, view.height))
    photo = read_resized(view, width, height)
    mask = np.ones((height, width), bool)
    if photo.mode == "RGBA":
        mask = np.asarray(photo.getchannel("A")) >= MIN_ALPHA
    grey = np.ascontiguousarray(np.asarray(photo.convert("L")))
    return GreyPhoto(grey, mask, np.array([width / view.width, height / view.height]))


def iterate_grey(views: ViewSet, progress: Progress) -> Iterator[GreyPhoto]:
    """The photos one after the other, the next ones read ahead."""
    pool, waiting = ThreadPoolExecutor(READERS), []
    try:
        for index in range(len(views) + READERS):
            if index < len(views):
                waiting.append(pool.submit(read_grey, views.views[index]))
            if index >= READERS or index >= len(views):
                if not waiting:
                    return
                progress.raise_if_cancelled()
                yield waiting.pop(0).result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True)
class CameraGroups:
    """Which photos were taken by one camera with one focal length."""

    number: Int[np.ndarray, " S"]
    """Group of each photo, from 0."""
    is_named: Bool[np.ndarray, " S"]
    """Whether the photo's file names its camera."""


def group_cameras(views: ViewSet, focal_px: Float[np.ndarray, " S"]) -> CameraGroups:
    """Which photos were taken by one camera with one focal length.

    Photos whose files name the same camera, lens setting and size (whichever way it was held) go
    together. Without a name, photos of one size do, and frames of one video, unless the network
    sees clearly different focal lengths in them.

    Args:
        views: the photos.
        focal_px: focal length that the network sees in each, pixels of the upright photo.
    """
    sizes = [tuple(sorted((view.width, view.height))) for view in views.views]
    names = [read_camera_name(view) for view in views.views]
    videos = [None if view.frame_s is None else view.path for view in views.views]
    keys: list[tuple] = list(zip(names, videos, sizes, strict=True))
    logs = np.log(np.maximum(focal_px, 1e-9))
    for unnamed in {key for key in keys if key[0] is None}:
        members = [i for i, key in enumerate(keys) if key == unnamed]
        if np.std(logs[members]) > SAME_FOCAL:
            for index in members:
                keys[index] = (index, unnamed)
    order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    named = np.array([name is not None for name in names])
    return CameraGroups(np.array([order[key] for key in keys]), named)
