"""Decode one image file into upright sRGB pixels, RGB or RGBA.

Memory is kept flat: huge JPEGs are decoded at a half, quarter or eighth of their size, and few
huge photos at a time. Decoders raise anything on damaged files; all of it ends here.
"""

import contextlib
import functools
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError

from moe3d.errors import ImageReadError, MoE3DError
from moe3d.io.files.outside_files import open_regular
from moe3d.io.photos.color import to_srgb
from moe3d.io.photos.image_files import RAW_EXTENSIONS
from moe3d.io.photos.pixel_budget import DECODING
from moe3d.io.photos.raw import develop
from moe3d.io.photos.wide_samples import WIDE_WEIGHT, is_wide, open_wide

logger = logging.getLogger(__name__)

MAX_PIXELS_JPEG = 1_000_000_000
"""A larger JPEG is refused. A smaller one is decoded at a fraction when that is enough."""
MAX_PIXELS_OTHER = 300_000_000
"""Other formats must be decoded whole: 300 megapixels are 1.2 GB of RGBA."""
DRAFT_ABOVE_PIXELS = 50_000_000
"""JPEGs above this are decoded at a fraction of their size, at least 4 times the wanted one."""

# Pillow's own limit warns at 89 and fails at 179 megapixels; ours are above and are checked here.
Image.MAX_IMAGE_PIXELS = None
# glibc gives blocks beyond 32 MiB back at once; smaller ones of huge photos stay with the thread.
Image.core.set_block_size(64 * 2**20)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")


@dataclass(frozen=True)
class Decoded:
    """An image as it lies in the file, before its EXIF turn."""

    image: Image.Image
    """sRGB, mode RGB or RGBA."""
    box: tuple[float, float, float, float]
    """The part of `image` that the photo covers; ends inside the last pixel of a fraction."""
    orientation: int
    """The turn still to be made, EXIF 1 to 8."""

    def resized(
        self, width: int, height: int, resample: Image.Resampling = Image.Resampling.BICUBIC
    ) -> Image.Image:
        """The upright photo at a size in pixels; shrinking averages."""
        size = (height, width) if self.orientation >= 5 else (width, height)
        whole = (0, 0, *self.image.size)
        image = self.image
        if size != image.size or self.box != whole:
            image = image.resize(size, resample, box=self.box)
        return turned(image, self.orientation)


@contextlib.contextmanager
def open_image(path: Path) -> Iterator[Image.Image]:
    """Open an image file, header only, and turn every failure inside into one sentence.

    Raw files and those of more than 8 bits a sample are decoded at once. Nothing is opened that is
    no regular file. Waits while other photos fill the memory that decoding may take, so no second
    one may be opened inside.

    Raises:
        ImageReadError: with the reason alone (the caller names the file).
    """
    register_heic()
    with contextlib.ExitStack() as stack:
        with _foreign_errors(path):
            image = _opened(path, stack)
        try:
            yield image
        except MemoryError as error:
            raise ImageReadError("it does not fit into memory") from error
        except OSError as error:
            raise ImageReadError(_os_reason(error)) from error


@contextlib.contextmanager
def _foreign_errors(path: Path | None = None) -> Iterator[None]:
    """Turn what decoders raise, which may be anything, into an ImageReadError with a reason."""
    try:
        yield
    except MoE3DError:
        raise
    except UnidentifiedImageError as error:
        reason = "it is damaged" if path is None else _what_it_is_instead(path)
        raise ImageReadError(reason) from error
    except MemoryError as error:
        raise ImageReadError("it does not fit into memory") from error
    except OSError as error:
        raise ImageReadError(_os_reason(error)) from error
    except Exception as error:
        logger.debug("%s cannot be decoded", path, exc_info=True)
        raise ImageReadError(f"it is damaged ({_first_line(error)})") from error


