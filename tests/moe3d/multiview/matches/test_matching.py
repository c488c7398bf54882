"""Verification of matches, and tracks joined by hand."""

import numpy as np
import pytest

from moe3d.geometry.projection import project, world_points_from_depth
from moe3d.multiview.matches.features import Features
from moe3d.multiview.matches.matching import (
    MatchedPhotos,
    MatchingSettings,
    PairMatches,
    colmap_camera,
    join_tracks,
    match_photos,
    verify,
)
from moe3d.progress import Progress
from tests.multiview_scenes import INTRINSICS, arc_of_cameras, made_scene, room_views


def photo(count: int, view: int) -> Features:
    """Keypoint k of view v stands at (10 v + k, v)."""
    pixels = np.stack([10.0 * view + np.arange(count), np.full(count, view)], axis=1)
    return Features(pixels.astype(np.float32), np.zeros((count, 128), np.float32), 0.4)


def matched(*pairs: tuple[int, int, list[tuple[int, int]]], counts=(4, 4, 4)) -> MatchedPhotos:
    photos = tuple(photo(count, view) for view, count in enumerate(counts))
    return MatchedPhotos(
        photos, tuple(PairMatches(a, b, np.array(i, int).reshape(-1, 2)) for a, b, i in pairs)
    )


def rows(tracks) -> list[tuple[int, int, int]]:
    return list(
        zip(tracks.track.tolist(), tracks.view.tolist(), tracks.keypoint.tolist(), strict=True)
    )


def test_matches_are_joined_to_chains():
    # 0:1 - 1:2 - 2:0 is one spot, 0:3 - 2:1 another, 1:0 - 2:3 a third.
    tracks = join_tracks(matched((0, 1, [(1, 2)]), (0, 2, [(3, 1)]), (1, 2, [(2, 0), (0, 3)])))
    assert tracks.count == 3
    assert rows(tracks) == [(0, 0, 1), (0, 1, 2), (0, 2, 0), (1, 0, 3), (1, 2, 1), (2, 1, 0),
                            (2, 2, 3)]  # fmt: skip
    expected = [[1, 0], [12, 1], [20, 2], [3, 0], [21, 2], [10, 1], [23, 2]]
    np.testing.assert_array_equal(tracks.pixels, expected)


def test_a_closed_ring_is_one_track():
    tracks = join_tracks(matched((0, 1, [(0, 0)]), (1, 2, [(0, 0)]), (0, 2, [(0, 0)])))
    assert rows(tracks) == [(0, 0, 0), (0, 1, 0), (0, 2, 0)]


def test_a_match_that_would_join_two_keypoints_of_one_photo_is_left_out():
    # 0:0 - 1:0 - 2:0 - 0:1 would be one spot at two places of photo 0; the pair 0, 1 has the most
    # matches, then 1, 2 by its place in the list, and so 0:1 is left out. 0:2 - 1:1 is a good one.
    tracks = join_tracks(matched((0, 1, [(0, 0), (2, 1)]), (1, 2, [(0, 0)]), (0, 2, [(1, 0)])))
    assert rows(tracks) == [(0, 0, 2), (0, 1, 1), (1, 0, 0), (1, 1, 0), (1, 2, 0)]
    expected = [[2, 0], [11, 1], [0, 0], [10, 1], [20, 2]]
    np.testing.assert_array_equal(tracks.pixels, expected)


def test_matches_of_the_best_matched_pairs_come_first():
    # The same four keypoints; 1, 2 has three matches, 0, 2 two, 0, 1 one: 0:0 is left out.
    tracks = join_tracks(
        matched((0, 1, [(0, 0)]), (0, 2, [(1, 0), (2, 1)]), (1, 2, [(0, 0), (2, 2), (3, 3)]))
    )
    tied = tracks.track[(tracks.view == 0) & (tracks.keypoint == 1)]
    assert {row[1:] for row in rows(tracks) if row[0] == tied} == {(0, 1), (1, 0), (2, 0)}
    assert (0, 0) not in {row[1:] for row in rows(tracks)}
    assert tracks.count == 4


