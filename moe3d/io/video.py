"""The sharpest frame of every second of a video, as photos."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from moe3d.errors import ImageReadError
from moe3d.progress import Progress
from moe3d.scene.records import View, ViewSet

MAX_FRAMES = 200
"""Frames taken from one video; a longer one is sampled more widely."""
MAX_SIDE = 1920
"""Frames are kept in memory, shrunk to this many pixels on the longer side."""
TRIES = 6
"""Frames compared for sharpness in every interval."""


@dataclass(frozen=True)
class _Frame:
    second: float
    sharpness: float
    pixels: UInt8[np.ndarray, "H W 3"]


def read_video(
    path: Path, frames_per_second: float = 1.0, progress: Progress | None = None
) -> ViewSet:
    """Take the sharpest frame of every interval of a video.

    Returns:
        Views in memory, RGB, upright, named after the video and the second.

    Raises:
        ImageReadError: the file is missing or no frame of it can be read.
    """
    if not path.is_file():
        raise ImageReadError(f"{path}: there is no such file; wanted a video")
    capture = cv2.VideoCapture(str(path))
    try:
        best = _sharpest(capture, frames_per_second, progress)
    except cv2.error as error:
        raise ImageReadError(f"{path}: the video is damaged ({error.err})") from error
    finally:
        capture.release()
    if not best:
        raise ImageReadError(f"{path}: no frame can be read; wanted a video (MP4, MOV, AVI, MKV)")
    return ViewSet(tuple(_view(path, frame) for frame in best))


def _sharpest(
    capture: cv2.VideoCapture, frames_per_second: float, progress: Progress | None
) -> list[_Frame]:
    rate = capture.get(cv2.CAP_PROP_FPS)
    rate = rate if 0 < rate < 1000 else 25.0
    count = int(max(capture.get(cv2.CAP_PROP_FRAME_COUNT), 0))
    interval = max(round(rate / frames_per_second), -(-count // MAX_FRAMES), 1)
    best: dict[int, _Frame] = {}
    for number, pixels in _frames(capture, step=max(interval // TRIES, 1)):
        slot = number // interval
        if slot >= MAX_FRAMES:
            break
        if progress is not None:
            progress.report("read video", number, count)
        frame = _Frame(number / rate, _sharpness(pixels), pixels)
        if slot not in best or frame.sharpness > best[slot].sharpness:
            best[slot] = frame
    return [best[slot] for slot in sorted(best)]


def _frames(
    capture: cv2.VideoCapture, step: int
) -> Iterator[tuple[int, UInt8[np.ndarray, "H W 3"]]]:
    """Every step-th frame with its number, RGB, shrunk; the others are skipped undecoded."""
    number = 0
    while capture.grab():
        if number % step == 0:
            decoded, pixels = capture.retrieve()
            if decoded:
                yield number, _shrunk(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
        number += 1


def _shrunk(pixels: UInt8[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "h w 3"]:
    scale = MAX_SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _sharpness(pixels: UInt8[np.ndarray, "H W 3"]) -> float:
    """Variance of the Laplacian at a quarter of a megapixel or so."""
    factor = max(1, max(pixels.shape[:2]) // 640)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[::factor, ::factor]), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _view(path: Path, frame: _Frame) -> View:
    height, width = frame.pixels.shape[:2]
    name = f"{path.stem}_{frame.second:07.2f}s.jpg"
    return View(name, width, height, path, pixels=frame.pixels)
