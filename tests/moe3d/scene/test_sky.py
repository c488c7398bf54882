"""Sky in drawn photos whose every pixel is known, and what must never be taken for it."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.scene.filters import CloudOptions, select_pixels
from moe3d.scene.records import ScenePrediction
from moe3d.scene.sky import known_sky, sky_pixels, sky_share, with_sky
from tests.scenes import step_prediction

HEIGHT, WIDTH, HORIZON = 56, 84, 20
BLUE, OVERCAST, SUNSET = (120, 170, 230), (205, 205, 205), (250, 150, 90)
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
IS_ABOVE = ROWS < HORIZON


def scene(color=BLUE, above: np.ndarray = IS_ABOVE, **changes) -> ScenePrediction:
    """Two photos of rough ground at depth 4, and above it a smooth colour of which the network
    knows nothing: confidence 1, depth 8."""
    plain = step_prediction(2, HEIGHT, WIDTH, with_baseline=False)
    rough = np.random.default_rng(0).integers(30, 120, (2, HEIGHT, WIDTH, 3))
    shade = (ROWS // 8)[..., None]  # no real sky is of one colour
    images = np.where(above[..., None], np.array(color) - shade, rough).astype(np.uint8)
    shape = plain.depth.shape
    return replace(
        plain,
        images=images,
        depth=np.broadcast_to(np.where(above, 8, 4), shape).astype(np.float32),
        confidence=np.broadcast_to(np.where(above, 1.001, 9), shape).astype(np.float32),
        **changes,
    )


@pytest.mark.parametrize("color", [BLUE, OVERCAST, SUNSET])
def test_the_sky_is_found_to_the_pixel(color):
    sky = sky_pixels(scene(color))
    np.testing.assert_array_equal(sky, np.broadcast_to(IS_ABOVE, sky.shape))
    assert sky_share(scene(color)) == pytest.approx(HORIZON / HEIGHT)


def test_pixels_of_unknown_depth_do_not_hide_the_sky():
    plain = scene()
    depth = plain.depth.copy()
    depth[:, ::7] = np.nan  # above and below the horizon
    np.testing.assert_array_equal(sky_pixels(replace(plain, depth=depth)), sky_pixels(plain))
    near = np.where(np.isfinite(depth) & IS_ABOVE, 1.0, depth).astype(np.float32)
    assert not sky_pixels(replace(plain, depth=near)).any()


def test_a_wall_that_the_network_knows_is_no_sky_whatever_its_colour():
    for color in (BLUE, OVERCAST, (255, 255, 255)):
        ceiling = scene(color)
        sure = replace(ceiling, confidence=np.full_like(ceiling.confidence, 9.0))
        assert not sky_pixels(sure).any()
        less_sure = np.where(IS_ABOVE, 2.0, 9.0).astype(np.float32)  # an eighth of the ground's
        assert not sky_pixels(replace(ceiling, confidence=np.stack([less_sure] * 2))).any()


def test_what_is_rough_green_or_near_is_no_sky():
    rough = scene()
    noise = np.random.default_rng(1).integers(0, 255, rough.images.shape, dtype=np.uint8)
    assert not sky_pixels(replace(rough, images=noise)).any()
    assert not sky_pixels(scene((60, 140, 50))).any()
    near = scene()
    assert not sky_pixels(replace(near, depth=np.where(near.depth > 4, 1, near.depth))).any()


def test_a_bright_hole_below_a_tree_is_sky_and_a_dark_one_is_not():
    hole = (ROWS >= 10) & (ROWS < 20) & (COLUMNS >= 20) & (COLUMNS < 60)
    np.testing.assert_array_equal(sky_pixels(scene(BLUE, hole))[0], hole)
    assert not sky_pixels(scene((20, 20, 20), hole)).any()


def test_padding_above_the_photo_does_not_hide_the_top():
    valid = np.broadcast_to(ROWS >= 6, (2, HEIGHT, WIDTH)).copy()
    sky = sky_pixels(scene(valid_mask=valid))
    np.testing.assert_array_equal(sky[0], IS_ABOVE & (ROWS >= 6))


def test_the_sky_reaches_up_to_an_outline_where_confidence_rises_before_it():
    # A column on each side of a pole has the sky's colour and half of the ground's confidence.
    plain = scene()
    pole = np.abs(COLUMNS - 42) <= 4
    beside = np.abs(COLUMNS - 42) <= 5
    images, confidence = plain.images.copy(), plain.confidence.copy()
    images[:, pole & IS_ABOVE] = 20
    confidence[:, beside & IS_ABOVE] = 4.0
    confidence[:, pole & IS_ABOVE] = 9.0
    sky = sky_pixels(replace(plain, images=images, confidence=confidence))
    np.testing.assert_array_equal(sky[0], IS_ABOVE & ~pole)


def test_a_network_that_tells_no_confidence_has_no_sky():
    plain = scene()
    assert not sky_pixels(replace(plain, confidence=np.ones_like(plain.confidence))).any()
    assert not sky_pixels(replace(plain, confidence=np.full_like(plain.confidence, 7))).any()
    assert not sky_pixels(replace(plain, valid_mask=np.zeros_like(plain.valid_mask))).any()


def test_a_sky_that_was_found_is_handed_on_and_not_sought_again():
    found = with_sky(scene())
    assert with_sky(found) is found
    fewer = replace(found, confidence=np.full_like(found.confidence, 9))
    assert known_sky(fewer) is found.sky


def test_the_filter_takes_the_sky_and_auto_only_where_there_is_some():
    plain = scene()
    count = 2 * HORIZON * WIDTH
    for choice, gone in ((True, count), ("auto", count), (False, None)):
        options = CloudOptions(confidence_percentile=0, hide_sky=choice)
        selection = select_pixels(plain, options)
        assert selection.removed_by.get("hide_sky") == gone
    hundredth = (ROWS < 2) & (COLUMNS < 23)  # 46 of 4704 pixels: below a hundredth
    little = replace(plain, sky=np.stack([hundredth] * 2))
    for choice, gone in ((True, {"hide_sky": 92}), ("auto", {})):
        options = CloudOptions(confidence_percentile=0, hide_sky=choice)
        assert select_pixels(little, options).removed_by == gone
    assert select_pixels(plain, CloudOptions(confidence_percentile=0)).keep.all()
