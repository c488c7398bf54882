"""Masks, pairs and maps that lie beside photos."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.inference.preprocess import prepare_views
from moe3d.io.photos.images import read_pixels, read_views
from moe3d.multiview.photos import read_grey
from tests.heic import learn_to_write_heic

WIDTH, HEIGHT = 60, 40


def photo(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT), **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(1).integers(60, 200, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(path, **options)
    return path


def mask(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT), bright: int = 255) -> Path:
    """White in the left half, black in the right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.zeros((size[1], size[0]), np.uint8)
    values[:, : size[0] // 2] = bright
    Image.fromarray(values).save(path)
    return path


LEFT = np.arange(WIDTH) < WIDTH // 2


@pytest.mark.parametrize(
    ("photo_name", "mask_name"),
    [
        ("images/1.jpg", "masks/1.png"),
        ("images/1.jpg", "masks/1.jpg.png"),  # COLMAP
        ("images/a/1.jpg", "masks/a/1.jpg.png"),  # COLMAP, rigs
        ("images/1.jpg", "mask/1_mask.png"),
        ("image/000001.png", "mask/001.png"),  # NeuS
        ("images/1.jpg", "images_mask/1.png"),
        ("1.jpg", "masks/1.png"),
        ("1.jpg", "1_mask.png"),  # OpenDroneMap
        ("1.jpg", "1.mask.png"),
        ("1.jpg", "1.jpg.mask.png"),
        ("1.jpg", "mask_1.png"),
        ("1.jpg", "1.jpg.png"),
        ("IMG_1.JPG", "IMG_1_MASK.PNG"),
    ],
)
def test_a_mask_beside_its_photo_leaves_out_what_is_black(tmp_path, photo_name, mask_name):
    photo(tmp_path / photo_name)
    mask(tmp_path / mask_name)
    views = read_views(tmp_path)
    (view,) = views.views
    assert view.path == tmp_path / photo_name
    assert view.mask == tmp_path / mask_name
    assert views.refused == ()
    assert "1 of 1 photos have masks" in views.notes[0]
    alpha = read_pixels(view)[..., 3]
    assert (alpha[:, LEFT] == 255).all()
    assert (alpha[:, ~LEFT] == 0).all()


def test_what_a_mask_leaves_out_is_invalid_for_the_network_and_for_matching(tmp_path):
    photo(tmp_path / "1.png", (140, 70))
    mask(tmp_path / "masks/1.png", (140, 70))
    views = read_views(tmp_path)
    valid = prepare_views(views, long_side=140).valid_mask[0]
    assert valid[:, :69].all()
    assert not valid[:, 71:].any()
    assert read_grey(views.views[0]).mask[:, :69].all()
    assert not read_grey(views.views[0]).mask[:, 71:].any()


def test_masks_of_another_size_and_of_ones_and_of_transparency_count(tmp_path):
    for name in "123":
        photo(tmp_path / f"{name}.jpg")
    mask(tmp_path / "masks/1.png", (WIDTH // 2, HEIGHT // 2))
    mask(tmp_path / "masks/2.png", bright=1)
    drawn = Image.new("RGBA", (WIDTH, HEIGHT), (255, 255, 255, 0))
    drawn.paste((255, 255, 255, 255), (0, 0, WIDTH // 2, HEIGHT))
    drawn.save(tmp_path / "masks/3.png")
    for view in read_views(tmp_path).views:
        alpha = read_pixels(view)[..., 3] >= 128
        assert (alpha == LEFT).all(), view.name


@pytest.mark.parametrize("is_turned", [True, False])
def test_a_mask_of_a_turned_photo_may_lie_either_way(tmp_path, is_turned):
    """Orientation 6: the right of the file is the bottom of the photo."""
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(tmp_path / "1.jpg", exif=exif)
    values = Image.open(mask(tmp_path / "masks/1.png"))
    if is_turned:
        values.transpose(Image.Transpose.ROTATE_270).save(tmp_path / "masks/1.png")
    (view,) = read_views(tmp_path).views
    assert (view.width, view.height) == (HEIGHT, WIDTH)
    alpha = read_pixels(view)[..., 3]
    assert (alpha[: WIDTH // 2] == 255).all()
    assert (alpha[WIDTH // 2 :] == 0).all()


def test_a_mask_of_another_shape_is_named_and_the_photo_used_whole(tmp_path):
    photo(tmp_path / "1.jpg")
    mask(tmp_path / "masks/1.png", (40, 40))
    (view,) = read_views(tmp_path).views
    assert view.mask is None
    assert view.warnings == (
        "Its mask 1.png is not used: it is 40 x 40 pixels; wanted the shape of the photo, 60 x 40.",
    )


def test_a_damaged_mask_is_named_and_the_photo_used_whole(tmp_path):
    photo(tmp_path / "1.jpg")
    (tmp_path / "1_mask.png").write_bytes(b"")
    (view,) = read_views(tmp_path).views
    assert view.warnings == ("Its mask 1_mask.png is not used: it is empty (0 bytes).",)


def test_a_mask_that_leaves_nothing_refuses_its_photo(tmp_path):
    photo(tmp_path / "1.jpg")
    photo(tmp_path / "2.jpg")
    mask(tmp_path / "masks/1.png", bright=0)
    views = read_views(tmp_path)
    assert views.names == ("2.jpg",)
    assert views.refused[0].reason == "its mask 1.png leaves nothing of it"


def test_a_mask_without_its_photo_is_no_photo_but_a_photo_of_a_mask_is(tmp_path):
    photo(tmp_path / "1.jpg")
    mask(tmp_path / "7_mask.png")
    photo(tmp_path / "venetian mask.jpg")
    views = read_views(tmp_path)
    assert views.names == ("1.jpg", "venetian mask.jpg")
    assert [file.path.name for file in views.refused] == ["7_mask.png"]
    assert "no photo beside it" in views.refused[0].reason


def test_some_photos_without_masks_are_counted(tmp_path):
    for name in "123":
        photo(tmp_path / f"{name}.jpg")
    mask(tmp_path / "masks/2.png")
    views = read_views(tmp_path)
    assert views.notes[0].startswith("1 of 3 photos have masks (masks/2.png)")
    assert [view.mask is not None for view in views.views] == [False, True, False]


def test_a_shell_that_names_all_files_and_folders_gets_the_same(tmp_path):
    photo(tmp_path / "1.jpg")
    mask(tmp_path / "1_mask.png")
    photo(tmp_path / "2.jpg")
    mask(tmp_path / "masks/2.png")
    views = read_views(sorted(tmp_path.iterdir()))
    assert views.names == ("1.jpg", "2.jpg")
    assert all(view.mask for view in views.views)


@pytest.mark.parametrize("raw", ["DNG", "CR2", "nef"])
def test_raw_beside_its_jpeg_counts_once(tmp_path, raw):
    photo(tmp_path / "IMG_1.JPG")
    (tmp_path / f"IMG_1.{raw}").write_bytes(b"raw")
    photo(tmp_path / "IMG_2.JPG")
    views = read_views(tmp_path)
    assert views.names == ("IMG_1.JPG", "IMG_2.JPG")
    (refused,) = views.refused
    assert refused.path.name == f"IMG_1.{raw}"
    assert refused.reason == "it is the same shot as IMG_1.JPG, which is used"


def test_heic_beside_its_jpeg_counts_once_and_stands_in_for_a_damaged_one(tmp_path):
    learn_to_write_heic()
    for name in "12":
        photo(tmp_path / f"{name}.heic")
        photo(tmp_path / f"{name}.jpg")
    (tmp_path / "2.jpg").write_bytes(b"")
    views = read_views(tmp_path)
    assert views.names == ("1.jpg", "2.heic")
    assert {file.path.name: file.reason for file in views.refused} == {
        "1.heic": "it is the same shot as 1.jpg, which is used",
        "2.jpg": "it is empty (0 bytes)",
    }


def test_a_jpeg_and_a_png_of_one_name_are_two_photos(tmp_path):
    photo(tmp_path / "1.jpg")
    photo(tmp_path / "1.png")
    assert len(read_views(tmp_path)) == 2


def test_maps_beside_photos_are_named(tmp_path):
    for name in ["frame-0.color", "frame-0.depth", "r_1", "r_1_depth_0001", "depth_of_field"]:
        photo(tmp_path / f"{name}.png")
    views = read_views(tmp_path)
    assert views.names == ("depth_of_field.png", "frame-0.color.png", "r_1.png")
    assert {file.path.name: file.reason for file in views.refused} == {
        "frame-0.depth.png": "it is a depth map of a photo beside it, by its name",
        "r_1_depth_0001.png": "it is a depth map of a photo beside it, by its name",
    }


def test_masks_alone_are_named(tmp_path):
    mask(tmp_path / "1_mask.png")
    with pytest.raises(ImageReadError, match="it is a mask, by its name and look"):
        read_views(tmp_path)
