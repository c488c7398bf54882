"""A video file as frames at their own times, upright and in the shape in which they are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.error import DecoderNotFoundError, FFmpegError, PatchWelcomeError
from av.stream import Disposition
from av.video.reformatter import Colorspace, Interpolation
from jaxtyping import UInt8

from moe3d.errors import ImageReadError
from moe3d.io.files.outside_files import open_regular
from moe3d.io.videos.hdr import HLG, PQ, srgb_from_hdr
from moe3d.progress import Progress

WANTED = "a video (MP4, MOV, MKV, WebM, AVI)"
MAX_PIXELS = 150_000_000
"""Of a frame; 16K video has 133 million."""
# Only files of pictures and sound: no playlists, which name other files or places in the network.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,asf,flv,ogg",
}
_SMOOTH = Interpolation.AREA
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_HD_HEIGHT = 720
"""Video of this height that does not name its colours has those of BT.709, as players take it."""
_UNSPECIFIED = 2
_WIDEST_PIXEL = 10
"""A pixel whose sides differ more is a mistake in the file, and its shape is not believed."""
_SAME_TIME = Fraction(1, 100_000)
_STEP_BACK_S = 10


@dataclass(frozen=True)
class VideoSpan:
    """Which times a video covers, seconds of its own clock."""

    first: Fraction
    end: Fraction
    """When the last frame ends."""
    num_frames: int
    promised_s: float
    """How long it says it is; 0 where it does not."""

    @property
    def seconds(self) -> Fraction:
        """From the first frame to the end of the last; above 0."""
        return max(self.end - self.first, Fraction(1, 1000))


@dataclass(frozen=True)
class VideoFrame:
    """One decoded picture."""

    time: Fraction
    """When it is shown, seconds of the video's own clock."""
    decoded: av.VideoFrame
    pixel_shape: Fraction
    """Width over height of a pixel."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as it is shown: upright, pixels square."""
        width, height = self._unturned
        return (height, width) if self._turn[0] else (width, height)

    def pixels(self, max_side: int | None = None) -> UInt8[np.ndarray, "H W 3"]:
        """sRGB as it is shown, its longer side shrunk to `max_side` pixels."""
        width, height = self._unturned
        scale = 1.0 if max_side is None else min(1.0, max_side / max(width, height))
        frame = self.decoded
        is_hdr = frame.color_trc in (PQ, HLG)
        source = None
        if frame.colorspace == _UNSPECIFIED and frame.height >= _HD_HEIGHT:
            source = Colorspace.ITU709
        array = frame.reformat(
            width=max(1, round(width * scale)),
            height=max(1, round(height * scale)),
            format="rgb48le" if is_hdr else "rgb24",
            src_colorspace=source,
            interpolation=_SMOOTH if scale < 1 else _EXACT,
        ).to_ndarray()
        if is_hdr:
            array = srgb_from_hdr(array, frame.color_trc, frame.color_primaries)
        is_transposed, flip_x, flip_y = self._turn
        turned = array.transpose(1, 0, 2) if is_transposed else array
        return np.ascontiguousarray(turned[:: -1 if flip_y else 1, :: -1 if flip_x else 1])

    def grey(self, max_side: int) -> UInt8[np.ndarray, "H W"]:
        """Brightness, not turned, shrunk; quick."""
        scale = min(1.0, max_side / max(self.decoded.width, self.decoded.height))
        return self.decoded.reformat(
            width=max(1, round(self.decoded.width * scale)),
            height=max(1, round(self.decoded.height * scale)),
            format="gray",
            interpolation=_SMOOTH,
        ).to_ndarray()

    @property
    def _unturned(self) -> tuple[int, int]:
        """Width and height with square pixels; no side shrinks."""
        width, height = self.decoded.width, self.decoded.height
        if self.pixel_shape >= 1:
            return round(width * self.pixel_shape), height
        return width, round(height / self.pixel_shape)

    @property
    def _turn(self) -> tuple[bool, bool, bool]:
        """Whether x and y change places, and then which of them is mirrored."""
        data = self.decoded.side_data.get("DISPLAYMATRIX")
        if data is None or len(bytes(data)) < 36:
            return False, False, False
        a, b, _, c, d = np.frombuffer(bytes(data), "<i4", 5).tolist()
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return False, a < 0, d < 0
        return True, c < 0, b < 0


