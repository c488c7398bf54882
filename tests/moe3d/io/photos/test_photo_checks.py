"""Blur and likeness on real photos, changed in known ways."""

import statistics
from pathlib import Path

import cv2
import numpy as np
import pytest

from moe3d.io.photos.images import read_views, thumbnail
from moe3d.io.photos.photo_checks import (
    BLUR_SHARE,
    PhotoCheck,
    check_photo,
    find_blurred,
    find_duplicates,
)

ROOM = Path(__file__).parents[4] / "assets" / "samples" / "room" / "images"


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    return [thumbnail(view, 518)[..., :3] for view in read_views(ROOM).views]


def test_sharpness_is_the_variance_of_the_laplacian():
    dot = np.zeros((9, 9, 3), np.uint8)
    dot[4, 4] = 100
    # -400 in the middle, 100 at each of four neighbours: mean 0, mean square (160000 + 40000) / 81
    assert check_photo(dot).sharpness == pytest.approx(200_000 / 81)


def test_only_the_blurred_photo_is_found(photos):
    blurred = cv2.GaussianBlur(photos[3], (0, 0), 1.5)
    checks = [check_photo(p) for p in (*photos[:3], blurred, *photos[4:])]
    assert find_blurred(checks) == {3}
    assert find_blurred([check_photo(photo) for photo in photos]) == frozenset()
    assert find_blurred(checks[2:4]) == frozenset()  # two photos are no scale


def test_smaller_and_recompressed_copies_are_found_and_neighbours_are_not(photos):
    small = cv2.resize(photos[0], (300, 225), interpolation=cv2.INTER_AREA)
    packed = cv2.imencode(".jpg", photos[2], [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    again = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    checks = [check_photo(photo) for photo in (*photos, small, again)]
    assert find_duplicates(checks) == {len(photos): 0, len(photos) + 1: 2}


@pytest.mark.parametrize("sharpness", [[1, 9, 50], [50, 9, 40, 2], [7, 100, 100, 5, 30, 29]])
def test_sharpness_is_measured_by_the_median(sharpness):
    limit = BLUR_SHARE * statistics.median(sharpness)
    checks = [PhotoCheck(float(value), 0, 0.0) for value in sharpness]
    assert find_blurred(checks) == {i for i, value in enumerate(sharpness) if value < limit}
    assert find_blurred(checks)
