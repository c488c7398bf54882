"""Photos as matching sees them, and which of them one camera took."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from moe3d.errors import JobCancelledError
from moe3d.io.photos.images import read_views
from moe3d.multiview.photos import GreyPhoto, group_cameras, iterate_grey, read_grey
from moe3d.progress import Progress
from moe3d.scene.records import View, ViewSet


def view_of(pixels: np.ndarray, name: str = "made.png") -> View:
    return View(name, pixels.shape[1], pixels.shape[0], pixels=pixels.astype(np.uint8))


def write(
    path: Path, size: tuple[int, int] = (40, 30), focal_mm: int | None = None, **tags
) -> Path:
    """A JPEG; `focal_mm` and the tags (model, orientation) go into its EXIF."""
    exif = Image.Exif()
    if "model" in tags:
        exif[0x010F], exif[0x0110] = "Maker", tags["model"]
    if focal_mm is not None:
        exif.get_ifd(0x8769)[0x920A] = IFDRational(focal_mm, 1)
    exif[0x0112] = tags.get("orientation", 1)
    grey = np.random.default_rng(len(path.name)).integers(0, 255, size[::-1], np.uint8)
    Image.fromarray(grey).convert("RGB").save(path, exif=exif)
    return path


def groups_of(paths: list[Path], focal_px: list[float]) -> list[int]:
    return group_cameras(read_views(paths), np.array(focal_px, float)).number.tolist()


def test_photos_of_one_camera_go_together_whichever_way_it_was_held(tmp_path: Path):
    paths = [
        write(tmp_path / "a.jpg", focal_mm=50, model="One"),
        write(tmp_path / "bb.jpg", focal_mm=50, model="One", orientation=6),
        write(tmp_path / "ccc.jpg", size=(30, 40), focal_mm=50, model="One"),
    ]
    views = read_views(paths)
    assert [(view.width, view.height) for view in views.views] == [(40, 30), (30, 40), (30, 40)]
    groups = group_cameras(views, np.array([30.0, 60.0, 120.0]))  # the name knows better
    assert groups.number.tolist() == [0, 0, 0]
    assert groups.is_named.all()


def test_another_focal_length_size_or_model_is_another_camera(tmp_path: Path):
    paths = [
        write(tmp_path / "a.jpg", focal_mm=50, model="One"),
        write(tmp_path / "bb.jpg", focal_mm=85, model="One"),
        write(tmp_path / "ccc.jpg", focal_mm=50, model="Two"),
        write(tmp_path / "dddd.jpg", focal_mm=50, model="One", size=(20, 15)),
        write(tmp_path / "eeeee.jpg", focal_mm=50, model="One"),
    ]
    assert groups_of(paths, [30.0] * 5) == [0, 1, 2, 3, 0]


def test_unnamed_photos_of_one_size_are_one_cameras_unless_the_network_objects(tmp_path: Path):
    paths = [
        write(tmp_path / "a.jpg"),
        write(tmp_path / "bb.jpg", size=(30, 40)),
        write(tmp_path / "ccc.jpg", size=(44, 30)),
        write(tmp_path / "dddd.jpg"),
    ]
    assert groups_of(paths, [30, 31, 30, 29]) == [0, 0, 1, 0]
    assert groups_of(paths, [30, 60, 30, 29]) == [0, 1, 2, 3]
    assert not group_cameras(read_views(paths), np.full(4, 30.0)).is_named.any()


def test_a_named_and_an_unnamed_photo_are_two_cameras(tmp_path: Path):
    paths = [write(tmp_path / "a.jpg", model="One"), write(tmp_path / "bb.jpg")]
    assert groups_of(paths, [30, 30]) == [0, 1]


def test_two_videos_and_photos_of_one_size_are_three_cameras(tmp_path: Path):
    pixels = np.zeros((30, 40, 3), np.uint8)
    frames = [
        View(f"{n}.jpg", 40, 30, tmp_path / film, pixels=pixels, frame_s=float(n))
        for n, film in enumerate(["a.mp4", "b.mp4", "a.mp4", "b.mp4"])
    ]
    views = ViewSet((*frames, view_of(pixels, "photo.jpg")))
    assert group_cameras(views, np.full(5, 30.0)).number.tolist() == [0, 1, 0, 1, 2]
    zoomed = group_cameras(views, np.array([30.0, 30.0, 60.0, 30.0, 30.0]))
    assert zoomed.number.tolist() == [0, 1, 2, 1, 3]


def test_a_pixel_of_the_shrunk_picture_lies_amid_those_that_it_covers():
    # Half the width, a quarter of the height: pixel 0 covers columns 0 and 1, rows 0 to 3.
    photo = GreyPhoto(np.zeros((3, 4), np.uint8), np.ones((3, 4), bool), np.array([0.5, 0.25]))
    found = photo.photo_pixels(np.array([[0.0, 0.0], [3.0, 2.0], [-0.5, 2.5]]))
    np.testing.assert_allclose(found, [[0.5, 1.5], [6.5, 9.5], [-0.5, 11.5]])


def test_a_shrunk_photo_shows_what_the_photo_shows_there():
    # A pattern of both coordinates whose value tells where it was read.
    v, u = np.mgrid[:120, :500]
    ramp = np.stack([u * 0.4 + v * 0.3] * 3, axis=-1)
    photo = read_grey(view_of(ramp), long_side=125)
    assert photo.grey.shape == (30, 125)
    np.testing.assert_allclose(photo.scale, 0.25)
    rows, columns = np.mgrid[2:28, 2:123]
    there = photo.photo_pixels(np.stack([columns.ravel(), rows.ravel()], axis=1).astype(float))
    expected = there @ [0.4, 0.3]
    np.testing.assert_allclose(photo.grey[2:28, 2:123].ravel(), expected, atol=1.1)


def test_a_small_photo_is_read_as_it_is():
    pixels = np.random.default_rng(0).integers(0, 255, (30, 40, 3))
    photo = read_grey(view_of(pixels))
    expected = pixels @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(photo.grey, expected, atol=1.0)
    np.testing.assert_array_equal(photo.scale, 1)
    assert photo.mask.all()


def test_transparent_pixels_are_masked():
    pixels = np.full((20, 40, 4), 255)
    pixels[:, :20, 3] = 0
    full, half = read_grey(view_of(pixels)), read_grey(view_of(pixels), long_side=20)
    np.testing.assert_array_equal(full.mask, pixels[..., 3] == 255)
    np.testing.assert_array_equal(half.mask[:, :9], False)
    np.testing.assert_array_equal(half.mask[:, 11:], True)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_photos_come_in_their_order_each_once(count: int):
    views = ViewSet(tuple(view_of(np.full((5, 5, 3), 10 * i), f"{i}.png") for i in range(count)))
    found = [int(photo.grey[0, 0]) for photo in iterate_grey(views, Progress())]
    assert found == [10 * index for index in range(count)]


def test_a_cancel_ends_reading():
    views = ViewSet(tuple(view_of(np.zeros((5, 5, 3)), f"{i}.png") for i in range(5)))
    progress, seen = Progress(), []
    with pytest.raises(JobCancelledError):  # noqa: PT012 (the loop is the call)
        for photo in iterate_grey(views, progress):
            seen.append(photo)
            progress.cancel()
    assert len(seen) == 1