def test_two_tracks_that_a_wrong_match_ties_are_both_kept():
    # 0:0 - 1:0 - 2:0 and 0:1 - 1:1 - 2:1, and the wrong 0:0 - 2:1.
    right = [(0, 0), (1, 1)]
    tracks = join_tracks(matched((0, 2, [(0, 1)]), (0, 1, right), (1, 2, right)))
    assert rows(tracks) == [(0, 0, 0), (0, 1, 0), (0, 2, 0), (1, 0, 1), (1, 1, 1), (1, 2, 1)]


def test_of_two_keypoints_matched_with_one_the_first_is_kept():
    assert rows(join_tracks(matched((0, 1, [(1, 0), (0, 0)])))) == [(0, 0, 1), (0, 1, 0)]


@pytest.mark.parametrize("seed", range(5))
def test_random_matches_are_joined_as_by_taking_one_after_the_other(seed: int):
    rng = np.random.default_rng(seed)
    views, count = 6, 25
    pairs = []
    for first in range(views):
        for second in range(first + 1, views):
            spots = rng.permutation(count)[: rng.integers(2, 20)]
            there = np.where(rng.random(len(spots)) < 0.1, rng.integers(0, count), spots)
            pairs.append((first, second, list(zip(spots.tolist(), there.tolist(), strict=True))))
    given = matched(*pairs, counts=(count,) * views)

    together = {(view, k): frozenset({(view, k)}) for view in range(views) for k in range(count)}
    for first, second, index in sorted(pairs, key=lambda pair: -len(pair[2])):
        for a, b in index:
            one, other = together[first, a], together[second, b]
            if not {view for view, _ in one} & {view for view, _ in other}:
                together.update(dict.fromkeys(one | other, one | other))
    expected = {spots for spots in together.values() if len(spots) > 1}

    found: dict[int, set[tuple[int, int]]] = {}
    for track, view, keypoint in rows(join_tracks(given)):
        found.setdefault(track, set()).add((view, keypoint))
    assert {frozenset(spots) for spots in found.values()} == expected
    assert len(found) == len(expected)


def test_without_matches_there_are_no_tracks():
    for given in (matched(), matched((0, 1, []))):
        tracks = join_tracks(given)
        assert tracks.count == 0
        assert tracks.pixels.shape == (0, 2)


def test_a_selection_keeps_what_is_still_seen_twice_and_counts_anew():
    tracks = join_tracks(matched((0, 1, [(1, 2)]), (0, 2, [(3, 1)]), (1, 2, [(2, 0), (0, 3)])))
    chosen = np.array([True, False, True, True, False, True, True])  # of track 1 one is left
    kept = tracks.select(chosen)
    assert rows(kept) == [(0, 0, 1), (0, 2, 0), (1, 1, 0), (1, 2, 3)]
    np.testing.assert_array_equal(kept.pixels, [[1, 0], [20, 2], [10, 1], [23, 2]])
    assert tracks.select(np.zeros(7, bool)).count == 0


def test_tracks_of_made_points_are_the_points():
    scene = made_scene(arc_of_cameras(4))
    tracks = join_tracks(scene.matched)
    point = np.array([scene.order[v][k] for v, k in zip(tracks.view, tracks.keypoint, strict=True)])
    for number in range(tracks.count):
        assert len(set(point[tracks.track == number])) == 1
    assert tracks.count == len(set(point.tolist())) == scene.tracks.count
    assert len(tracks.track) == len(scene.tracks.track)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_verification_drops_wrong_matches(share: float):
    scene = made_scene(arc_of_cameras(2), num_points=300)
    index = scene.matched.pairs[0].index.copy()
    rng = np.random.default_rng(0)
    is_wrong = rng.random(len(index)) < share
    index[is_wrong, 1] = rng.permutation(index[is_wrong, 1])
    is_wrong = scene.order[0][index[:, 0]] != scene.order[1][index[:, 1]]
    found = verify(scene.matched.features[:2], index, (INTRINSICS, INTRINSICS), MatchingSettings())
    kept = (index[:, None] == found[None]).all(axis=-1).any(axis=1)
    assert kept[~is_wrong].all()
    # A wrong match stays when it happens to lie near its epipolar line: 3 px of 480 rows.
    assert kept[is_wrong].mean() < 0.05


