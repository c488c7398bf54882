"""How far photos are believed, by hand."""

import numpy as np
import pytest

from moe3d.multiview.depths.depth import Measured, PosedScene, SparsePoints
from moe3d.multiview.trust import Trust, TrustSettings, trust_in_photos
from moe3d.scene.multiview import NETWORK

VIEWS, HEIGHT, WIDTH = 3, 10, 20
PLAIN = TrustSettings(uncertainty=4.0, share=(0.15, 0.3), bend=(0.2, 0.12), bend_reach=(1.0, 1.0))
"""Round numbers, and bounds of the bend that do not follow the certainty."""
SOURCES = ("reference", "bundle adjustment", "matching + PnP")


def trust(
    shares: list[float],
    bends: list[float] | None = None,
    sigmas: list[float] | None = None,
    sources: tuple[str, ...] = SOURCES,
    factor: float = 1.0,
    settings: TrustSettings = PLAIN,
    alike: float = 1.0,
) -> Trust:
    """Trust for shares of agreeing pixels, median bends (half of the pixels bent by twice as much
    as the median of their distance from it) and expected errors."""
    bends = bends or [0.0] * VIEWS
    sigmas = [0.0] if sigmas is None else sigmas
    raw = np.full((VIEWS, HEIGHT, WIDTH), 2.0, np.float32)
    sign = np.where(np.arange(WIDTH) < WIDTH // 2, -1, 1)
    change = np.array(bends)[:, None, None] * sign
    refined = (raw * np.exp(change) * factor).astype(np.float32)
    weight = np.zeros_like(raw)
    for view, share in enumerate(shares):
        weight[view].ravel()[: round(share * HEIGHT * WIDTH)] = 2
    eye, matrices = np.tile(np.eye(4), (VIEWS, 1, 1)), np.tile(np.eye(3), (VIEWS, 1, 1))
    nothing = SparsePoints(np.zeros((0, 2)), np.zeros(0), np.zeros(0))
    is_placed = np.array([source != NETWORK for source in sources])
    scene = PosedScene(
        np.zeros((VIEWS, HEIGHT, WIDTH, 3), np.uint8), np.ones(raw.shape, bool), matrices, eye,
        (nothing,) * VIEWS, is_placed,
    )  # fmt: skip
    return trust_in_photos(
        raw, refined, scene, Measured(raw, weight), np.full(VIEWS, alike),
        np.array(sigmas, float), settings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 0), (0.15, 0), (0.18, 0.2), (0.225, 0.5), (0.27, 0.8), (0.3, 1), (0.9, 1)],
)
def test_trust_grows_with_the_share_of_agreeing_pixels(share: float, expected: float):
    np.testing.assert_allclose(trust([share] * 3).bend, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("share", "alike", "expected"),
    [
        (0.12, 0.8, 0),  # much looks alike from afar, little agrees closely: wrong cameras
        (0.12, 0.4, 1),  # the photos have little in common, and that agrees
        (0.045, 0.2, 0.5),
        (0.02, 0.01, 1 / 3),  # as if a tenth were alike
    ],
)
def test_few_agreeing_pixels_are_enough_where_little_looks_alike(
    share: float, alike: float, expected: float
):
    settings = TrustSettings(uncertainty=0.0, share=(0.15, 0.3), least_alike=0.1)
    found = trust([share] * 3, alike=alike, settings=settings)
    np.testing.assert_allclose(found.factor, expected, atol=0.02)


def test_the_scene_is_believed_as_a_whole():
    np.testing.assert_allclose(trust([0.0, 0.225, 0.45]).bend, 0.5, atol=1e-6)


@pytest.mark.parametrize(
    ("sigma", "expected"), [(0.01, 1), (0.025, 1), (0.05, 1 / 3), (0.0625, 0), (1.0, 0)]
)
def test_what_the_matches_leave_open_takes_trust_away(sigma: float, expected: float):
    # 0.4 of the pixels agree, less 4 times the sigma; from 0.15 to 0.3.
    np.testing.assert_allclose(trust([0.4] * 3, sigmas=[sigma, sigma, 9]).bend, expected, atol=1e-6)


def test_no_points_are_no_trust():
    np.testing.assert_array_equal(trust([0.9] * 3, sigmas=[]).factor, 0)


def test_a_photo_that_would_be_bent_much_is_not_believed():
    found = trust([0.9] * 3, bends=[0.12, 0.16, 0.21])
    np.testing.assert_allclose(found.bend, [1, 0.5, 0], atol=1e-4)
    np.testing.assert_array_equal(found.factor, 1)  # its scale is


@pytest.mark.parametrize(("sigma", "expected"), [(0.005, 1), (0.015, 0.5), (0.03, 0)])
def test_well_known_points_may_bend_the_depth_more(sigma: float, expected: float):
    # A bend of 0.16 counts 0.5 to 2 times, as the points' error is to the usual one of 0.015.
    settings = TrustSettings(uncertainty=0.0, share=(0.1, 0.2), bend=(0.2, 0.12))
    found = trust([0.9] * 3, bends=[0.16] * 3, sigmas=[sigma] * 3, settings=settings)
    np.testing.assert_allclose(found.bend, expected, atol=1e-4)


def test_one_factor_is_no_bend():
    np.testing.assert_allclose(trust([0.9] * 3, factor=3.0).bend, 1)


def test_photos_that_were_not_placed_are_neither_believed_nor_counted():
    sources = ("reference", "bundle adjustment", "camera head")
    found = trust([0.225, 0.225, 0.9], sources=sources)
    np.testing.assert_allclose(found.bend, [0.5, 0.5, 0], atol=1e-6)
    np.testing.assert_allclose(found.factor, [0.5, 0.5, 0], atol=1e-6)
