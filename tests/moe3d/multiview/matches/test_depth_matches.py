"""Depth read at keypoints, and matches gathered from both sides."""

import numpy as np

from moe3d.geometry.projection import project
from moe3d.multiview.matches.depth_matches import (
    gather_matches,
    keypoint_depths,
    lift,
    sample_depth,
)
from moe3d.multiview.matches.features import Features
from moe3d.multiview.matches.matching import MatchedPhotos
from moe3d.scene.pixel_transform import PixelTransform
from tests.multiview_scenes import INTRINSICS, arc_of_cameras, camera, made_scene


def plane_depth(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """z-depth of a plane is one over a linear function of the pixel."""
    return 1 / (0.3 + 0.002 * u - 0.001 * v)


def test_depth_of_a_plane_is_exact_between_pixels():
    v, u = np.mgrid[:40, :60]
    pixels = np.random.default_rng(0).uniform([0, 0], [59, 39], (100, 2))
    found = sample_depth(plane_depth(u, v), pixels)
    np.testing.assert_allclose(found, plane_depth(*pixels.T), rtol=1e-12)


def test_depth_at_an_edge_or_beside_a_hole_is_unknown():
    depth = np.full((20, 30), 2.0)
    depth[:, 15:] = 4.0
    depth[5, 5] = np.nan
    depth[12, 5] = 0.0
    pixels = np.array([[14.0, 8], [14.5, 8], [15.5, 8], [4.5, 5], [5.5, 4.5], [4.5, 12], [7, 7.0]])
    found = sample_depth(depth, pixels)
    # A whole pixel beside the edge counts as at the edge: its right neighbour is another wall.
    np.testing.assert_array_equal(np.isnan(found), [True, True, False, True, True, True, False])
    np.testing.assert_array_equal(found[[2, 6]], [4, 2])


def test_a_pixel_that_is_lifted_falls_back_on_itself():
    rng = np.random.default_rng(0)
    pixels, depth = rng.uniform(0, 400, (50, 2)), rng.uniform(1, 5, 50)
    points = lift(pixels, depth, INTRINSICS)
    found = project(points, INTRINSICS, np.eye(4))
    np.testing.assert_allclose(found.pixels, pixels)
    np.testing.assert_allclose(found.depth, depth)
    each = lift(pixels, depth, np.tile(INTRINSICS, (50, 1, 1)))
    np.testing.assert_array_equal(each, points)


def test_depth_is_read_at_the_keypoints_of_the_photos():
    # The network saw every third pixel of the middle of the photo.
    transform = PixelTransform(300, 200, 60, 40, 1 / 3, 1 / 3, -20.0, -10.0)
    v, u = np.mgrid[:40, :60]
    inside = transform.original_from_network(np.array([[10.25, 20.5], [58.9, 38.9], [-0.4, 3.0]]))
    outside = transform.original_from_network(np.array([[-0.6, 3.0], [30.0, 39.6]]))
    pixels = np.concatenate([inside, outside]).astype(np.float32)
    photo = Features(pixels, np.zeros((5, 128), np.float32), 0.4)
    (found,) = keypoint_depths(MatchedPhotos((photo,), ()), plane_depth(u, v)[None], [transform])
    expected = plane_depth(np.array([10.25, 58.9, 0.0]), np.array([20.5, 38.9, 3.0]))
    np.testing.assert_allclose(found[:3], expected, rtol=1e-5)
    assert np.isnan(found[3:]).all()


def test_each_match_counts_from_both_sides():
    scene = made_scene(arc_of_cameras(3), num_points=50)
    depths = [depth.copy() for depth in scene.keypoint_depths]
    unknown = 7
    depths[1][unknown] = np.nan
    matches = gather_matches(scene.matched, depths)
    total = sum(len(pair) for pair in scene.matched.pairs)
    of_unknown = sum((p.index[:, 1] == unknown).sum() for p in scene.matched.pairs if p.second == 1)
    of_unknown += sum((p.index[:, 0] == unknown).sum() for p in scene.matched.pairs if p.first == 1)
    assert of_unknown == 2
    assert len(matches) == 2 * total - of_unknown
    assert np.isnan(matches.target_depth).sum() == of_unknown
    # Each source pixel with its depth lands on its target pixel.
    world = np.einsum(
        "mij,mj->mi",
        np.linalg.inv(scene.cameras)[matches.source][:, :3, :3],
        lift(matches.source_pixels, matches.source_depth, INTRINSICS)
        - scene.cameras[matches.source, :3, 3],
    )
    for target in range(3):
        mine = matches.target == target
        there = project(world[mine], INTRINSICS, scene.cameras[target])
        np.testing.assert_allclose(there.pixels, matches.target_pixels[mine], atol=1e-3)
        known = np.isfinite(matches.target_depth[mine])
        np.testing.assert_allclose(there.depth[known], matches.target_depth[mine][known], rtol=1e-5)


def test_no_pairs_give_no_matches():
    scene = made_scene(np.array([camera()]), num_points=10)
    matches = gather_matches(MatchedPhotos(scene.matched.features, ()), scene.keypoint_depths)
    assert len(matches) == 0
    assert len(matches.select(np.zeros(0, bool)).thinned(5)) == 0


def test_matches_are_thinned_evenly():
    scene = made_scene(arc_of_cameras(2), num_points=100)
    matches = gather_matches(scene.matched, scene.keypoint_depths)
    thinned = matches.thinned(20)
    assert len(thinned) == 20
    assert np.bincount(thinned.source).tolist() == [10, 10]
    assert matches.thinned(1000) is matches
