"""Colour profiles: answers by the colour formulas themselves, not by the library that converts."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from moe3d.io.photos.color import DAMAGED, matrix_profile, srgb_profile
from moe3d.io.photos.images import read_pixels, read_views, thumbnail

P3_XY = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_XY = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
# IEC 61966-2-1; and SMPTE RP 431-2 and Adobe RGB (1998) as their standards print them.
XYZ_FROM_SRGB = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
XYZ_FROM_P3 = np.array(
    [[0.48657, 0.26567, 0.19822], [0.22897, 0.69174, 0.07929], [0.0, 0.04511, 1.04394]]
)
XYZ_FROM_ADOBE = np.array(
    [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
)
COLOURS = np.array([[90, 120, 60], [200, 180, 170], [30, 30, 30], [128, 100, 140]], np.uint8)


def srgb_of(samples: np.ndarray, xyz_from_rgb: np.ndarray, gamma: float | None) -> np.ndarray:
    """The sRGB samples of colours of another space, by the textbook."""
    share = samples / 255.0
    curve = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light = curve if gamma is None else share**gamma
    linear = np.clip(np.linalg.solve(XYZ_FROM_SRGB, xyz_from_rgb @ light.T).T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return 255 * encoded


def patches(width: int = 20) -> Image.Image:
    """The colours as fields 40 pixels high."""
    return Image.fromarray(np.repeat(np.repeat(COLOURS[None], width, axis=1), 40, axis=0))


def middles(pixels: np.ndarray) -> np.ndarray:
    return pixels[10, 10::20, :3].astype(float)


@pytest.mark.parametrize("extension", ["png", "jpg", "tif", "webp"])
@pytest.mark.parametrize(
    ("profile", "matrix", "gamma"),
    [
        (matrix_profile(P3_XY), XYZ_FROM_P3, None),
        (matrix_profile(ADOBE_XY, 2.2), XYZ_FROM_ADOBE, 2.2),
    ],
    ids=["P3", "Adobe"],
)
def test_colours_become_srgb(tmp_path, extension, profile, matrix, gamma):
    path = tmp_path / f"a.{extension}"
    exact = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}
    patches().save(path, icc_profile=profile, **exact.get(extension, {}))
    (view,) = read_views(path).views
    wanted = srgb_of(COLOURS, matrix, gamma)
    assert np.abs(middles(read_pixels(view)) - wanted).max() < 3
    assert np.abs(wanted - COLOURS).max() > 8, "the test must be able to fail"
    assert np.abs(thumbnail(view, 40)[5, 5] - wanted[0]).max() < 3


def test_a_turned_photo_is_converted_once(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = matrix_profile(P3_XY)
    stored = patches().transpose(Image.Transpose.ROTATE_90)
    stored.save(tmp_path / "a.png", icc_profile=profile, exif=exif)
    (view,) = read_views(tmp_path).views
    assert (view.width, view.height) == (80, 40)
    assert np.abs(middles(read_pixels(view)) - srgb_of(COLOURS, XYZ_FROM_P3, None)).max() < 3


def test_srgb_and_no_profile_are_left_to_the_bit(tmp_path):
    patches().save(tmp_path / "1.png")
    patches().save(tmp_path / "2.png", icc_profile=srgb_profile())
    for view in read_views(tmp_path).views:
        np.testing.assert_array_equal(read_pixels(view), np.asarray(patches()))


def test_transparency_and_grey_survive_their_profiles(tmp_path):
    clear = patches()
    clear.putalpha(200)
    clear.save(tmp_path / "1.png", icc_profile=matrix_profile(P3_XY))
    linear_grey = ImageCms.ImageCmsProfile(io.BytesIO(_grey_profile(gamma=1.0))).tobytes()
    grey = Image.new("L", (40, 40), 55)
    grey.save(tmp_path / "2.png", icc_profile=linear_grey)
    clear, grey = read_views(tmp_path).views
    pixels = read_pixels(clear)
    assert (pixels[..., 3] == 200).all()
    assert np.abs(middles(pixels) - srgb_of(COLOURS, XYZ_FROM_P3, None)).max() < 3
    light = 55 / 255
    wanted = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(read_pixels(grey).astype(float) - wanted).max() < 3


def _grey_profile(gamma: float) -> bytes:
    """The matrix profile's own bytes with one grey curve in place of the three colours."""
    made = bytearray(matrix_profile(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), gamma))
    made[16:20] = b"GRAY"
    at = made.index(b"rTRC")
    made[at : at + 4] = b"kTRC"
    return bytes(made)


def test_a_damaged_profile_is_said_and_the_photo_used(tmp_path):
    patches().save(tmp_path / "1.png", icc_profile=b"no profile at all" * 20)
    patches().save(tmp_path / "2.png", icc_profile=_grey_profile(1.0))  # of another kind of image
    for view in read_views(tmp_path).views:
        assert view.warnings == (DAMAGED,)
        np.testing.assert_array_equal(read_pixels(view), np.asarray(patches()))


def test_adobe_rgb_by_exif_alone(tmp_path):
    """Cameras name the colour space in EXIF ("R03") and embed no profile."""
    exif = Image.Exif()
    exif[0x8769] = {0xA001: 65535, 0xA005: {1: "R03"}}
    patches().save(tmp_path / "a.jpg", exif=exif, quality=100, subsampling=0)
    (view,) = read_views(tmp_path).views
    wanted = srgb_of(COLOURS, XYZ_FROM_ADOBE, 563 / 256)
    assert np.abs(middles(read_pixels(view)) - wanted).max() < 3


def test_the_gamma_of_a_png_counts(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add(b"gAMA", (100_000).to_bytes(4, "big"))  # linear light
    patches().save(tmp_path / "a.png", pnginfo=info)
    (view,) = read_views(tmp_path).views
    wanted = srgb_of(COLOURS, XYZ_FROM_SRGB, 1.0)
    assert np.abs(middles(read_pixels(view)) - wanted).max() < 3


def test_lab_tiff_is_read(tmp_path):
    lab = Image.merge("LAB", [Image.new("L", (30, 30), value) for value in (137, 128, 128)])
    lab.save(tmp_path / "a.tif")
    (view,) = read_views(tmp_path).views
    grey = read_pixels(view)[15, 15].astype(int)
    assert np.abs(grey - 128).max() < 4, "L* 53.7 without colour is sRGB 128"


def test_a_p3_heic_without_a_profile_is_converted(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")  # pi-heif reads, and cannot write
    made = pillow_heif.from_pillow(patches(40).resize((320, 160), Image.Resampling.NEAREST))
    nclx = {"color_primaries": 12, "transfer_characteristics": 13, "matrix_coefficients": 6}
    made.save(tmp_path / "a.heic", quality=100, chroma=444, save_nclx_profile=True, **nclx)
    (view,) = read_views(tmp_path).views
    with Image.open(tmp_path / "a.heic") as image:
        if "nclx_profile" not in image.info:
            pytest.skip("this libheif writes no primaries")
    pixels = read_pixels(view)[80, 40::80, :3].astype(float)
    assert np.abs(pixels - srgb_of(COLOURS, XYZ_FROM_P3, None)).max() < 6
