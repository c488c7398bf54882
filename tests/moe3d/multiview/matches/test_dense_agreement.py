"""Whole photos held against each other: a wall seen from two places, where the answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.dense_agreement import (
    AgreementSettings,
    DenseAgreement,
    window_means,
)
from tests.multiview_scenes import Plane, camera, render

SIZE = (64, 96)
MATRIX = np.array([[96.0, 0, 47.5], [0, 96.0, 31.5], [0, 0, 1]])
WALL = [Plane(4.0)]
SHIFT = 1.0
"""24 pixels of the wall, four units away."""


def wall_photos(cameras: np.ndarray, planes: list[Plane] = WALL) -> tuple[np.ndarray, np.ndarray]:
    seen = [render(planes, view, MATRIX, *SIZE) for view in cameras]
    grey = np.stack([grey for grey, _ in seen])
    images = np.rint(np.repeat(grey[..., None], 3, axis=-1) * 255).astype(np.uint8)
    return images, np.stack([depth for _, depth in seen])


def agreement_of(images: np.ndarray, depth: np.ndarray, **settings) -> DenseAgreement:
    count = len(images)
    return DenseAgreement(
        images, depth, np.tile(MATRIX, (count, 1, 1)), 1,
        AgreementSettings(**settings),
    )  # fmt: skip


def state_of(cameras: np.ndarray, scales: list[float] | None = None) -> CameraState:
    count = len(cameras)
    return CameraState(
        np.array(cameras), np.array(scales or [1.0] * count), np.tile(MATRIX, (count, 1, 1))
    )


@pytest.fixture(scope="module")
def cameras() -> np.ndarray:
    """Beside each other, looking straight at the wall; the third has moved up."""
    return np.stack([camera(), camera(centre=(SHIFT, 0, 0)), camera(centre=(0, 0.5, 0))])


def test_the_right_cameras_show_the_part_that_both_see(cameras: np.ndarray):
    photos = agreement_of(*wall_photos(cameras), texture=0.0)
    table = photos.of_state(state_of(cameras))
    # A shift of 24 of 96 columns leaves three quarters; one of 12 of 64 rows 13 sixteenths.
    assert table[0, 1] == pytest.approx(72 / 96, abs=0.02)
    assert table[0, 2] == pytest.approx(52 / 64, abs=0.02)
    np.testing.assert_array_equal(table, table.T)
    np.testing.assert_array_equal(np.diag(table), 0)


@pytest.mark.parametrize(
    "wrong", [camera(centre=(0.6, 0, 0)), camera((0, 0, 12), (SHIFT, 0, 0)), camera((0, 8, 0))]
)
def test_wrong_cameras_agree_clearly_less(cameras: np.ndarray, wrong: np.ndarray):
    photos = agreement_of(*wall_photos(cameras))
    right = photos.of_state(state_of(cameras))[0, 1]
    cameras = cameras.copy()
    cameras[1] = wrong
    assert photos.of_state(state_of(cameras))[0, 1] < 0.55 * right


def test_a_camera_that_looks_away_agrees_with_nothing(cameras: np.ndarray):
    photos = agreement_of(*wall_photos(cameras))
    cameras = cameras.copy()
    cameras[1] = camera((0, 180, 0))
    assert photos.of_state(state_of(cameras))[0, 1] == 0


def test_scales_and_depths_make_up_for_each_other(cameras: np.ndarray):
    images, depth = wall_photos(cameras)
    given = agreement_of(images, depth).of_state(state_of(cameras))
    halved = agreement_of(images, depth * np.array([1, 0.5, 2])[:, None, None])
    np.testing.assert_allclose(halved.of_state(state_of(cameras, [1, 2, 0.5])), given, atol=1e-4)
    # Depths apart by more than the tolerance do not agree, however alike the photos are.
    assert halved.of_state(state_of(cameras))[0, 1] < 0.1


def test_plain_walls_say_nothing(cameras: np.ndarray):
    photos = agreement_of(*wall_photos(cameras, [replace(WALL[0], is_textured=False)]))
    np.testing.assert_array_equal(photos.of_state(state_of(cameras)), 0)


def test_unknown_depth_says_nothing_and_spreads_no_nan(cameras: np.ndarray):
    images, depth = wall_photos(cameras)
    depth[1] = np.nan
    depth[0, :, :48] = np.nan
    photos = agreement_of(images, depth)
    table = photos.of_state(state_of(cameras))
    assert np.isfinite(table).all()
    assert table[0, 1] == table[1, 2] == 0
    assert table[0, 2] > 0.3
    assert photos.typical_depth(1) == 1.0
    assert photos.typical_depth(0) == pytest.approx(4.0)


def test_many_trials_at_once_are_as_one_by_one(cameras: np.ndarray):
    photos = agreement_of(*wall_photos(cameras), batch=4)
    trials = np.stack([camera((0, turn, 0), (SHIFT, 0, 0)) for turn in range(-5, 6)])
    scales = np.linspace(-0.1, 0.1, len(trials))
    state = state_of(cameras)
    together = photos.of_view(1, trials, scales, [0, 2], state)
    for index, (trial, scale) in enumerate(zip(trials, scales, strict=True)):
        moved = state_of(cameras, [1, float(np.exp(scale)), 1]).with_camera(1, trial)
        table = photos.of_state(moved)
        assert together[index] == pytest.approx(table[1, 0] + table[1, 2], abs=1e-5)
    assert np.argmax(together) == 5


def test_photos_are_reduced_with_their_cameras(cameras: np.ndarray):
    images, depth = wall_photos(cameras)
    # Seven pixels of a reduced map see more of the pattern, so that fewer are left at the borders.
    for reduction in (2, 4):
        photos = DenseAgreement(
            images, depth, np.tile(MATRIX, (3, 1, 1)), reduction,
            AgreementSettings(texture=0.0),
        )  # fmt: skip
        assert photos.of_state(state_of(cameras))[0, 1] == pytest.approx(0.75, abs=0.05)


def test_of_the_others_the_best_count(cameras: np.ndarray):
    photos = agreement_of(*wall_photos(cameras))
    moved = cameras.copy()
    moved[2] = camera((0, 180, 0))
    state = state_of(moved)
    pair = photos.of_state(state)[0, 1]
    found = photos.with_partners(state, [[1, 2], [0, 2], []], 1)
    np.testing.assert_allclose(found, [pair, pair, 0], atol=1e-6)
    np.testing.assert_allclose(photos.with_partners(state, [[1, 2], [2], [0, 1]]),
                               [pair / 2, 0, 0], atol=1e-6)  # fmt: skip


@pytest.mark.parametrize(("size", "window"), [(12, 7), (5, 7), (1, 7), (9, 1)])
def test_means_of_windows_are_those_of_the_values_inside(size: int, window: int):
    values = np.random.default_rng(0).random(size)
    reach = window // 2
    expected = [values[max(at - reach, 0) : at + reach + 1].mean() for at in range(size)]
    np.testing.assert_allclose(window_means(size, window).numpy() @ values, expected, atol=1e-6)
