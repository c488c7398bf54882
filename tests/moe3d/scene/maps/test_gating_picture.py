import numpy as np

from moe3d.scene.maps.gating_picture import (
    BORDER_DARK,
    BORDER_LIGHT,
    OverlayStyle,
    gating_overlay,
)

COLORS = ((255, 0, 0), (0, 0, 255))
IMAGE = np.full((1, 4, 3), (90, 200, 200), np.uint8)


def weights_of(*first):
    first = np.array([first], np.float32)
    return np.stack([first, 1 - first])


def test_the_overlay_shows_the_winner_and_spares_hidden_experts():
    weights = weights_of(0.9, 0.6, 0.4, 0.1)
    full = gating_overlay(IMAGE, weights, OverlayStyle(COLORS, 1.0))
    assert (full[0, :2, 0] > 100).all()
    assert (full[0, :2, 1:] == 0).all()
    assert (full[0, 2:, :2] == 0).all()
    spared = gating_overlay(IMAGE, weights, OverlayStyle(COLORS, 1.0, hidden={1}))
    assert spared[0, 3].tolist() == [90, 200, 200]
    none = gating_overlay(IMAGE, weights, OverlayStyle(COLORS, 0.0, contours=True))
    np.testing.assert_array_equal(none, IMAGE)


def test_half_opacity_lies_between_grey_photo_and_colour():
    weights = weights_of(1, 1, 1, 1)
    half = gating_overlay(IMAGE, weights, OverlayStyle(COLORS, 0.5))[0, 0].astype(float)
    full = gating_overlay(IMAGE, weights, OverlayStyle(COLORS, 1.0))[0, 0]
    grey = 0.299 * 90 + 0.701 * 200
    np.testing.assert_allclose(half, (full + grey) / 2, atol=1.5)


def test_a_border_is_drawn_where_the_winner_changes():
    style = OverlayStyle(COLORS, 1.0, contours=True)
    picture = gating_overlay(IMAGE, weights_of(0.9, 0.6, 0.4, 0.1), style)
    assert tuple(picture[0, 1]) == BORDER_DARK
    assert tuple(picture[0, 2]) == BORDER_LIGHT
    assert tuple(picture[0, 0]) not in (BORDER_DARK, BORDER_LIGHT)


def test_undecided_pixels_fade_into_the_grey_photo():
    style = OverlayStyle(COLORS, 1.0, fades=True)
    picture = gating_overlay(IMAGE, weights_of(1.0, 0.75, 0.5, 0.0), style)
    redness = picture[0, :3, 0].astype(int) - picture[0, :3, 2]
    assert redness[0] > redness[1] > redness[2] == 0
    np.testing.assert_allclose(redness[1], redness[0] / 2, atol=1.5)


def test_no_expert_is_named_where_there_is_no_result():
    weights, style = weights_of(0.9, 0.6, 0.4, 0.1), OverlayStyle(COLORS, 1.0, contours=True)
    valid = np.array([[True, True, True, False]])
    picture = gating_overlay(IMAGE, weights, style, valid)
    np.testing.assert_array_equal(picture[0, 3], IMAGE[0, 3])
    whole = gating_overlay(IMAGE, weights, style)
    np.testing.assert_array_equal(picture[0, :3], whole[0, :3])
