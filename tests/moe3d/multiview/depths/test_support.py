"""Which pixels a photo confirms, on a step of two planes where it can be said by hand."""

import numpy as np
import pytest
import torch

from moe3d.multiview.depths.support import SupportSettings, confirm, count_support
from moe3d.multiview.depths.sweep import Posed
from tests.multiview_scenes import Plane, camera, render

HEIGHT, WIDTH, FOCAL = 40, 120, 100.0
INTRINSICS = np.array([[FOCAL, 0, 59.5], [0, FOCAL, 19.5], [0, 0, 1]])
NEAR, FAR, BASELINE = 2.0, 4.0, 0.4
SETTINGS = SupportSettings()


def posed(view: np.ndarray, valid: np.ndarray | None = None) -> Posed:
    valid = np.ones((HEIGHT, WIDTH), bool) if valid is None else valid
    return Posed(
        torch.zeros(HEIGHT, WIDTH),
        torch.from_numpy(valid),
        torch.from_numpy(INTRINSICS.astype(np.float32)),
        torch.from_numpy(view.astype(np.float32)),
    )


def depth_of(planes: list[Plane], view: np.ndarray) -> torch.Tensor:
    depth = render(planes, view, INTRINSICS, HEIGHT, WIDTH)[1]
    return torch.from_numpy(depth.astype(np.float32))


STEP = [Plane(NEAR, borders=(-np.inf, 0.0)), Plane(FAR)]
LEFT, MIDDLE, RIGHT = (camera((0, 0, 0), (x, 0, 0)) for x in (-BASELINE, 0.0, BASELINE))


def seen_by_hand(x_other: float) -> tuple[np.ndarray, np.ndarray]:
    """For each column of the middle photo: whether the other one sees its spot, and whether that is
    within two columns of a border of what it sees."""
    u = np.arange(WIDTH)
    is_near = u < 59.5
    z = np.where(is_near, NEAR, FAR)
    x = (u - 59.5) / FOCAL * z
    there = FOCAL * (x - x_other) / z + 59.5
    inside = (there > -0.5) & (there < WIDTH - 0.5)
    # The line from a spot of the far plane to the other camera crosses the near plane at x_cross.
    x_cross = x + (x_other - x) * (FAR - NEAR) / FAR
    hidden = ~is_near & (x_cross < 0)
    edges = [59.5, 59.5 + FOCAL * -x_other / NEAR]  # the step, here and there
    unsure = np.abs(u - edges[0]) < 2
    unsure |= np.abs(there - edges[1]) < 2
    unsure |= (np.abs(there + 0.5) < 1) | (np.abs(there - WIDTH + 0.5) < 1)
    return inside & ~hidden, unsure


@pytest.mark.parametrize(("other", "x_other"), [(LEFT, -BASELINE), (RIGHT, BASELINE)])
def test_a_photo_confirms_what_it_sees_and_nothing_else(other: np.ndarray, x_other: float):
    found = confirm(
        posed(MIDDLE), depth_of(STEP, MIDDLE), posed(other), depth_of(STEP, other), SETTINGS
    )
    expected, unsure = seen_by_hand(x_other)
    confirmed = found.is_confirmed.numpy()
    for row in confirmed:
        np.testing.assert_array_equal(row[~unsure] > 0, expected[~unsure])
    assert expected.mean() > 0.5
    assert unsure.mean() < 0.15
    assert np.nanmax(np.abs(found.log_ratio.numpy()[confirmed > 0])) < 1e-5


