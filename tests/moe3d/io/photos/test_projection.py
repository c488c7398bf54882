"""Photos that no pinhole took are used, with a warning."""

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from moe3d.io.photos.images import read_views


def picture(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(40, 220, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def warning(path) -> str:
    (view,) = read_views(path).views
    return " ".join(view.warnings)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((3000, 1000), "panorama (3.0 times as wide"),
        ((1000, 3000), "panorama (3.0 times as wide"),
        ((2048, 1024), "panorama (twice as wide as high"),
        ((512, 256), ""),  # a small one is a crop as likely
        ((1600, 900), ""),
        ((2390, 1000), ""),  # cinema
    ],
)
def test_panoramas_by_shape(tmp_path, size, words):
    picture(*size).save(tmp_path / "a.jpg")
    found = warning(tmp_path)
    assert words in found
    assert bool(found) == bool(words)


def test_panoramas_by_what_the_file_says(tmp_path):
    xmp = b"<x GPano:ProjectionType='equirectangular'/>"
    picture(90, 60).save(tmp_path / "1.jpg", xmp=xmp)
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "<GPano:ProjectionType>cylindrical</GPano:ProjectionType>")
    picture(90, 60).save(tmp_path / "2.png", pnginfo=info)
    exif = Image.Exif()
    exif[0x8769] = {0xA401: 6}
    picture(90, 60).save(tmp_path / "3.jpg", exif=exif)
    for view, word in zip(
        read_views(tmp_path).views, ["equirectangular", "cylindrical", "EXIF"], strict=True
    ):
        assert "panorama" in view.warnings[0]
        assert word in view.warnings[0]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({0xA434: "EF8-15mm f/4L FISHEYE USM"}, "FISHEYE USM"),
        ({0xA405: 8}, "8 mm on 35 mm film"),
        ({0xA405: 14}, ""),
        ({0xA434: "RF14-35mm F4 L IS USM", 0xA405: 24}, ""),
    ],
)
def test_fisheyes_by_their_lens(tmp_path, tags, words):
    exif = Image.Exif()
    exif[0x8769] = tags
    picture(90, 60).save(tmp_path / "a.jpg", exif=exif)
    assert words in warning(tmp_path)
    assert ("fisheye" in warning(tmp_path)) == bool(words)


@pytest.mark.parametrize(("width", "height"), [(300, 200), (200, 200), (200, 300)])
def test_a_round_picture_on_black_is_a_fisheye(tmp_path, width, height):
    rows, columns = np.mgrid[:height, :width]
    radius = np.hypot(rows - height / 2, columns - width / 2)
    pixels = np.asarray(picture(width, height)) * (radius < 100)[..., None]
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "a.png")
    assert "a round picture on black" in warning(tmp_path)


def test_dark_corners_alone_are_no_fisheye(tmp_path):
    thing = np.zeros((200, 300, 3), np.uint8)
    thing[60:140, 90:210] = 180  # an object on black
    Image.fromarray(thing).save(tmp_path / "1.png")
    wide = np.asarray(picture(300, 200)).copy()
    wide[:40] = wide[160:] = 0  # cinema bars
    Image.fromarray(wide).save(tmp_path / "2.png")
    Image.new("RGB", (300, 200)).save(tmp_path / "3.png")  # night
    assert [view.warnings for view in read_views(tmp_path).views] == [(), (), ()]
