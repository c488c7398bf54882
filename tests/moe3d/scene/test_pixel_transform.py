"""The pixel transform against corners that are known by hand."""

import numpy as np

from moe3d.scene.pixel_transform import PixelTransform

# 1080 x 1920 portrait, scaled to 518 wide (518/1080), cropped to the middle 518 rows of 924.
PORTRAIT = PixelTransform(1080, 1920, 518, 518, 518 / 1080, 924 / 1920, 0.0, -203.0)


def test_the_centre_of_the_photo_stays_the_centre():
    centre = np.array([(1080 - 1) / 2, (1920 - 1) / 2])
    np.testing.assert_allclose(PORTRAIT.network_from_original(centre), [258.5, 258.5])


def test_there_and_back_is_the_same_pixel():
    points = np.random.default_rng(0).uniform(0, 1000, (50, 2))
    back = PORTRAIT.original_from_network(PORTRAIT.network_from_original(points))
    np.testing.assert_allclose(back, points, atol=1e-9)


def test_intrinsics_project_to_the_transformed_pixel():
    network = np.array([[600.0, 0, 259], [0, 610.0, 259], [0, 0, 1]])
    original = PORTRAIT.original_intrinsics(network)
    ray = np.array([0.1, -0.2, 1.0])
    np.testing.assert_allclose(
        (original @ ray)[:2], PORTRAIT.original_from_network((network @ ray)[:2])
    )
    np.testing.assert_allclose(PORTRAIT.network_intrinsics(original), network, atol=1e-9)


def test_the_visible_box_is_the_cropped_band():
    left, top, right, bottom = PORTRAIT.visible_box
    assert (left, right) == (0.0, 1080)
    np.testing.assert_allclose([top, bottom], [203 * 1920 / 924, 721 * 1920 / 924])
    np.testing.assert_allclose(PORTRAIT.visible_share, 518 / 924)
