"""The sharpest frame of every interval of a video, as photos."""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from moe3d.errors import ImageReadError, UsageError
from moe3d.io.videos.video_file import VideoFile, VideoFrame, VideoSpan
from moe3d.progress import Progress
from moe3d.scene.records import View

MAX_FRAMES = 200
"""Frames taken by rate, of all videos of a scene together; longer ones are sampled more widely."""
MAX_SIDE = 1920
"""Frames are kept in memory, shrunk to this many pixels on the longer side ..."""
MAX_BYTES = 2**30
"""... or to fewer, so that those of a scene fit into this together."""
JUDGED_SIDE = 640
"""Pixels on the longer side at which sharpness is compared."""


@dataclass(frozen=True)
class VideoSampling:
    """How many frames of a video are taken, each the sharpest of its interval."""

    frames_per_second: float | int = 1.0
    num_frames: int | None = None
    """Frames of each video, over its whole length, whatever their rate."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.frames_per_second) and self.frames_per_second > 0):
            raise UsageError(
                f"frames a second of a video: {self.frames_per_second}; wanted a number above 0"
            )
        if self.num_frames is not None and self.num_frames < 1:
            raise UsageError(f"frames of a video: {self.num_frames}; wanted 1 or more")


@dataclass(frozen=True)
class _Kept:
    """The best frame of an interval so far."""

    rank: tuple[bool, float]
    """Whole before damaged, then sharp before blurred."""
    time: Fraction
    size: tuple[int, int]
    pixels: UInt8[np.ndarray, "H W 3"]


def read_video(
    path: Path,
    sampling: VideoSampling | None = None,
    progress: Progress | None = None,
    name: str = "",
    num_videos: int = 1,
) -> tuple[View, ...]:
    """Take the sharpest frame of every interval of a video.

    Args:
        path: the video.
        sampling: how many frames.
        progress: told often.
        name: what the frames are named after; empty for the file's own name.
        num_videos: how many videos share the limits of a scene.

    Returns:
        Views of the frames' own size as they are shown, named after the second since the first
        frame; their pixels are in memory, shrunk where they would take too much. What is odd about
        the video is a warning of its first view.

    Raises:
        ImageReadError: no frame can be read; with the reason alone.
    """
    sampling, progress = sampling or VideoSampling(), progress or Progress()
    with VideoFile(path) as video:
        span = video.span(progress)
        video.num_damaged = 0
        interval = _interval(span, sampling, max(1, MAX_FRAMES // num_videos))
        share = MAX_BYTES // (num_videos * math.ceil(span.seconds / interval))
        kept = _sharpest(video, span, interval, share, progress)
        num_damaged = video.num_damaged
    if not kept:
        raise ImageReadError(f"no frame can be read: none of {span.num_frames} can be decoded")
    warnings = _warnings(span, kept, interval, sampling, num_damaged)
    names = _names(Path(name or path.name).stem, [frame.time - span.first for frame in kept])
    return tuple(
        View(
            frame_name,
            *frame.size,
            path,
            pixels=frame.pixels,
            frame_s=float(frame.time),
            warnings=() if index else warnings,
        )
        for index, (frame_name, frame) in enumerate(zip(names, kept, strict=True))
    )


def read_frame(path: Path, second: float) -> UInt8[np.ndarray, "H W 3"]:
    """One frame of a video, in full, RGB, upright, in the shape in which it is shown.

    Args:
        path: the video.
        second: `View.frame_s`.

    Raises:
        ImageReadError: the video or the frame is gone; with the reason alone.
    """
    with VideoFile(path) as video:
        return video.frame_at(second).pixels()


def _interval(span: VideoSpan, sampling: VideoSampling, limit: int) -> Fraction:
    if sampling.num_frames is not None:
        return span.seconds / sampling.num_frames
    return max(1 / Fraction(str(sampling.frames_per_second)), span.seconds / limit)


def _sharpest(
    video: VideoFile, span: VideoSpan, interval: Fraction, share: int, progress: Progress
) -> list[_Kept]:
    """The best frame of every interval that has one, in order of time."""
    best: dict[int, _Kept] = {}
    leading: tuple[int, tuple[bool, float], VideoFrame] | None = None
    for number, frame in enumerate(video.frames()):
        progress.report("read video", min(number, span.num_frames), span.num_frames)
        last = math.ceil(span.seconds / interval) - 1
        slot = min(max(int((frame.time - span.first) / interval), 0), last)
        rank = (not frame.decoded.is_corrupt, _sharpness(frame))
        if leading is None or slot != leading[0]:
            _keep(best, leading, share)
            leading = (slot, rank, frame)
        elif rank > leading[1]:
            leading = (slot, rank, frame)
    _keep(best, leading, share)
    return [best[slot] for slot in sorted(best)]


def _keep(
    best: dict[int, _Kept], leading: tuple[int, tuple[bool, float], VideoFrame] | None, share: int
) -> None:
    if leading is None:
        return
    slot, rank, frame = leading
    if slot not in best or rank > best[slot].rank:
        width, height = frame.size
        side = math.isqrt(share * max(width, height) // (3 * min(width, height)))
        pixels = frame.pixels(min(MAX_SIDE, max(side, 1)))
        best[slot] = _Kept(rank, frame.time, (width, height), pixels)


def _sharpness(frame: VideoFrame) -> float:
    """Variance of the Laplacian."""
    return float(cv2.Laplacian(frame.grey(JUDGED_SIDE), cv2.CV_32F).var())


def _names(stem: str, seconds: list[Fraction]) -> list[str]:
    """File names with the times, to as many places as tell them apart."""
    for places in (2, 3, 6, 9):
        names = [f"{stem}_{float(s):0{places + 5}.{places}f}s.jpg" for s in seconds]
        if len(set(names)) == len(names):
            break
    return names


def _warnings(
    span: VideoSpan,
    kept: list[_Kept],
    interval: Fraction,
    sampling: VideoSampling,
    num_damaged: int,
) -> tuple[str, ...]:
    texts = []
    asked = 1 / Fraction(str(sampling.frames_per_second))
    if sampling.num_frames is None and interval > asked:
        texts.append(
            f"The video is long ({float(span.seconds):.0f} s): {len(kept)} frames of it are used, "
            f"one every {float(interval):.1f} s; ask for a number of frames to have more."
        )
    if num_damaged:
        texts.append(f"The video is damaged: {num_damaged} pieces of it could not be read.")
    missing = span.promised_s - float(span.seconds)
    if missing > max(1.0, 0.1 * span.promised_s):
        texts.append(
            f"The video is cut short: it ends after {float(span.seconds):.1f} of "
            f"{span.promised_s:.1f} s."
        )
    return tuple(texts)
