"""Pictures, one after the other, as a video file."""

from collections.abc import Generator, Iterable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from moe3d.errors import OutputError, UsageError
from moe3d.io.files.atomic import new_file
from moe3d.late_opencv import cv2

VIDEO_CODECS = {".mp4": "mp4v", ".avi": "MJPG"}
"""What is inside a file of this ending: MPEG-4 part 2, or single JPEGs (larger and sharper)."""


def write_video(
    path: Path, frames: Iterable[UInt8[np.ndarray, "H W 3"]], frames_per_second: float | int
) -> Generator[int, None, None]:
    """Write a video step by step: every step asks for one frame and writes it.

    The file appears, over an older one, with the end of the last step. Closing the generator before
    that leaves what was there.

    Args:
        path: ends in .mp4 or .avi.
        frames: RGB, all of one size, even on both sides.
        frames_per_second: above 0.

    Yields:
        How many frames are written.

    Raises:
        OutputError: another ending, a folder that cannot be written, or a file that does not read
            back with every frame.
        UsageError: an odd size.
    """
    codec = VIDEO_CODECS.get(path.suffix.lower())
    if codec is None:
        wanted = " or ".join(VIDEO_CODECS)
        raise OutputError(
            f"{path}: cannot tell the kind of video from {path.suffix or 'a missing ending'!r}; "
            f"wanted {wanted}; choose such a name"
        )
    with new_file(path, overwrite=True) as part:
        video = part.with_name(part.name + path.suffix.lower())  # OpenCV goes by the ending
        try:
            yield from _write(
                path, video, frames, frames_per_second, cv2.VideoWriter.fourcc(*codec)
            )
            video.replace(part)
        finally:
            video.unlink(missing_ok=True)


def _write(
    path: Path,
    video: Path,
    frames: Iterable[UInt8[np.ndarray, "H W 3"]],
    frames_per_second: float | int,
    codec: int,
) -> Generator[int, None, None]:
    writer, written = cv2.VideoWriter(), 0
    try:
        for frame in frames:
            if not written:
                _open(writer, path, video, frame, frames_per_second, codec)
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
            written += 1
            yield written
    finally:
        writer.release()
    found = _count(video)
    if found != written:
        raise OutputError(
            f"{path}: {found} of {written} frames could be read back; nothing was changed; "
            "is the disk full?"
        )


def _open(
    writer: "cv2.VideoWriter",
    path: Path,
    video: Path,
    frame: UInt8[np.ndarray, "H W 3"],
    frames_per_second: float | int,
    codec: int,
) -> None:
    height, width = frame.shape[:2]
    if width % 2 or height % 2:
        raise UsageError(f"a video of {width} x {height} pixels; wanted even width and height")
    if not writer.open(str(video), codec, frames_per_second, (width, height)):
        raise OutputError(
            f"{path}: OpenCV cannot write a video of {width} x {height} pixels here; choose "
            f"another size, or another of {', '.join(VIDEO_CODECS)}"
        )


def _count(video: Path) -> int:
    capture = cv2.VideoCapture(str(video))
    try:
        return int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
    finally:
        capture.release()
