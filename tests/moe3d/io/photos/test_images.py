"""Reading photos: every accepted kind, every turn, every reason for a refusal."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError
from moe3d.io.photos.images import read_pixels, read_views, thumbnail
from moe3d.progress import Progress
from moe3d.scene.records import View
from tests.heic import learn_to_write_heic


def photo(width: int = 60, height: int = 40) -> Image.Image:
    """Smooth colours with a white top-left corner."""
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    pixels = np.stack([columns * 200 // width, rows * 200 // height, 0 * rows + 60], axis=-1)
    pixels[: height // 4, : width // 4] = 255
    return Image.fromarray(pixels.astype(np.uint8))


def reason(folder: Path, name: str) -> str:
    """Why this file is refused, with one good photo beside it."""
    photo().save(folder / "good.png")
    views = read_views(folder)
    assert views.names == ("good.png",)
    (refused,) = views.refused
    assert refused.path == folder / name
    return refused.reason


def test_a_folder_is_sorted_as_people_count(tmp_path):
    for name in ["photo 10.jpg", "photo 2.jpg", "Photo 1.jpg"]:
        photo().save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a photo")
    (tmp_path / "._photo 1.jpg").write_bytes(b"resource fork")
    views = read_views(str(tmp_path))
    assert views.names == ("Photo 1.jpg", "photo 2.jpg", "photo 10.jpg")
    assert views.refused == ()


def test_a_list_keeps_its_order_and_a_single_photo_works(tmp_path):
    for name in "ab":
        photo().save(tmp_path / f"{name}.png")
    assert read_views([tmp_path / "b.png", tmp_path / "a.png"]).names == ("b.png", "a.png")
    (view,) = read_views(tmp_path / "a.png").views
    assert (view.width, view.height, view.path) == (60, 40, tmp_path / "a.png")


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif", "heic", "bmp", "gif", "avif"])
def test_the_usual_formats_show_the_same_picture(tmp_path, extension):
    if extension == "heic":
        learn_to_write_heic()
    path = tmp_path / f"photo.{extension}"
    photo().save(path, **({"quality": 95} if extension in ("jpg", "webp", "heic", "avif") else {}))
    pixels = read_pixels(read_views(path).views[0])
    assert pixels.shape == (40, 60, 3)
    assert np.abs(pixels.astype(int) - np.asarray(photo())).mean() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
def test_photos_stand_upright_whatever_their_exif_turn(tmp_path, extension, orientation):
    upright = photo()
    stored = upright
    for turn in {  # the turn that EXIF asks the reader to undo
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }.get(orientation, []):
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo.{extension}"
    stored.save(path, exif=exif, quality=95)
    (view,) = read_views(path).views
    assert (view.width, view.height, view.exif_orientation) == (60, 40, orientation)
    assert np.abs(read_pixels(view).astype(int) - np.asarray(upright)).mean() < 6
    small = thumbnail(view, 30).astype(int)
    assert small.shape == (20, 30, 3)
    assert small[:4, :6].mean() > 240
    assert small[-4:].mean() < 200


def test_grey_palette_cmyk_alpha_and_16_bit_are_accepted(tmp_path):
    expected = np.asarray(photo().convert("L")).astype(int)
    photo().convert("L").save(tmp_path / "1 grey.png")
    photo().convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "2 palette.png")
    photo().convert("CMYK").save(tmp_path / "3 cmyk.jpg", quality=95)
    wide = (np.asarray(photo().convert("L")).astype(np.uint16) << 8) + 77
    Image.fromarray(wide).save(tmp_path / "4 wide.tif")
    Image.fromarray(wide).save(tmp_path / "5 wide.png")
    translucent = photo()
    translucent.putalpha(128)
    translucent.save(tmp_path / "6 alpha.png")
    photo().convert("LA").save(tmp_path / "7 grey alpha.png")
    photo().convert("1").save(tmp_path / "8 bits.tif")
    views = read_views(tmp_path)
    assert views.refused == ()
    pixels = [read_pixels(view) for view in views.views]
    assert [array.shape[2] for array in pixels] == [3, 3, 3, 3, 3, 4, 4, 3]
    assert (pixels[5][..., 3] == 128).all()
    for array in pixels[:7]:
        grey = array[..., :3] @ [0.299, 0.587, 0.114]
        assert np.abs(grey - expected).mean() < 6


def test_names_are_unique_even_across_folders(tmp_path):
    paths = []
    for folder in ["left", "right", "deep/right"]:
        (tmp_path / folder).mkdir(parents=True)
        photo().save(tmp_path / folder / "IMG_1.png")
        paths.append(tmp_path / folder / "IMG_1.png")
    names = read_views(paths).names
    assert names == ("IMG_1 (left).png", "IMG_1 (right).png", "IMG_1 (right) (2).png")


def test_the_same_file_twice_is_used_once(tmp_path):
    photo().save(tmp_path / "a.png")
    views = read_views([tmp_path / "a.png", tmp_path, tmp_path / "a.png"])
    assert views.names == ("a.png",)
    assert len(views.refused) == 2


@pytest.mark.parametrize(
    "name", ["two words.jpg", "Straße Überbau.jpg", "café 🏠.png", "日本.webp"]
)
def test_any_file_name_will_do(tmp_path, name):
    folder = tmp_path / "Ordner mit Ümlaut 🌳"
    folder.mkdir()
    photo().save(folder / name)
    (view,) = read_views(folder).views
    assert view.name == name
    assert read_pixels(view, max_side=30).shape == (20, 30, 3)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"")
    assert "0 bytes" in reason(tmp_path, "a.jpg")


def test_text_renamed_to_jpg_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_text("<html>Übersicht: not found</html>" * 30, encoding="utf-8")
    assert "text" in reason(tmp_path, "a.jpg")


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_that_is_cut_short_is_refused(tmp_path, extension, share):
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    path = tmp_path / f"a.{extension}"
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert reason(tmp_path, path.name)


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif", "gif"])
def test_flipped_bytes_never_crash_or_warn(tmp_path, extension):
    good = tmp_path / f"good.{extension}"
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    photo().save(good, **({} if extension == "gif" else {"exif": exif}))
    data = np.frombuffer(good.read_bytes(), np.uint8)
    generator = np.random.default_rng(0)
    for index in range(60):
        bad = data.copy()
        places = generator.integers(0, min(len(bad), 200 + len(bad) // 4), 4)
        bad[places] ^= generator.integers(1, 255, 4).astype(np.uint8)
        (tmp_path / f"bad {index}.{extension}").write_bytes(bad.tobytes())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        views = read_views(tmp_path)
    assert len(views) + len(views.refused) == 61


@pytest.mark.parametrize(("size", "words"), [((1, 1), "at least 14"), ((300, 13), "at least 14")])
def test_tiny_images_are_refused(tmp_path, size, words):
    Image.new("RGB", size).save(tmp_path / "a.png")
    assert words in reason(tmp_path, "a.png")


def test_an_image_that_would_vanish_is_refused(tmp_path):
    Image.new("RGB", (30000, 20)).save(tmp_path / "a.png")
    assert "30000 x 20" in reason(tmp_path, "a.png")


def test_a_decompression_bomb_is_refused_unread(tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "a.png")
    assert "400 megapixels; the limit for PNG is 300" in reason(tmp_path, "a.png")


def test_raw_files_are_named_not_skipped(tmp_path):
    (tmp_path / "a.NEF").write_bytes(b"raw")
    assert "camera raw" in reason(tmp_path, "a.NEF")


def test_heic_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    learn_to_write_heic()
    photo().save(tmp_path / "a.heic")
    monkeypatch.setattr("moe3d.io.photos.image_decode.register_heic", lambda: False)
    monkeypatch.setattr(Image, "ID", [name for name in Image.ID if name not in ("HEIF", "AVIF")])
    assert "pip install pi-heif" in reason(tmp_path, "a.heic")


def test_heic_is_read_by_the_package_without_an_encoder(tmp_path):
    learn_to_write_heic()
    photo().save(tmp_path / "a.heic")
    read_views(tmp_path / "a.heic")
    with Image.open(tmp_path / "a.heic") as image:
        assert type(image).__module__.startswith("pi_heif")


def test_a_pipe_named_like_a_photo_does_not_hang(tmp_path):
    os = pytest.importorskip("os")
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes on this system")
    os.mkfifo(tmp_path / "a.jpg")
    assert "regular file" in reason(tmp_path, "a.jpg")


def test_an_animation_is_used_with_a_note(tmp_path):
    frames = [photo(), photo().transpose(Image.Transpose.ROTATE_180)]
    frames[0].save(tmp_path / "1.gif", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "2.tif", save_all=True, append_images=frames[1:])
    notes = [view.warnings for view in read_views(tmp_path).views]
    assert notes == [
        ("It is animated (2 frames); only the first frame is used.",),
        ("It has 2 pages; only the first is used.",),
    ]


@pytest.mark.parametrize("make", ["missing", "empty", "text only", "all bad"])
def test_without_a_photo_the_message_names_the_folder_and_what_was_found(tmp_path, make):
    folder = tmp_path / "holiday"
    words = "no such file"
    if make != "missing":
        folder.mkdir()
        words = "it is empty"
    if make == "text only":
        (folder / "notes.txt").write_text("x")
        words = "found only notes.txt"
    if make == "all bad":
        (folder / "a.jpg").write_bytes(b"")
        words = "none of 1 image files can be read: a.jpg: it is empty"
    with pytest.raises(ImageReadError, match=words) as caught:
        read_views(folder)
    assert "holiday" in str(caught.value)


def test_photos_one_folder_down_are_opened_without_a_question(tmp_path):
    (tmp_path / "images").mkdir()
    photo().save(tmp_path / "images" / "a.png")
    views = read_views(tmp_path)
    assert views.names == ("a.png",)
    assert views.refused == views.notes == ()


def test_an_empty_list_is_refused():
    with pytest.raises(ImageReadError, match="no photo was given"):
        read_views([])


def test_a_folder_that_may_not_be_listed_is_named(tmp_path, monkeypatch):
    def forbid(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbid)
    with pytest.raises(ImageReadError, match=r"cannot be listed .Permission denied"):
        read_views(tmp_path)


def test_a_photo_deleted_after_the_check_is_named(tmp_path):
    photo().save(tmp_path / "a.png")
    (view,) = read_views(tmp_path).views
    (tmp_path / "a.png").unlink()
    with pytest.raises(ImageReadError, match=r"a\.png: it cannot be read"):
        read_pixels(view)


def test_checking_can_be_cancelled(tmp_path):
    for index in range(20):
        photo().save(tmp_path / f"{index}.png")
    progress = Progress(lambda report: progress.cancel() if report.done == 2 else None)
    with pytest.raises(JobCancelledError):
        read_views(tmp_path, progress)


def test_views_made_in_memory_have_pixels_too():
    view = View("x", 60, 40, pixels=np.asarray(photo()))
    np.testing.assert_array_equal(read_pixels(view), np.asarray(photo()))
    assert thumbnail(view, 15).shape == (10, 15, 3)


def test_a_200_megapixel_jpeg_is_read_at_a_fraction(tmp_path):
    Image.new("L", (20000, 10000), 90).save(tmp_path / "big.jpg", quality=30)
    for copy in range(2):
        shutil.copy(tmp_path / "big.jpg", tmp_path / f"big {copy}.jpg")
    views = read_views(tmp_path)
    assert [(view.width, view.height) for view in views.views] == [(20000, 10000)] * 3
    small = read_pixels(views.views[0], max_side=518)
    assert small.shape == (259, 518, 3)
    assert np.abs(small.astype(int) - 90).max() <= 2
