"""The pair that scikit-image carries: depth, cameras and photos have to agree with each other."""

import cv2
import numpy as np

from moe3d.io.datasets.motorcycle import MotorcyclePair, seen_from_the_right
from moe3d.io.datasets.records import Dataset


def test_the_right_photo_moved_by_depth_and_cameras_is_the_left_one():
    pair = MotorcyclePair()
    assert isinstance(pair, Dataset)
    truth = pair.read(pair.scene_names()[0], [0, 1])
    depth, (left_k, right_k) = truth.depth[0], truth.intrinsics
    v, u = np.mgrid[: depth.shape[0], : depth.shape[1]]
    points = np.stack([u - left_k[0, 2], v - left_k[1, 2], np.full(u.shape, left_k[0, 0])], -1)
    points = points / left_k[0, 0] * depth[..., None] + truth.camera_from_world[1][:3, 3]
    seen = points[..., :2] / points[..., 2:] * right_k[0, 0] + right_k[:2, 2]
    left, right = (np.asarray(view.pixels) for view in truth.views.views)
    moved = cv2.remap(right, *np.moveaxis(seen.astype(np.float32), -1, 0), cv2.INTER_LINEAR)
    inside = np.isfinite(depth) & (seen[..., 0] > 0)
    differences = np.abs(moved.astype(int) - left)[inside]
    assert np.median(differences) < 4
    assert np.median(np.abs(right.astype(int) - left)[inside]) > 15


def test_depth_seen_from_the_right_by_hand():
    depth = np.array([[4.0, 2.0, np.nan, 8.0]])
    disparity = np.array([[0.0, 1.2, 1.0, 3.0]])
    # Pixel 1 and pixel 3 both arrive at 0: the nearer one is seen. Nothing arrives at 1 to 3.
    np.testing.assert_array_equal(
        seen_from_the_right(depth, disparity), [[2.0, np.nan, np.nan, np.nan]]
    )
