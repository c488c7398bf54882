"""Decode one image file into upright RGB or RGBA pixels.

Memory is kept flat for huge JPEGs by decoding them at a half, quarter or eighth of their size.
"""

import contextlib
import functools
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError

from moe3d.errors import ImageReadError

MAX_PIXELS_JPEG = 1_000_000_000
"""A larger JPEG is refused. A smaller one is decoded at a fraction when that is enough."""
MAX_PIXELS_OTHER = 300_000_000
"""Other formats must be decoded whole: 300 megapixels are 1.2 GB of RGBA."""
DRAFT_ABOVE_PIXELS = 50_000_000
"""JPEGs above this are decoded at a fraction of their size, at least 4 times the wanted one."""

# Pillow's own limit warns at 89 and fails at 179 megapixels; ours are above and are checked here.
Image.MAX_IMAGE_PIXELS = None

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's readers raise on damaged headers and chunks.
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")


@dataclass(frozen=True)
class Decoded:
    """An image as it lies in the file, before its EXIF turn."""

    image: Image.Image
    """Mode RGB or RGBA."""
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
        turn = _TURNS.get(self.orientation)
        return image if turn is None else image.transpose(turn)


@contextlib.contextmanager
def open_image(path: Path) -> Iterator[Image.Image]:
    """Open an image file, header only, and turn every failure inside into one sentence.

    Raises:
        ImageReadError: with the reason alone (the caller names the file).
    """
    register_heic()
    try:
        with path.open("rb") as stream, Image.open(stream) as image:
            _check_pixel_limit(image)
            yield image
    except UnidentifiedImageError as error:
        raise ImageReadError(_what_it_is_instead(path)) from error
    except MemoryError as error:
        raise ImageReadError("it does not fit into memory") from error
    except OSError as error:
        raise ImageReadError(_os_reason(error)) from error
    except _DAMAGE as error:
        raise ImageReadError(f"it is damaged ({_first_line(error)})") from error


def decode(image: Image.Image, enough: tuple[int, int] | None = None) -> Decoded:
    """Decode an opened image in full, or a JPEG at a fraction that is still enough.

    Args:
        image: fresh from `open_image`.
        enough: width and height, of the file's pixels before the turn, that the result must
            reach; None decodes every pixel.
    """
    drafted = None if enough is None else image.draft(image.mode, enough)
    image.load()
    width, height = drafted[1][2:] if drafted else image.size
    return Decoded(_to_rgb(image), (0.0, 0.0, float(width), float(height)), exif_orientation(image))


def exif_orientation(image: Image.Image) -> int:
    """The image's EXIF orientation, 1 to 8; 1 when there is none or it makes no sense."""
    try:
        value = image.getexif().get(0x0112, 1)
    except _DAMAGE:
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
    except _DAMAGE:
        return None
    return " | ".join(named + lens) if any(named) else None


def to_array(image: Image.Image) -> UInt8[np.ndarray, "H W C"]:
    """Pixels as (H, W, 3) or (H, W, 4)."""
    return np.asarray(image)


@functools.cache
def register_heic() -> bool:
    """Teach Pillow HEIC, once; False when pillow-heif is not installed."""
    try:
        import pillow_heif  # noqa: PLC0415 (an extra)
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "RGBA"):
        has_key = image.mode == "RGB" and "transparency" in image.info
        return image.convert("RGBA") if has_key else image
    if image.mode.startswith("I"):  # 16-bit grey, whatever the byte order
        wide = np.asarray(image).astype(np.int32)
        return Image.fromarray(np.clip(wide >> 8, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise ValueError("its samples are floating point; wanted 8 or 16 bit")
    has_alpha = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


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
        return "it is HEIC, which needs pillow-heif: pip install 'moe3d-viewer[heic]'"
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
