"""Colour profiles: every photo becomes sRGB once, when it is decoded.

Without a profile, what else the file says of its colours counts (Adobe RGB by EXIF, PNG's gamma,
HEIF's primaries); a file that says nothing is sRGB.
"""

import functools
import io
import struct

import numpy as np
from jaxtyping import Float64
from PIL import Image, ImageCms

DAMAGED = "Its colour profile is damaged; its colours are taken as sRGB."
NOTE = "moe3d_note"
"""Entry of an image's `info`: what decoding has to say of it."""

_D50 = (0.9642, 1.0, 0.8249)
_D65_XY = (0.3127, 0.3290)
_SRGB_XY = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_ADOBE_XY = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_HEIF_XY = {  # color_primaries of ITU-T H.273
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_USUAL_PNG_GAMMA = 1 / 2.2
_ADOBE_GAMMA = 563 / 256


def to_srgb(image: Image.Image) -> Image.Image:
    """A decoded image of 8-bit samples as sRGB, mode RGB or RGBA; transparency is kept.

    What went wrong with its profile stands in `info[NOTE]` of the result.
    """
    profile = image.info.get("icc_profile") or _unnamed_profile(image)
    image, alpha = _without_alpha(image)
    note = image.info.get(NOTE)
    try:
        colours = _converted(image, profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        colours, note = image.convert("RGB"), DAMAGED
    if alpha is not None:
        colours.putalpha(alpha)
    if note:
        colours.info[NOTE] = note
    return colours


def says_other_colours(image: Image.Image) -> bool:
    """Whether an opened image's colours are not sRGB: its bytes cannot go out as they are."""
    profile = image.info.get("icc_profile") or _unnamed_profile(image)
    if not profile:
        return False
    try:
        return image.mode not in ("RGB", "L") or _transform(profile, image.mode) is not None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return True


@functools.cache
def srgb_profile() -> bytes:
    """An sRGB profile to embed in what is written; the same bytes every time."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + made[36:]  # its date is "now"


def matrix_profile(
    primaries_xy: tuple[tuple[float, float], ...], gamma: float | None = None
) -> bytes:
    """An ICC profile of three primaries and one curve, white D65.

    Args:
        primaries_xy: chromaticities of red, green and blue.
        gamma: exponent from samples to light; None takes sRGB's curve.

    Source: ICC.1:2001-04, sections 6.1 and 6.5.
    """
    columns = _d50_columns(primaries_xy)
    tags = [(b"wtpt", _xyz_tag(_D50))]
    tags += [(name, _xyz_tag(columns[:, i])) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    tags += [(name, _curve_tag(gamma)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">2I", offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = offset + len(body)
    head = struct.pack(">I4xI4s4s4s6H4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ",
                       2000, 1, 1, 0, 0, 0, b"acsp")  # fmt: skip
    head = head.ljust(68, b"\0") + _fixed(_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        made = ImageCms.profileToProfile(image, lab, _srgb(), outputMode="RGB")
        assert made is not None
        return made
    transform = _transform(profile, image.mode) if profile else None
    if transform is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    made = ImageCms.applyTransform(image, transform)
    assert made is not None
    return made


@functools.lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None where it would change nothing that can be seen."""
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        _srgb(),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if mode not in ("RGB", "L"):
        return transform
    probe = _every_colour() if mode == "RGB" else Image.linear_gradient("L")
    after = ImageCms.applyTransform(probe, transform)
    change = np.asarray(after).astype(int) - np.asarray(probe.convert("RGB"))
    return transform if np.abs(change).max() > 1 else None


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))


def _every_colour() -> Image.Image:
    """A lattice over all RGB colours, 17 steps a side."""
    steps = np.linspace(0, 255, 17).round().astype(np.uint8)
    lattice = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    return Image.fromarray(lattice.reshape(17, 289, 3))


def _without_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colours in a mode that profiles know, and the transparency if there is some."""
    bands = () if image.mode == "LAB" else image.getbands()
    if "A" in bands or "a" in bands or "transparency" in image.info:
        whole = image.convert("RGBA")
        colours = image.convert("L") if image.mode in ("LA", "La") else whole.convert("RGB")
        return colours, whole.getchannel("A")
    if image.mode in ("RGB", "L", "CMYK", "LAB"):
        return image, None
    return image.convert("RGB"), None


def _unnamed_profile(image: Image.Image) -> bytes | None:
    """What stands for a profile that a file does not carry but names in another way."""
    if image.mode in ("L", "LA", "CMYK", "LAB"):
        return None
    heif = image.info.get("nclx_profile")
    if isinstance(heif, dict) and heif.get("color_primaries") in _HEIF_XY:
        return matrix_profile(_HEIF_XY[heif["color_primaries"]])
    if image.format in ("JPEG", "MPO", "TIFF") and _is_adobe_rgb(image):
        return matrix_profile(_ADOBE_XY, _ADOBE_GAMMA)
    gamma = image.info.get("gamma")
    if image.format == "PNG" and "srgb" not in image.info and isinstance(gamma, float):
        is_usual = abs(gamma - _USUAL_PNG_GAMMA) < 0.01
        return None if is_usual or not 0.1 < gamma < 2 else matrix_profile(_SRGB_XY, 1 / gamma)
    return None


def _is_adobe_rgb(image: Image.Image) -> bool:
    """By EXIF: cameras that shoot Adobe RGB mark it R03 and embed no profile."""
    try:
        exif = image.getexif()
        marks = (exif.get_ifd(0xA005).get(1), exif.get_ifd(0x8769).get(0xA001))
    except Exception:  # noqa: BLE001 (damaged EXIF raises anything; then it names nothing)
        return False
    return str(marks[0]).strip(" \0") == "R03" or marks[1] == 2


def _d50_columns(primaries_xy: tuple[tuple[float, float], ...]) -> Float64[np.ndarray, "3 3"]:
    """XYZ of red, green and blue as columns, adapted from D65 to D50 by Bradford's matrix."""

    def lift(xy: tuple[float, float]) -> list[float]:
        return [xy[0] / xy[1], 1.0, (1 - xy[0] - xy[1]) / xy[1]]

    columns = np.array([lift(xy) for xy in primaries_xy]).T
    white = np.array(lift(_D65_XY))
    columns = columns * np.linalg.solve(columns, white)
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    cones = np.diag((bradford @ np.array(_D50)) / (bradford @ white))
    return np.linalg.inv(bradford) @ cones @ bradford @ columns


def _fixed(values: tuple[float, ...] | Float64[np.ndarray, " n"]) -> bytes:
    return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)


def _xyz_tag(values: tuple[float, ...] | Float64[np.ndarray, " n"]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _curve_tag(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    samples = np.linspace(0, 1, 1024)
    light = np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)
    steps = (light * 65535).round().astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", len(steps)) + steps.tobytes()
