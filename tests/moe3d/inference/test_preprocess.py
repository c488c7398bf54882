"""The network's image against VGGT's table of sizes, and spots drawn at known photo pixels."""

import numpy as np
import pytest
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError, UsageError
from moe3d.inference.preprocess import cut_warnings, plan_transforms, prepare_views, settled_mode
from moe3d.io.photos.images import read_views
from moe3d.progress import Progress
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import View, ViewSet

# Width, height of the photo, then rows, columns in crop mode: VGGT's own loader.
OFFICIAL = [
    (1920, 1080, 294, 518),
    (1080, 1920, 518, 518),
    (4000, 3000, 392, 518),
    (3000, 4000, 518, 518),
    (640, 480, 392, 518),
    (1242, 375, 154, 518),
    (1000, 30, 14, 518),
]
STORE = {  # how an upright photo lies in a file of this EXIF orientation
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def in_memory(width: int, height: int, value: int = 100, channels: int = 3) -> View:
    return View("x", width, height, pixels=np.full((height, width, channels), value, np.uint8))


def planned(*sizes: tuple[int, int], **options) -> tuple[PixelTransform, ...]:
    views = ViewSet(tuple(View(f"{n}.jpg", *size) for n, size in enumerate(sizes)))
    return plan_transforms(views, **options)


def spot(width: int, height: int, at: tuple[float, float], radius: float) -> np.ndarray:
    """Black with one soft round spot whose centre is exactly at (x, y)."""
    row = np.exp(-((np.arange(width) - at[0]) ** 2) / (2 * radius**2)).astype(np.float32)
    column = np.exp(-((np.arange(height) - at[1]) ** 2) / (2 * radius**2)).astype(np.float32)
    return np.repeat(np.outer(column, 255 * row).astype(np.uint8)[..., None], 3, -1)


def centroid(image: np.ndarray, valid: np.ndarray) -> np.ndarray:
    weights = np.where(valid, image[..., 0].astype(float), 0)
    weights[weights < 20] = 0
    columns, rows = np.meshgrid(np.arange(image.shape[1]), np.arange(image.shape[0]))
    return np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()


@pytest.mark.parametrize(("width", "height", "rows", "columns"), OFFICIAL)
def test_crop_gives_vggts_sizes(width, height, rows, columns):
    transform = planned((width, height), mode="crop")[0]
    assert (transform.height, transform.width) == (rows, columns)


@pytest.mark.parametrize(("width", "height", "rows", "columns"), OFFICIAL)
def test_pad_gives_a_square(width, height, rows, columns):
    transform = planned((width, height), mode="pad")[0]
    assert (transform.height, transform.width) == (518, 518)
    left, top, right, bottom = transform.visible_box
    np.testing.assert_allclose([left, top, right, bottom], [0, 0, width, height], atol=1e-9)


def test_a_portrait_is_cropped_in_its_middle():
    transform = planned((1080, 1920), mode="crop")[0]
    assert transform.offset_y == -203  # (924 - 518) / 2
    assert transform.scale_y == 924 / 1920


def test_upright_photos_alone_give_an_upright_image_and_lose_nothing():
    # 3:4 at 224 high is exactly 168 wide; 9:16 would be 126 wide, which is nine whole patches.
    for size, (width, height) in {(3000, 4000): (168, 224), (1080, 1920): (126, 224)}.items():
        for transform in planned(size, size, long_side=224):
            assert (transform.width, transform.height) == (width, height)
            assert (transform.offset_x, transform.offset_y) == (0, 0)
            assert transform.visible_share == 1


def test_a_camera_held_both_ways_keeps_its_scale_in_one_square():
    lying, upright = planned((4000, 3000), (3000, 4000), long_side=224)
    for transform in (lying, upright):
        assert (transform.width, transform.height) == (224, 224)
        assert transform.scale_x == transform.scale_y == 224 / 4000
        assert transform.visible_share == 1
    assert (lying.offset_x, lying.offset_y) == (0, 28)  # (224 - 168) / 2
    assert (upright.offset_x, upright.offset_y) == (28, 0)


def test_a_tenth_may_be_cut_and_no_more():
    # 900 x 1000 becomes 518 x 574, of which 518 rows stay: 9.8 % are lost.
    for size in ((900, 1000), (640, 480), (1000, 1000)):
        assert planned(size) == planned(size, mode="crop")
    # One photo over the limit, and none of the scene is cut.
    for transform in planned((900, 1000), (870, 1000)):
        assert transform.visible_share == 1
        assert transform.height == 518


def test_a_second_size_keeps_the_mode_that_the_first_one_settled():
    views = ViewSet((View("x", 900, 1000),))
    # At 224 whole patches make it 252 high, of which 28 would go: more than a tenth.
    mode = settled_mode(views, long_side=224)
    assert mode == "whole"
    (larger,) = plan_transforms(views, long_side=672, mode=mode)
    assert (larger.width, larger.height) == (602, 672)
    assert larger.visible_share == pytest.approx(1)
    assert settled_mode(views, long_side=672) == "crop"


def test_what_a_crop_costs_is_told_above_a_tenth():
    views = ViewSet((View("tall.jpg", 1080, 1920), View("even.jpg", 900, 1000)))
    cut = plan_transforms(views, mode="crop")
    # 1080 of 1920 rows stay: 56 %; the other photo loses its tenth and is not named.
    assert cut_warnings(views, cut) == (
        'tall.jpg: 44% of it is cut off; the resize mode "auto" shows it whole',
    )
    assert cut_warnings(views, plan_transforms(views)) == ()


@pytest.mark.parametrize("mode", ["auto", "crop", "pad"])
@pytest.mark.parametrize("size", [(5000, 60), (60, 5000)])
def test_the_flattest_photo_keeps_one_patch(mode, size):
    prepared = prepare_views(ViewSet((in_memory(*size),)), mode=mode)
    transform = prepared.pixel_transforms[0]
    assert round(transform.scale_y * size[1]) >= 14
    assert round(transform.scale_x * size[0]) >= 14
    assert prepared.valid_mask.any()


@pytest.mark.parametrize("mode", ["auto", "crop", "pad"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(640, 420), (420, 640), (431, 640)])
def test_a_spot_lands_where_the_transform_says(tmp_path, mode, orientation, size):
    width, height = size
    at = (0.3 * width, 0.55 * height)
    upright = Image.fromarray(spot(width, height, at, radius=12))
    turn = STORE[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if turn is None else upright.transpose(turn)
    stored.save(tmp_path / "photo.png", exif=exif)
    views = read_views(tmp_path)
    prepared = prepare_views(views, long_side=224, mode=mode)
    transform = prepared.pixel_transforms[0]
    assert (transform.original_width, transform.original_height) == size
    assert transform.exif_orientation == orientation
    assert prepared.images.shape[1:3] == (transform.height, transform.width)
    found = centroid(prepared.images[0], prepared.valid_mask[0])
    expected = transform.network_from_original(np.array(at))
    np.testing.assert_allclose(found, expected, atol=0.1)


def test_a_huge_jpeg_keeps_its_geometry_although_it_is_decoded_at_a_fraction(tmp_path):
    width, height, at = 9001, 5803, (8000.0, 5000.0)
    Image.fromarray(spot(width, height, at, radius=150)[..., 0]).save(tmp_path / "big.jpg")
    prepared = prepare_views(read_views(tmp_path), long_side=224)
    found = centroid(prepared.images[0], prepared.valid_mask[0])
    expected = prepared.pixel_transforms[0].network_from_original(np.array(at))
    np.testing.assert_allclose(found, expected, atol=0.1)


def test_photos_of_mixed_sizes_share_one_white_frame_and_padding_is_invalid():
    views = ViewSet((in_memory(640, 480), in_memory(1920, 1080), in_memory(480, 640)))
    prepared = prepare_views(views, mode="crop")
    assert prepared.images.shape == (3, 518, 518, 3)
    for view, rows in enumerate([392, 294, 518]):
        assert prepared.valid_mask[view].sum() == rows * 518
        assert (prepared.images[view][~prepared.valid_mask[view]] == 255).all()
        assert (prepared.images[view][prepared.valid_mask[view]] == 100).all()
        top = prepared.valid_mask[view].any(axis=1).argmax()
        assert top == (518 - rows) // 2


def test_transparent_pixels_are_white_and_invalid():
    view = in_memory(518, 518, channels=4)
    assert view.pixels is not None
    view.pixels[..., 3] = np.where(np.arange(518) < 259, 0, 255)
    prepared = prepare_views(ViewSet((view,)))
    assert (prepared.images[0, :, :250] == 255).all()
    assert (prepared.images[0, :, 268:] == 100).all()
    np.testing.assert_array_equal(prepared.valid_mask[0, 5], np.arange(518) >= 259)


def test_a_half_transparent_photo_is_blended_with_white():
    view = in_memory(56, 56, channels=4)
    assert view.pixels is not None
    view.pixels[..., 3] = 128
    prepared = prepare_views(ViewSet((view,)), long_side=56)
    assert np.abs(prepared.images.astype(int) - 177).max() <= 1
    assert prepared.valid_mask.all()


def test_the_smallest_network_image_is_one_patch():
    prepared = prepare_views(ViewSet((in_memory(30, 30),)), long_side=14)
    assert prepared.images.shape == (1, 14, 14, 3)


@pytest.mark.parametrize(
    "options", [{"long_side": 500}, {"long_side": 0}, {"patch": 0}, {"mode": "stretch"}]
)
def test_options_that_cannot_be_meant_are_refused(options):
    with pytest.raises(UsageError):
        planned((640, 480), **options)


def test_no_photo_is_refused():
    with pytest.raises(UsageError, match="no photo"):
        prepare_views(ViewSet(()))


def test_a_photo_that_vanished_is_named(tmp_path):
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    views = read_views(tmp_path)
    (tmp_path / "a.png").unlink()
    with pytest.raises(ImageReadError, match=r"a\.png"):
        prepare_views(views)


def test_preparing_reports_and_can_be_cancelled():
    views = ViewSet(tuple(in_memory(60, 40) for _ in range(6)))
    seen = []
    prepare_views(views, long_side=28, progress=Progress(seen.append))
    assert [report.done for report in seen] == [1, 2, 3, 4, 5, 6]
    progress = Progress(lambda report: progress.cancel())
    with pytest.raises(JobCancelledError):
        prepare_views(views, long_side=28, progress=progress)
