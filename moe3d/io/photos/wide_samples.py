"""Photos of more than 8 bits a sample: 12 bits in 16, floats, and what Pillow reads by halves."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from jaxtyping import UInt8
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from moe3d.errors import ImageReadError
from moe3d.io.files.outside_files import open_regular
from moe3d.io.photos.color import NOTE

MAX_PIXELS_WIDE = 100_000_000
"""Wide samples are decoded whole, up to 16 bytes a pixel on the way to 4."""
WIDE_WEIGHT = 3
"""How many plain pixels one of these takes while it is decoded."""
MAX_BANDS = 8
CHUNK_ROWS = 512
SHORT_RANGES = (8, 10, 12, 14)
"""Bits that cameras and scanners put into 16 without stretching them."""
HIGHEST_FLOAT = 16.0
"""Floats up to this are 0 to 1 with brighter spots; above it they count to 255 or 65535."""

_WHITE_IS_ZERO = 0
_RGB_AND_GREY = (_WHITE_IS_ZERO, 1, 2)
"""Photometric interpretations: grey two ways, and RGB."""
_SHOT_TAGS = {0x8769: (0x920A, 0xA001, 0xA401, 0xA404, 0xA405, 0xA434), 0xA005: (1,)}
_BITS_PER_SAMPLE, _ORIENTATION, _PROFILE = 258, 274, 34675


def is_wide(image: Image.Image) -> bool:
    """Whether an image that Pillow has opened has more than 8 bits a sample."""
    if image.mode == "F" or image.mode.startswith("I"):
        return True
    if isinstance(image, TiffImageFile):
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
        return max(bits if isinstance(bits, tuple) else (bits,)) > 8
    return image.format == "PNG" and any("16B" in str(tile[3]) for tile in image.tile)  # type: ignore[attr-defined]


def open_wide(path: Path, image: Image.Image | None) -> Image.Image | None:
    """A file of wide samples as 8 bits; None when it is none or Pillow knows it better.

    Args:
        path: of the file.
        image: as Pillow opened it, its header alone; None when Pillow cannot.

    Raises:
        ImageReadError: samples of a range that is no photo's, or too many of them.
    """
    if image is not None:
        _check_size(image.width, image.height)
    if image is None or image.format == "TIFF":
        found = _tiff_samples(path, image)
    else:
        found = _samples_by_opencv(path, image)
    if found is None:
        return None
    pixels, note = to_eight_bits(found.samples)
    made = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    made.format = "TIFF" if image is None else image.format
    made.info |= found.info
    if found.pages > 1:
        note = f"{note} It has {found.pages} pages; only the first is used.".strip()
    if note:
        made.info[NOTE] = note
    return made


def to_eight_bits(samples: np.ndarray) -> tuple[UInt8[np.ndarray, "H W C"], str]:
    """Samples of any kind, (H, W, C), as 8 bits, and a sentence on how where it was a guess.

    Whole numbers fill their type, or the fewest of 8, 10, 12 or 14 bits that hold them all. Floats
    are 0 to 1, to 255 or to 65535; NaN is 0.

    Raises:
        ImageReadError: floats beyond all of these.
    """
    if samples.dtype == np.uint8:
        return samples, ""
    if samples.dtype.kind == "f":
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        top, note = _float_range(float(samples.max(initial=0)))
    else:
        top, note = _whole_range(samples)
    pixels = np.empty(samples.shape, np.uint8)
    for start in range(0, len(samples), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        pixels[rows] = np.clip(np.rint(samples[rows].astype(np.float64) * (255 / top)), 0, 255)
    return pixels, note


def _whole_range(samples: np.ndarray) -> tuple[float, str]:
    full = int(np.iinfo(samples.dtype).max)
    highest = int(samples.max(initial=0))
    bits = next((bits for bits in SHORT_RANGES if highest < 1 << bits), None)
    if bits is None or highest == 0 or samples.dtype.itemsize > 2:
        return float(full), ""
    return float((1 << bits) - 1), f"Its 16-bit samples end at {highest}: read as {bits} bits."


def _float_range(highest: float) -> tuple[float, str]:
    for limit, top in ((HIGHEST_FLOAT, 1.0), (255.0, 255.0), (65535.0, 65535.0)):
        if highest <= limit:
            cut = "; what is brighter is cut" if highest > top else ""
            return top, f"Its samples are floating point: read as 0 to {top:g}{cut}."
    raise ImageReadError(
        f"its floating-point samples reach {highest:.3g}; wanted 0 to 1, 0 to 255 or 0 to 65535"
    )


@dataclass(frozen=True)
class _Samples:
    samples: np.ndarray
    """(H, W, C), C 1, 3 or 4."""
    info: dict[str | tuple[int, int], Any]
    """What Pillow keeps of the file's metadata: colour profile and EXIF."""
    pages: int = 1


def _samples_by_opencv(path: Path, image: Image.Image) -> _Samples | None:
    """16-bit samples of a PNG."""
    image.load()  # OpenCV passes over damage; Pillow does not
    samples = _by_opencv(path)
    if samples is None or samples.dtype != np.uint16:
        return None
    kept = ("icc_profile", "exif", "xmp", "gamma", "srgb", "Software")
    return _Samples(samples, {name: image.info[name] for name in kept if name in image.info})


