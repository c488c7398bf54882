"""Small videos for tests, written frame by frame at chosen times."""

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TURNS = {
    0: (1, 0, 0, 1),
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
}
"""Degrees clockwise that a player turns the picture: a, b, c, d of the track's matrix."""
MIRRORED = (-1, 0, 0, 1)


def write_video(
    path: Path,
    times: Sequence[float | Fraction],
    pictures: Sequence[np.ndarray],
    pixel_shape: Fraction = Fraction(1),
    codec: str = "libx264",
) -> Path:
    """RGB pictures, each shown from its time on; in quality that keeps levels to one or two."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=60)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 6000)
        stream.codec_context.sample_aspect_ratio = pixel_shape
        stream.options = {"crf": "4", "g": "30", "preset": "ultrafast"}
        if codec == "mpeg4":
            stream.codec_context.time_base = Fraction(1, 60)
            stream.codec_context.options = {"qscale": "1"}
        for time, picture in zip(times, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            base = stream.codec_context.time_base
            frame.time_base, frame.pts = base, round(Fraction(time) / base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """A tenth of a second of silence, and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turn_track(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write a matrix into the header of an MP4's only track, as a phone held sideways does."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix is 40 bytes after the version
    assert struct.unpack(">i", data[at : at + 4])[0] == 1 << 16
    a, b, c, d = (value << 16 for value in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def noise(seed: int = 0, width: int = 64, height: int = 48) -> np.ndarray:
    """A sharp picture: grey noise."""
    grey = np.random.default_rng(seed).integers(40, 200, (height, width, 1), np.uint8)
    return np.repeat(grey, 3, axis=2)


def quarters(width: int = 64, height: int = 48) -> np.ndarray:
    """Grey levels 40, 90 above and 140, 200 below, from left to right."""
    levels = np.array([[40, 90], [140, 200]], np.uint8)
    grey = np.repeat(np.repeat(levels, height // 2, axis=0), width // 2, axis=1)
    return np.repeat(grey[..., None], 3, axis=2)


def levels_of(picture: np.ndarray) -> np.ndarray:
    """Mean grey level of each quarter's middle, 2 x 2."""
    height, width = picture.shape[:2]
    rows, columns = [height // 4, 3 * height // 4], [width // 4, 3 * width // 4]
    return np.array([[picture[r - 3 : r + 3, c - 3 : c + 3].mean() for c in columns] for r in rows])