def _opened(path: Path, stack: contextlib.ExitStack) -> Image.Image:
    if path.suffix.lower() in RAW_EXTENSIONS:
        return develop(path)
    stream = stack.enter_context(open_regular(path))
    try:
        image = stack.enter_context(Image.open(stream))
    except UnidentifiedImageError:
        stack.enter_context(DECODING.hold(path.stat().st_size))  # its pixels are fewer
        wide = open_wide(path, None)
        if wide is None:
            raise
        return wide
    _check_pixel_limit(image)
    weight = WIDE_WEIGHT if is_wide(image) else 1
    stack.enter_context(DECODING.hold(weight * image.width * image.height))
    return (open_wide(path, image) if weight > 1 else None) or image


def decode(image: Image.Image, enough: tuple[int, int] | None = None) -> Decoded:
    """Decode an opened image in full, or a JPEG at a fraction that is still enough.

    Args:
        image: fresh from `open_image`.
        enough: width and height, of the file's pixels before the turn, that the result must
            reach; None decodes every pixel.

    Raises:
        ImageReadError: it is damaged, or too large for the memory; with the reason alone.
    """
    with _foreign_errors():
        drafted = None if enough is None else image.draft(image.mode, enough)
        image.load()
        width, height = drafted[1][2:] if drafted else image.size
        box = (0.0, 0.0, float(width), float(height))
        return Decoded(to_srgb(image), box, exif_orientation(image))


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """An image as it lies in a file, upright by its EXIF orientation, 1 to 8."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def exif_orientation(image: Image.Image) -> int:
    """The image's EXIF orientation, 1 to 8; 1 when there is none or it makes no sense."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 (damaged EXIF raises anything; then it says nothing)
        return 1
    return value if value in _TURNS else 1


def camera_name(image: Image.Image) -> str | None:
    """Make, model and lens setting by EXIF, as a name to compare; None when no camera is named."""
    try:
        exif = image.getexif()
        shot = exif.get_ifd(0x8769)
        named = [str(exif.get(tag, "")).strip(" \0") for tag in (0x010F, 0x0110)]
        # focal length, the same for 35 mm film, digital zoom
        lens = [str(shot.get(tag, "")) for tag in (0x920A, 0xA405, 0xA404)]
    except Exception:  # noqa: BLE001 (as above)
        return None
    return " | ".join(named + lens) if any(named) else None


def to_array(image: Image.Image) -> UInt8[np.ndarray, "H W C"]:
    """Pixels as (H, W, 3) or (H, W, 4)."""
    return np.asarray(image)


@functools.cache
def register_heic() -> bool:
    """Teach Pillow HEIC, once; False when pi-heif is not installed."""
    try:
        import pi_heif  # noqa: PLC0415 (not on every system)
    except ImportError:
        return False
    pi_heif.register_heif_opener()
    return True


def _check_pixel_limit(image: Image.Image) -> None:
    limit = MAX_PIXELS_JPEG if image.format in ("JPEG", "MPO") else MAX_PIXELS_OTHER
    if image.width * image.height > limit:
        raise ImageReadError(
            f"it is {image.width} x {image.height} pixels, {image.width * image.height / 1e6:,.0f} "
            f"megapixels; the limit for {image.format} is {limit / 1e6:,.0f}: scale it down"
        )


def _what_it_is_instead(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(512)
    if not head:
        return "it is empty (0 bytes)"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        if register_heic():
            return "it is a damaged HEIC file"
        return "it is HEIC, which needs pi-heif: pip install pi-heif"
    if not any(head):
        return "it holds only zeros; the copy may have failed"
    if _is_text(head):
        return "it holds text, not an image"
    return "it is no image that can be read, or its beginning is damaged"


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore")
    readable = sum(letter.isprintable() or letter.isspace() for letter in text)
    return b"\0" not in head and readable > 0.95 * len(text) and len(text) > 0.9 * len(head)


def _os_reason(error: OSError) -> str:
    if error.errno is not None and error.strerror:
        return f"it cannot be read ({error.strerror})"
    if "truncated" in str(error) or "not processed" in str(error):
        return "it is cut short: the end of the file is missing"
    return f"it is damaged ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120] or type(error).__name__