def _by_opencv(path: Path) -> np.ndarray | None:
    with open_regular(path) as stream:
        data = np.frombuffer(stream.read(), np.uint8)
    samples = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    return None if samples is None else _rgb_order(samples)


def _tiff_samples(path: Path, image: Image.Image | None) -> _Samples | None:
    try:
        with open_regular(path) as stream, tifffile.TiffFile(stream) as opened:
            page = opened.pages.first
            assert isinstance(page, tifffile.TiffPage)
            if image is not None and page.photometric not in _RGB_AND_GREY:
                return None
            _check_size(page.imagewidth, page.imagelength)
            if page.size > MAX_BANDS * MAX_PIXELS_WIDE:
                raise ImageReadError(
                    f"it has {page.shape} samples; wanted 1 to {MAX_BANDS} a pixel"
                )
            whole = opened.series[0]
            if _is_split(whole, page):
                return _Samples(np.asarray(whole.asarray())[..., :3], {}, 1)
            samples = _channels_last(*_page_samples(page, path))
            if samples is None:
                return None
            if page.photometric == _WHITE_IS_ZERO:
                samples = _inverted(samples)
            pages = getattr(image, "n_frames", 1)
            return _Samples(_colours(samples, page), _metadata(page, image), pages)
    except (tifffile.TiffFileError, struct.error):
        return None


def _is_split(whole: tifffile.TiffPageSeries, page: tifffile.TiffPage) -> bool:
    """Whether pages are but the rows of one picture: tifffile writes a plain array so."""
    is_picture = len(whole.shape) == 3 and whole.shape[2] in (3, 4)
    return whole.kind == "shaped" and is_picture and page.shape == whole.shape[1:]


def _metadata(
    page: tifffile.TiffPage, image: Image.Image | None
) -> dict[str | tuple[int, int], Any]:
    exif = Image.Exif() if image is None else image.getexif()
    if image is None:
        exif[_ORIENTATION] = int(page.tags.valueof(_ORIENTATION, 1))
    kept: dict[str | tuple[int, int], Any] = {"exif": _exif_bytes(exif)}
    profile = page.tags.valueof(_PROFILE)
    return kept | ({"icc_profile": profile} if isinstance(profile, bytes) else {})


def _exif_bytes(exif: Image.Exif) -> bytes:
    """The tags that are asked for later: turn, camera, lens; the rest of a TIFF's is its layout."""
    kept = Image.Exif()
    for tag in (_ORIENTATION, 0x010F, 0x0110):
        if tag in exif:
            kept[tag] = exif[tag]
    for folder, tags in _SHOT_TAGS.items():
        values = exif.get_ifd(folder)
        kept.get_ifd(folder).update({tag: values[tag] for tag in tags if tag in values})
    try:
        return kept.tobytes()
    except Exception:  # noqa: BLE001 (odd values in EXIF; the turn is what matters)
        plain = Image.Exif()
        plain[_ORIENTATION] = exif.get(_ORIENTATION, 1)
        return plain.tobytes()


def _page_samples(page: tifffile.TiffPage, path: Path) -> tuple[np.ndarray | None, str]:
    """Samples and the letters of their axes; no samples when only Pillow can decode them."""
    try:
        return np.asarray(page.asarray()), page.axes
    except (ValueError, ImportError):  # a compression that wants a package which is not here
        is_planar = int(page.planarconfig) == 2
        return (None if is_planar else _by_opencv(path)), "YXS"  # OpenCV reads wide planes wrong


def _channels_last(samples: np.ndarray | None, axes: str) -> np.ndarray | None:
    if samples is None or samples.ndim not in (2, 3):
        return None
    if samples.ndim == 2:
        return samples[..., None]
    return np.moveaxis(samples, 0, 2) if axes.startswith("S") else samples


def _colours(samples: np.ndarray, page: tifffile.TiffPage) -> np.ndarray:
    """Grey, RGB or RGBA of the bands that a file has."""
    count = samples.shape[2]
    if count >= 4 and page.extrasamples and int(page.extrasamples[0]) in (1, 2):
        return samples[..., :4]
    return samples[..., :3] if count >= 3 else samples[..., :1]


def _rgb_order(samples: np.ndarray) -> np.ndarray:
    if samples.ndim == 2:
        return samples[..., None]
    order = [2, 1, 0, *range(3, samples.shape[2])]
    return samples[..., order] if samples.shape[2] >= 3 else samples


def _inverted(samples: np.ndarray) -> np.ndarray:
    if samples.dtype.kind == "f":
        return samples.max(initial=0) - samples
    return np.iinfo(samples.dtype).max - samples


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS_WIDE:
        raise ImageReadError(
            f"it is {width} x {height} pixels of more than 8 bits, {width * height / 1e6:,.0f} "
            f"megapixels; the limit for these is {MAX_PIXELS_WIDE / 1e6:,.0f}: scale it down"
        )
