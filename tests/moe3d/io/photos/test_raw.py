"""Camera raw files: a DNG made by hand, of a flat grey card with a red left half."""

import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.photos.images import read_pixels, read_views, thumbnail

HEIGHT, WIDTH = 120, 200
GREY = 0.18


def write_dng(path, orientation: int = 1) -> None:
    """A 16-bit Bayer mosaic, RGGB, whose camera sees exactly linear sRGB."""
    light = np.full((HEIGHT, WIDTH, 3), GREY)
    light[:, : WIDTH // 2] = [0.5, 0.05, 0.05]
    mosaic = np.empty((HEIGHT, WIDTH))
    mosaic[0::2, 0::2] = light[0::2, 0::2, 0]
    mosaic[0::2, 1::2] = light[0::2, 1::2, 1]
    mosaic[1::2, 0::2] = light[1::2, 0::2, 1]
    mosaic[1::2, 1::2] = light[1::2, 1::2, 2]
    camera_from_xyz = [32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570]
    matrix = [number for value in camera_from_xyz for number in (value, 10000)]
    tags = [
        (274, "H", 1, orientation, True),
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, b"\x00\x01\x01\x02", True),  # CFAPattern: red, green, green, blue
        (50706, "B", 4, b"\x01\x04\x00\x00", True),  # DNGVersion
        (50708, "s", 0, "Test Camera", True),
        (50714, "H", 1, 0, True),  # BlackLevel
        (50717, "H", 1, 65535, True),  # WhiteLevel
        (50721, "2i", 9, matrix, True),  # ColorMatrix1
        (50728, "2I", 3, [1, 1, 1, 1, 1, 1], True),  # AsShotNeutral
        (50778, "H", 1, 21, True),  # CalibrationIlluminant1: D65
    ]
    samples = np.round(mosaic * 65535).astype(np.uint16)
    tifffile.imwrite(path, samples, photometric=32803, extratags=tags, metadata=None)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_raw_file_is_developed_upright(tmp_path, orientation):
    pytest.importorskip("rawpy")
    write_dng(tmp_path / "a.dng", orientation)
    (view,) = read_views(tmp_path).views
    size = (WIDTH, HEIGHT) if orientation == 1 else (HEIGHT, WIDTH)
    assert (view.width, view.height) == size
    pixels = read_pixels(view).astype(int)
    if orientation == 6:  # the file's left is the photo's top
        pixels = pixels.transpose(1, 0, 2)
    red, grey = pixels[60, 50], pixels[60, 150]
    assert np.ptp(grey) <= 6, "grey stays grey"
    assert red[0] > red[1] + 60
    assert red[0] > red[2] + 60
    assert thumbnail(view, 40).shape[:2] == ((24, 40) if orientation == 1 else (40, 24))


def test_a_damaged_raw_file_is_refused(tmp_path):
    pytest.importorskip("rawpy")
    Image.new("RGB", (60, 40), (90, 120, 60)).save(tmp_path / "good.png")
    (tmp_path / "a.cr2").write_bytes(b"II*\0 and nothing more")
    write_dng(tmp_path / "b.dng")
    (tmp_path / "b.dng").write_bytes((tmp_path / "b.dng").read_bytes()[:400])
    views = read_views(tmp_path)
    assert views.names == ("good.png",)
    assert [file.path.name for file in views.refused] == ["a.cr2", "b.dng"]
    assert all("camera raw" in file.reason for file in views.refused)


def test_without_rawpy_the_reason_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    write_dng(tmp_path / "a.dng")
    with pytest.raises(ImageReadError, match=r"pip install 'moe3d-viewer\[raw\]'"):
        read_views(tmp_path)