def test_verification_keeps_matches_of_a_turned_camera():
    scene = made_scene(np.array([arc_of_cameras(1)[0]] * 2))
    index = scene.matched.pairs[0].index
    found = verify(scene.matched.features[:2], index, (INTRINSICS, INTRINSICS), MatchingSettings())
    assert len(found) == len(index)


def test_matches_that_allow_no_geometry_are_no_error():
    # Thirteen matches of a generated scene on which OpenCV's estimator stopped with an assertion.
    first = [
        (61.423264, 97.16095), (75.52852, 99.81221), (59.591713, 100.12803),
        (73.14248, 89.375061), (79.637108, 73.156136), (85.25126, 94.130562),
        (68.588097, 98.506981), (68.588097, 98.506981), (86.635475, 96.380569),
        (196.134216, 140.012009), (66.792465, 84.869354), (163.509949, 116.692985),
        (73.705688, 59.174473),
    ]  # fmt: skip
    second = [
        (53.980312, 101.386826), (71.684898, 103.329567), (52.133175, 105.894951),
        (66.184837, 91.838654), (69.001374, 73.414742), (82.646317, 101.094711),
        (64.214081, 102.004944), (64.214081, 102.004944), (78.283195, 98.293159),
        (208.046478, 128.906372), (56.872109, 87.668159), (13.299565, 106.029968),
        (62.779160, 60.963547),
    ]  # fmt: skip
    photos = [
        Features(np.array(pixels, np.float32), np.zeros((13, 128), np.float32), 0.4)
        for pixels in (first, second)
    ]
    intrinsics = np.array([[200.0, 0, 111.5], [0, 200.0, 83.5], [0, 0, 1]])
    index = np.stack([np.arange(13)] * 2, axis=1)
    settings = MatchingSettings()
    found = verify((photos[0], photos[1]), index, (intrinsics, intrinsics), settings)
    assert set(map(tuple, found.tolist())) <= set(map(tuple, index.tolist()))
    for few in (0, 1, 7):
        args = ((photos[0], photos[1]), index[:few], (intrinsics, intrinsics), settings)
        assert verify(*args).shape == (0, 2)


def test_colmap_counts_pixels_from_the_corner():
    made = colmap_camera(np.array([[500.0, 0, 319.5], [0, 510.0, 239.5], [0, 0, 1]]))
    assert (made.width, made.height) == (640, 480)
    np.testing.assert_array_equal(made.params, [500, 510, 320, 240])
    # The ray of the picture's middle, which is half a pixel from the middle pixel's centre.
    np.testing.assert_allclose(made.cam_from_img(np.array([[320.0, 240.0]])), [[0, 0]])


def test_matches_of_the_room_lie_on_their_epipolar_lines():
    room = room_views((1, 3))
    found = match_photos(room.views, room.intrinsics, MatchingSettings(), Progress())
    (pair,) = found.pairs
    assert len(pair) > 500
    first, second = (
        found.features[v].pixels[pair.index[:, side]].astype(float) for side, v in enumerate((0, 1))
    )
    ones = np.ones((len(pair), 1))
    second_from_first = room.cameras[1] @ np.linalg.inv(room.cameras[0])
    inverses = np.linalg.inv(room.intrinsics)
    essential = np.cross(second_from_first[:3, 3], second_from_first[:3, :3], axisb=0, axisc=0)
    lines = np.hstack([first, ones]) @ (inverses[1].T @ essential @ inverses[0]).T
    across = (np.hstack([second, ones]) * lines).sum(axis=1) / np.hypot(lines[:, 0], lines[:, 1])
    assert np.median(np.abs(across)) < 0.5
    # Five in a hundred are wrong: they lie near the lines of a geometry that is a little off.
    assert (np.abs(across) < 2).mean() > 0.85
    # Along the line the depth tells. One in six is wrong: things in the room repeat.
    world = world_points_from_depth(room.depth[0], room.intrinsics[0], room.cameras[0])
    column, row = np.rint(first).astype(int).T
    there = project(world[row, column], room.intrinsics[1], room.cameras[1]).pixels
    assert np.median(np.linalg.norm(there - second, axis=1)) < 1.0
