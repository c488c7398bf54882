"""More than 8 bits a sample, and every way in which TIFF lays them out."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.photos.color import matrix_profile
from moe3d.io.photos.images import read_pixels, read_views

HEIGHT, WIDTH = 64, 96
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
PICTURE = np.stack([COLUMNS * 255 // 95, ROWS * 255 // 63, 0 * ROWS + 60], -1).astype(np.uint8)
SIXTEEN = PICTURE.astype(np.uint16) * 257


def read(path):
    (view,) = read_views(path).views
    return view, read_pixels(view).astype(int)


@pytest.mark.parametrize("tile", [None, (32, 32)], ids=["strips", "tiles"])
@pytest.mark.parametrize("planar", [False, True], ids=["pixels", "planes"])
@pytest.mark.parametrize(
    "samples",
    [
        PICTURE,
        SIXTEEN,
        PICTURE / np.float32(255),
        PICTURE / 255.0,
        SIXTEEN.astype(np.uint32) * 65537,
    ],
    ids=["8 bits", "16 bits", "floats", "doubles", "32 bits"],
)
@pytest.mark.parametrize("big", ["<", ">"])
def test_tiff_of_every_layout(tmp_path, samples, planar, tile, big):
    if planar:
        samples = np.ascontiguousarray(samples.transpose(2, 0, 1))
    tifffile.imwrite(
        tmp_path / "a.tif",
        samples,
        photometric="rgb",
        planarconfig="separate" if planar else "contig",
        tile=tile,
        byteorder=big,
    )
    assert np.abs(read(tmp_path / "a.tif")[1] - PICTURE).max() <= 1


@pytest.mark.parametrize("kind", [np.uint16, np.float32, np.float16])
@pytest.mark.parametrize("compression", ["zlib", "lzma", None])
def test_packed_tiff(tmp_path, kind, compression):
    samples = SIXTEEN if kind is np.uint16 else (PICTURE / 255).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb", compression=compression)
    assert np.abs(read(tmp_path / "a.tif")[1] - PICTURE).max() <= 1


def test_lzw_of_16_bits_and_floats(tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "1.tif"), SIXTEEN[..., ::-1])  # LZW with a predictor
    cv2.imwrite(str(tmp_path / "2.tif"), (PICTURE[..., ::-1] / 255).astype(np.float32))
    for view in read_views(tmp_path).views:
        assert np.abs(read_pixels(view).astype(int) - PICTURE).max() <= 1


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("extension", ["tif", "png"])
@pytest.mark.parametrize("is_grey", [False, True])
def test_few_bits_in_sixteen_are_as_bright_as_they_were(tmp_path, bits, extension, is_grey):
    import cv2

    samples = np.round(PICTURE / 255 * (2**bits - 1)).astype(np.uint16)
    wanted = PICTURE.astype(int)
    if is_grey:
        samples, wanted = samples[..., 0], np.repeat(wanted[..., :1], 3, axis=2)
    path = tmp_path / f"a.{extension}"
    if extension == "png":
        cv2.imwrite(str(path), samples if is_grey else samples[..., ::-1])
    else:
        tifffile.imwrite(path, samples, photometric="minisblack" if is_grey else "rgb")
    view, pixels = read(path)
    assert np.abs(pixels - wanted).max() <= 1
    said = f"Its 16-bit samples end at {2**bits - 1}: read as {bits} bits."
    assert view.warnings == ((said,) if bits < 16 else ())


@pytest.mark.parametrize(("top", "gain"), [(1.0, 1), (255.0, 255), (65535.0, 65535)])
def test_floats_of_the_usual_ranges(tmp_path, top, gain):
    tifffile.imwrite(tmp_path / "a.tif", (PICTURE / np.float32(255) * gain), photometric="rgb")
    view, pixels = read(tmp_path / "a.tif")
    assert np.abs(pixels - PICTURE).max() <= 1
    assert view.warnings == (f"Its samples are floating point: read as 0 to {top:g}.",)


def test_floats_with_holes_and_highlights(tmp_path):
    samples = PICTURE / np.float32(255)
    samples[0, 0], samples[0, 1], samples[0, 2] = np.nan, -1, 3
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb")
    view, pixels = read(tmp_path / "a.tif")
    assert pixels[0, :3, 0].tolist() == [0, 0, 255]
    assert "brighter is cut" in view.warnings[0]


def test_floats_that_are_no_photo_say_what_they_are(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", PICTURE * np.float32(1e6), photometric="rgb")
    with pytest.raises(ImageReadError, match=r"reach 2.55e\+08; wanted 0 to 1, 0 to 255"):
        read_views(tmp_path)


def test_floats_without_a_word_of_their_colours(tmp_path):
    """As scikit-image and tifffile write an array when nothing else is said."""
    samples = (PICTURE / 255).astype(np.float32)
    tifffile.imwrite(tmp_path / "1.tif", samples, photometric="minisblack")  # a page a row
    view, pixels = read(tmp_path / "1.tif")
    assert np.abs(pixels - PICTURE).max() <= 1
    assert view.warnings == ("Its samples are floating point: read as 0 to 1.",)


def test_grey_where_white_is_zero(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", 65535 - SIXTEEN[..., 0], photometric="miniswhite")
    _, pixels = read(tmp_path / "a.tif")
    assert np.abs(pixels - PICTURE[..., :1]).max() <= 1


def test_more_bands_than_colours(tmp_path):
    extra = np.full_like(SIXTEEN[..., :1], 65535 // 4)
    clear = np.concatenate([SIXTEEN, extra], axis=2)
    tifffile.imwrite(tmp_path / "1.tif", clear, photometric="rgb", extrasamples=["unassalpha"])
    five = np.concatenate([SIXTEEN, extra, extra], axis=2)
    tifffile.imwrite(tmp_path / "2.tif", five, photometric="rgb", extrasamples=["unspecified"] * 2)
    with_alpha = read_views(tmp_path / "2.tif").views[0]
    assert np.abs(read_pixels(with_alpha).astype(int) - PICTURE).max() <= 1
    # A quarter opaque is no part of a scene by the rule of half, so it is refused by that rule.
    with pytest.raises(ImageReadError, match="transparent all over"):
        read_views(tmp_path / "1.tif")


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_wide_tiff_keeps_its_turn_and_its_colours(tmp_path, kind):
    samples = SIXTEEN if kind is np.uint16 else (PICTURE / 255).astype(np.float32)
    profile = matrix_profile(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)))
    tags = [(274, "H", 1, 8, True), (34675, "B", len(profile), profile, True)]
    tifffile.imwrite(tmp_path / "1.tif", np.rot90(samples, -1), photometric="rgb", extratags=tags)
    Image.fromarray(PICTURE).save(tmp_path / "2.png", icc_profile=profile)
    turned, plain = read_views(tmp_path).views
    assert (turned.width, turned.height) == (WIDTH, HEIGHT)
    difference = np.abs(read_pixels(turned).astype(int) - read_pixels(plain))
    assert difference.max() <= 2


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_wide_tiff_that_is_cut_short_is_refused(tmp_path, kind):
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3))
    tifffile.imwrite(
        tmp_path / "a.tif", noise.astype(kind) * 257, photometric="rgb", rowsperstrip=20
    )
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(ImageReadError, match=r"a\.tif"):
        read_views(tmp_path)


def test_wide_tiff_of_absurd_size_is_refused_unread(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", PICTURE.astype(np.float32), photometric="rgb")
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as opened:
        for name in ("ImageWidth", "ImageLength"):
            at = opened.pages.first.tags[name].valueoffset
            data[at : at + 4] = (60_000).to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(ImageReadError, match="megapixels"):
        read_views(tmp_path)


def test_pages_of_a_wide_tiff_are_counted(tmp_path):
    stack = np.stack([SIXTEEN, SIXTEEN // 2])
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="rgb")
    (view,) = read_views(tmp_path).views
    assert view.warnings == ("It has 2 pages; only the first is used.",)