class VideoFile:
    """An open video; for `with`.

    Raises:
        ImageReadError: it is no video that can be read, with the reason alone (the caller names
            the file).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.num_damaged = 0
        """Pieces that could not be decoded so far."""
        _require_file(path)
        self._open()

    def __enter__(self) -> "VideoFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def span(self, progress: Progress) -> VideoSpan:
        """Read through the file without decoding it.

        Raises:
            ImageReadError: it holds no frame.
        """
        first: Fraction | None = None
        end, count = Fraction(0), 0
        base = self._stream.time_base or Fraction(1, 1000)
        usual = 1 / Fraction(self._stream.average_rate or 25)
        for packet in self._packets():
            time = packet.pts if packet.pts is not None else packet.dts
            if time is None or packet.is_discard:
                continue
            count += 1
            if count % 100 == 0:
                progress.report("look through video", count, max(self._stream.frames, count))
            start = time * base
            first = start if first is None else min(first, start)
            end = max(end, start + (packet.duration * base if packet.duration else usual))
        if first is None:
            raise ImageReadError(_no_frame("it holds none"))
        return VideoSpan(first, end, count, self._promised_s())

    def frames(self) -> Iterator[VideoFrame]:
        """Every frame that can be decoded, in the order in which they are shown."""
        self._restart()
        yield from self._decode()

    def frame_at(self, second: float) -> VideoFrame:
        """The frame that is shown from this time on, to a hundred-thousandth of a second.

        Raises:
            ImageReadError: there is no such frame any more.
        """
        wanted = Fraction(second)
        for back in (0, _STEP_BACK_S, None):  # a frame may rest on those before the last key frame
            frame = self._seek(wanted, back)
            if frame is not None:
                return frame
        raise ImageReadError(f"it has no frame at {second:.3f} s any more; was it changed?")

    def _seek(self, wanted: Fraction, back: int | None) -> VideoFrame | None:
        self._restart()
        if back is not None:
            base = self._stream.time_base or Fraction(1, 1000)
            try:
                self._container.seek(max(0, int((wanted - back) / base)), stream=self._stream)
            except (FFmpegError, ValueError, OverflowError):
                return None
        for frame in self._decode():
            if abs(frame.time - wanted) <= _SAME_TIME:
                return frame
            if frame.time > wanted:
                return None
        return None

    def _open(self) -> None:
        with _reasons(self._path):
            # With its protocol, so that no name is taken for one.
            self._container = av.open(
                f"file:{self._path}", options=_OPTIONS, metadata_errors="replace"
            )
        with _reasons(self._path):
            self._stream = self._choose_stream()
            if self._stream.codec_context is None:  # what a damaged head names is no codec
                self._container.close()
                raise ImageReadError(_no_frame("its pictures are of no known kind"))
            self._stream.thread_type = "AUTO"
            self._stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        width, height = self._stream.width, self._stream.height
        if width * height > MAX_PIXELS:
            self._container.close()
            raise ImageReadError(
                f"its frames are {width} x {height} pixels; the limit is "
                f"{MAX_PIXELS / 1e6:,.0f} megapixels: scale it down"
            )

    def _choose_stream(self) -> av.VideoStream:
        streams = [
            s for s in self._container.streams.video if not s.disposition & Disposition.attached_pic
        ]
        if not streams:
            sound = "sound but no pictures" if self._container.streams.audio else "no pictures"
            self._container.close()
            raise ImageReadError(_no_frame(f"it holds {sound}"))
        best = self._container.streams.best("video")
        return best if best in streams else streams[0]  # type: ignore[return-value]

    def _restart(self) -> None:
        self._container.close()
        self._open()

    def _promised_s(self) -> float:
        stream = self._stream
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        return (self._container.duration or 0) / 1e6

    def _packets(self) -> Iterator[av.Packet]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (FFmpegError, OSError, ValueError):
                self.num_damaged += 1
                return
            if packet is None:
                return
            yield packet

    def _decode(self) -> Iterator[VideoFrame]:
        stream = self._stream
        shape = stream.sample_aspect_ratio or Fraction(1)
        if not Fraction(1, _WIDEST_PIXEL) <= shape <= _WIDEST_PIXEL:
            shape = Fraction(1)
        step, time = 1 / Fraction(stream.average_rate or 25), Fraction(0)
        for packet in self._packets():
            try:
                frames = packet.decode()
            except (FFmpegError, ValueError, MemoryError):
                self.num_damaged += 1
                continue
            for frame in frames:
                if not isinstance(frame, av.VideoFrame):
                    continue
                self.num_damaged += bool(frame.is_corrupt)
                stamp = frame.pts if frame.pts is not None else frame.dts
                base = frame.time_base or stream.time_base
                time = time + step if stamp is None or base is None else stamp * base
                yield VideoFrame(time, frame, shape)


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Turn what FFmpeg throws into one sentence."""
    try:
        yield
    except (DecoderNotFoundError, PatchWelcomeError) as error:
        raise ImageReadError(
            _no_frame("its pictures are coded in a way that is not known here; convert it to H.264")
        ) from error
    except (PermissionError, FileNotFoundError) as error:
        raise ImageReadError(_no_frame(f"it cannot be opened ({error.strerror})")) from error
    except (FFmpegError, OSError, ValueError, MemoryError) as error:
        raise ImageReadError(_no_frame(_what_it_is_instead(path, error))) from error


def _what_it_is_instead(path: Path, error: Exception) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as failure:
        return f"it cannot be opened ({failure.strerror})"
    if not head:
        return "it is empty (0 bytes)"
    if not any(head):
        return "it holds only zeros; the copy may have failed"
    if head[4:8] in (b"ftyp", b"moov", b"mdat"):
        return "it is damaged or cut short: the table of its frames is missing"
    reason = str(getattr(error, "strerror", None) or error).splitlines()[0]
    return f"it is damaged, or no video ({reason})"


def _no_frame(reason: str) -> str:
    return f"no frame can be read: {reason}; wanted {WANTED}"


def _require_file(path: Path) -> None:
    """FFmpeg would wait for the writer of a pipe."""
    try:
        open_regular(path).close()
    except FileNotFoundError as error:
        raise ImageReadError(f"there is no such file; wanted {WANTED}") from error
    except OSError as error:
        raise ImageReadError(f"it cannot be read ({error.strerror}); wanted {WANTED}") from error
