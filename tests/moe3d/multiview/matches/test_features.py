"""Keypoints of blobs whose places are known, and matches against a slow search."""

import numpy as np
import pytest

from moe3d.multiview.matches.features import (
    Features,
    FeatureSettings,
    find_features,
    match_features,
)
from moe3d.multiview.photos import GreyPhoto, read_grey
from moe3d.scene.records import View

WIDTH, HEIGHT = 320, 240
BLOBS = np.array([[80.3, 60.7], [200.55, 70.2], [120.0, 170.5], [250.8, 180.15]])


def blobs(places: np.ndarray, height: int, width: int, sigma_px: float) -> np.ndarray:
    """Dark grey with a bright Gaussian at each place; a pixel's centre is at whole numbers."""
    v, u = np.mgrid[:height, :width]
    grey = np.full((height, width), 60.0)
    for x, y in places:
        grey += 150 * np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * sigma_px**2))
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def distances(places: np.ndarray, found: Features) -> np.ndarray:
    """From each place to the nearest keypoint, pixels of the photo."""
    return np.linalg.norm(places[:, None] - found.pixels[None], axis=-1).min(axis=1)


def photo_of(grey: np.ndarray) -> GreyPhoto:
    return GreyPhoto(grey, np.ones(grey.shape, bool), np.ones(2))


@pytest.mark.parametrize("enlarge_below", [0, 1000], ids=["as it is", "doubled first"])
def test_a_blob_is_found_where_it_is(enlarge_below: int):
    settings = FeatureSettings(enlarge_below=enlarge_below)
    found = find_features(photo_of(blobs(BLOBS, HEIGHT, WIDTH, 5.0)), settings)
    assert distances(BLOBS, found).max() < 0.2
    assert found.sigma_px == pytest.approx(0.4)


@pytest.mark.parametrize("factor", [2, 3])
def test_a_blob_is_found_in_a_shrunk_photo(factor: int):
    places = (BLOBS + 0.5) * factor - 0.5 + 0.3
    grey = blobs(places, HEIGHT * factor, WIDTH * factor, 5.0 * factor)
    pixels = np.stack([grey] * 3, axis=-1)
    photo = read_grey(View("x.png", WIDTH * factor, HEIGHT * factor, pixels=pixels), WIDTH)
    found = find_features(photo, FeatureSettings())
    # Half a pixel of a wrong convention would be off by (factor - 1) / 2 pixels of the photo.
    assert distances(places, found).max() < 0.2
    assert found.sigma_px == pytest.approx(0.4 * factor)


def random_photo(seed: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 255, (HEIGHT // 4, WIDTH // 4), np.uint8)
    return np.kron(coarse, np.ones((4, 4), np.uint8))


def test_transparent_places_have_no_keypoints():
    grey = random_photo()
    mask = np.ones(grey.shape, bool)
    mask[:, 100:220] = False
    everywhere = find_features(photo_of(grey), FeatureSettings())
    found = find_features(GreyPhoto(grey, mask, np.ones(2)), FeatureSettings())
    column = np.rint(found.pixels[:, 0])
    assert not ((column >= 100) & (column < 220)).any()
    kept = (np.rint(everywhere.pixels[:, 0]) < 100) | (np.rint(everywhere.pixels[:, 0]) >= 220)
    np.testing.assert_array_equal(found.pixels, everywhere.pixels[kept])
    np.testing.assert_array_equal(found.descriptors, everywhere.descriptors[kept])
    nothing = find_features(GreyPhoto(grey, np.zeros_like(mask), np.ones(2)), FeatureSettings())
    assert nothing.pixels.shape == (0, 2)
    assert nothing.descriptors.shape == (0, 128)


def test_descriptors_have_length_one_and_their_number_is_limited():
    found = find_features(photo_of(random_photo()), FeatureSettings(max_features=50))
    assert len(found.pixels) == 50
    np.testing.assert_allclose(np.linalg.norm(found.descriptors, axis=1), 1, atol=1e-5)


def test_a_grey_photo_has_no_keypoints():
    found = find_features(photo_of(np.full((50, 60), 127, np.uint8)), FeatureSettings())
    assert found.pixels.shape == (0, 2)


def random_features(descriptors: np.ndarray) -> Features:
    unit = descriptors / np.linalg.norm(descriptors, axis=1, keepdims=True)
    pixels = np.zeros((len(unit), 2), np.float32)
    return Features(pixels, unit.astype(np.float32), 0.4)


def slow_matches(first: Features, second: Features, ratio: float) -> list[tuple[int, int]]:
    """One by one, by distances in double precision."""
    found = []
    a, b = (item.descriptors.astype(np.float64) for item in (first, second))
    for i in range(len(a)):
        there = [np.linalg.norm(a[i] - other) for other in b]
        near = int(np.argmin(there))
        back = [np.linalg.norm(b[near] - other) for other in a]
        if int(np.argmin(back)) == i and there[near] < ratio * sorted(there)[1]:
            found.append((i, near))
    return found


@pytest.mark.parametrize("ratio", [0.7, 0.8, 0.9])
def test_matches_are_those_of_a_slow_search(ratio: float):
    rng = np.random.default_rng(1)
    base = rng.random((60, 128))
    noise = rng.uniform(0, 0.6, (60, 1))  # some clear, some at the limit, some lost
    other = base + noise * rng.normal(size=base.shape)
    order = rng.permutation(60)
    first = random_features(np.concatenate([base, rng.random((15, 128))]))
    second = random_features(other[order][:50])
    expected = slow_matches(first, second, ratio)
    assert 5 < len(expected) < 50
    found = match_features(first, second, FeatureSettings(ratio=ratio))
    assert [tuple(row) for row in found.tolist()] == expected


def test_too_few_keypoints_have_no_matches():
    one = random_features(np.ones((1, 128)))
    many = random_features(np.random.default_rng(0).random((9, 128)))
    for first, second in ((one, many), (many, one), (one, one)):
        assert match_features(first, second, FeatureSettings()).shape == (0, 2)