def test_the_left_photo_does_not_see_behind_the_step():
    """By hand: the strip behind the edge is b (far - near) / near = 0.4 units wide, 10 columns."""
    found = confirm(
        posed(MIDDLE), depth_of(STEP, MIDDLE), posed(LEFT), depth_of(STEP, LEFT), SETTINGS
    )
    row = found.is_confirmed.numpy()[HEIGHT // 2]
    strip = np.flatnonzero(row[58:80] == 0)
    assert len(strip) == pytest.approx(10, abs=1)
    ratio = found.log_ratio.numpy()[HEIGHT // 2, 62:68]
    np.testing.assert_allclose(ratio, np.log(NEAR / FAR), atol=1e-5)


def test_support_counts_the_photos_that_confirm():
    views = [MIDDLE, LEFT, RIGHT]
    photos = [posed(view) for view in views]
    depth = torch.stack([depth_of(STEP, view) for view in views])
    support, ratio = count_support(photos, depth, 0, [1, 2], SETTINGS)
    (left, unsure_left), (right, unsure_right) = (seen_by_hand(x) for x in (-BASELINE, BASELINE))
    sure = ~(unsure_left | unsure_right)
    expected = left.astype(int) + right
    assert set(expected[sure].tolist()) == {1, 2}
    for row in support.numpy():
        np.testing.assert_array_equal(row[sure], expected[sure])
    assert support.dtype == torch.uint8
    assert np.nanmedian(np.abs(ratio.numpy())) < 1e-5
    alone, nothing = count_support(photos, depth, 0, [], SETTINGS)
    assert (alone == 0).all()
    assert torch.isnan(nothing).all()


@pytest.mark.parametrize(
    ("factor", "is_confirmed"), [(1.015, True), (0.985, True), (1.03, False), (0.97, False)]
)
def test_depth_that_differs_by_two_percent_is_not_confirmed(factor: float, is_confirmed: bool):
    plane = [Plane(3.0)]
    other = camera((0, 0, 0), (0.1, 0, 0))  # so near that the way back is short of a pixel
    found = confirm(
        posed(MIDDLE), depth_of(plane, MIDDLE), posed(other), depth_of(plane, other) * factor,
        SETTINGS,
    )  # fmt: skip
    inner = found.is_confirmed.numpy()[5:-5, 10:-10]
    assert (inner == is_confirmed).all()
    np.testing.assert_allclose(found.log_ratio.numpy()[5:-5, 10:-10], np.log(factor), atol=1e-5)


def test_the_way_back_must_end_at_the_pixel():
    plane, other = [Plane(3.0)], camera((0, 0, 0), (1.0, 0, 0))
    args = (posed(MIDDLE), depth_of(plane, MIDDLE), posed(other), depth_of(plane, other) * 1.015)
    # By hand: f b (1 / z - 1 / (1.015 z)) = 0.49 px; the limit is one pixel at 224 columns.
    assert confirm(*args, SupportSettings(return_px=0.45 * 224 / WIDTH)).is_confirmed.sum() == 0
    there = confirm(*args, SupportSettings(return_px=0.55 * 224 / WIDTH)).is_confirmed
    assert (there[:, 45:-2] > 0).all()


def test_unknown_and_masked_pixels_confirm_nothing_and_are_not_confirmed():
    plane = [Plane(3.0)]
    depth, there = depth_of(plane, MIDDLE), depth_of(plane, LEFT)
    depth[:, 30:50] = 0
    there[:20] = 0
    mask = np.ones((HEIGHT, WIDTH), bool)
    mask[:, 70:80] = False
    found = confirm(posed(MIDDLE, mask), depth, posed(LEFT), there, SETTINGS)
    confirmed = found.is_confirmed.numpy()
    assert not confirmed[:20].any()
    assert not confirmed[:, 30:50].any()
    assert not confirmed[:, 70:80].any()
    assert confirmed[21:, 50:70].all()
    assert np.isnan(found.log_ratio.numpy()[confirmed == 0]).all()
    hidden = confirm(posed(MIDDLE), depth, posed(LEFT, np.zeros_like(mask)), there, SETTINGS)
    assert not hidden.is_confirmed.any()


def test_a_photo_that_looks_the_other_way_says_nothing():
    back = camera((0, 180, 0))
    found = confirm(
        posed(MIDDLE), depth_of([Plane(3.0)], MIDDLE), posed(back),
        torch.full((HEIGHT, WIDTH), 3.0), SETTINGS,
    )  # fmt: skip
    assert not found.is_confirmed.any()
    assert torch.isnan(found.log_ratio).all()
