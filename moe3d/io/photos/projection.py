"""Photos that no pinhole camera took: panoramas and fisheyes. The network expects pinholes."""

import re

import numpy as np
from jaxtyping import UInt8
from PIL import Image

PANORAMA_ASPECT = 2.5
"""Long side over short side; no lens is so wide that it could be one shot."""
WIDE_PANORAMA_PX = 2000
"""A picture exactly twice as wide as high and at least this wide is taken for a full panorama."""
FISHEYE_35MM = 10
"""Focal length on 35 mm film, millimetres, up to which a lens is a fisheye by all likelihood."""
DARK = 16
PROBE_SIDE = 96

_PANORAMA = "It is a panorama ({}): one pinhole camera is expected, so its depth will be wrong."
_FISHEYE = "It is a fisheye photo ({}): straight lines are expected straight; undistort it first."
_MARKED = re.compile(rb"ProjectionType[^a-z]{1,6}(equirectangular|cylindrical|fisheye)", re.I)
_PANORAMA_BY_PHONE = 6  # CustomRendered of EXIF, as phones write it


def projection_warning(
    image: Image.Image, size: tuple[int, int], picture: Image.Image
) -> tuple[str, ...]:
    """One sentence if a photo is no pinhole camera's, by what its file says or how it looks.

    Args:
        image: as opened, with its metadata.
        size: its width and height, pixels.
        picture: the same photo decoded, at any size.
    """
    marked = _marked_projection(image)
    if marked is not None:
        return ((_FISHEYE if marked == "fisheye" else _PANORAMA).format(marked),)
    exif = _shot_tags(image)
    if exif.get(0xA401) == _PANORAMA_BY_PHONE:
        return (_PANORAMA.format("says its EXIF"),)
    width, height = max(size), min(size)
    if abs(width - 2 * height) <= 2 and width >= WIDE_PANORAMA_PX:
        return (_PANORAMA.format("twice as wide as high, as full panoramas are"),)
    if width > PANORAMA_ASPECT * height:
        return (_PANORAMA.format(f"{width / height:.1f} times as wide as high"),)
    lens = str(exif.get(0xA434, ""))
    if re.search(r"fish.?eye", lens, re.IGNORECASE):
        return (_FISHEYE.format(lens.strip(" \0")),)
    focal = exif.get(0xA405)
    if isinstance(focal, int) and 0 < focal <= FISHEYE_35MM:
        return (_FISHEYE.format(f"{focal} mm on 35 mm film"),)
    probe = picture.resize(_probe_size(picture), Image.Resampling.BOX).convert("L")
    return (_FISHEYE.format("a round picture on black"),) if _is_round(np.asarray(probe)) else ()


def _marked_projection(image: Image.Image) -> str | None:
    for name in ("xmp", "XML:com.adobe.xmp"):
        data = image.info.get(name)
        text = data.encode() if isinstance(data, str) else data
        if isinstance(text, bytes) and (found := _MARKED.search(text)):
            return found[1].decode().lower()
    return None


def _shot_tags(image: Image.Image) -> dict[int, object]:
    try:
        return dict(image.getexif().get_ifd(0x8769))
    except Exception:  # noqa: BLE001 (damaged EXIF raises anything; then it says nothing)
        return {}


def _probe_size(picture: Image.Image) -> tuple[int, int]:
    scale = PROBE_SIDE / min(picture.size)
    return max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)


def _is_round(grey: UInt8[np.ndarray, "h w"]) -> bool:
    """Whether all is dark outside the largest circle in the middle, and little inside it."""
    height, width = grey.shape
    rows, columns = np.mgrid[:height, :width]
    radius = np.hypot(rows - (height - 1) / 2, columns - (width - 1) / 2) / (min(grey.shape) / 2)
    dark = grey < DARK
    return bool(dark[radius > 1.1].mean() > 0.99 and dark[radius < 0.85].mean() < 0.25)
