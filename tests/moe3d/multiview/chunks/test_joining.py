"""Chunks cut from one exact scene, each in a frame and scale of its own, come together again."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.geometry.similarity import Similarity
from moe3d.multiview.chunks.joining import ChunkAnswer, JointSettings, join_chunks
from moe3d.multiview.chunks.whole_scene import moved_cameras
from tests.multiview_scenes import INTRINSICS, arc_of_cameras

PIXELS = np.stack(np.meshgrid(np.arange(20.0, 640, 60), np.arange(20.0, 480, 60)), -1).reshape(
    -1, 2
)


def similarity(seed: int) -> Similarity:
    random = np.random.default_rng(seed)
    turn = Rotation.from_rotvec(random.normal(size=3)).as_matrix()
    return Similarity(float(np.exp(random.normal())), turn, random.normal(size=3))


def depth_of(cameras: np.ndarray) -> np.ndarray:
    """z-depth (S, P) of the sphere of radius 2 around (0, 0, 5), and of a plane behind it."""
    rays = np.concatenate([PIXELS, np.ones((len(PIXELS), 1))], 1) @ np.linalg.inv(INTRINSICS).T
    found = []
    for matrix in cameras:
        centre, turned = -matrix[:3, :3].T @ matrix[:3, 3], rays @ matrix[:3, :3]
        away = centre - [0, 0, 5.0]
        a, b, c = (turned**2).sum(1), turned @ away, away @ away - 4.0
        root = b**2 - a * c
        hit = (-b - np.sqrt(np.maximum(root, 0))) / a
        wall = (12.0 - centre[2]) / turned[:, 2]
        found.append(np.where(root > 0, hit, np.where(wall > 0, wall, np.nan)))
    return np.array(found)


def answer(
    cameras: np.ndarray, views: tuple[int, ...], chunk_from_world: Similarity
) -> ChunkAnswer:
    """What a perfect network says of some photos in a frame of its own."""
    chosen = cameras[list(views)]
    depth = depth_of(chosen) * chunk_from_world.scale
    return ChunkAnswer(
        views,
        moved_cameras(chosen, chunk_from_world),
        np.tile(INTRINSICS, (len(views), 1, 1)),
        PIXELS,
        depth.astype(np.float32),
        np.ones(depth.shape, np.float32),
    )


def assert_same(found: Similarity, true: Similarity, tolerance: float = 1e-5) -> None:
    assert found.scale == pytest.approx(true.scale, rel=tolerance)
    np.testing.assert_allclose(found.rotation, true.rotation, atol=tolerance)
    np.testing.assert_allclose(found.translation, true.translation, atol=20 * tolerance)


CAMERAS = arc_of_cameras(9)


def test_points_of_both_chunks_are_the_same_under_the_joint():
    own = similarity(1)
    whole, part = answer(CAMERAS, (0, 1, 2), similarity(0)), answer(CAMERAS, (2, 3), own)
    expected = similarity(0) @ own.inverse
    np.testing.assert_allclose(expected.apply(part.points([0])), whole.points([2]), atol=1e-4)


def test_two_chunks_of_an_exact_scene_join_exactly():
    pair = [
        answer(CAMERAS, (0, 1, 2, 3, 4), similarity(0)),
        answer(CAMERAS, (3, 4, 5), similarity(1)),
    ]
    joint = join_chunks(pair, 0, 1, JointSettings())
    assert joint is not None
    assert_same(joint.first_from_second, similarity(0) @ similarity(1).inverse)
    assert (joint.photos, joint.inlier_share) == (2, pytest.approx(1.0))


def test_one_shared_photo_of_four_with_a_wrong_camera_and_scale_does_not_matter():
    first = answer(CAMERAS, (0, 1, 2, 3, 4), similarity(0))
    second = answer(CAMERAS, (1, 2, 3, 4, 5), similarity(1))
    cameras, depth = second.camera_from_chunk.copy(), second.depth.copy()
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_rotvec([0, 0.6, 0]).as_matrix()
    cameras[1] = turn @ cameras[1]
    depth[1] *= 1.7
    joint = join_chunks([first, replace(second, camera_from_chunk=cameras, depth=depth)], 0, 1,
                        JointSettings())  # fmt: skip
    assert joint is not None
    assert_same(joint.first_from_second, similarity(0) @ similarity(1).inverse, 5e-3)
    assert 0.6 < joint.inlier_share < 0.9


def test_a_photo_without_camera_and_pixels_without_depth_are_left_out():
    first = answer(CAMERAS, (0, 1, 2, 3), similarity(0))
    second = answer(CAMERAS, (2, 3, 4), similarity(1))
    cameras, depth = second.camera_from_chunk.copy(), second.depth.copy()
    cameras[0] = np.nan
    depth[1, ::3] = np.nan
    joint = join_chunks([first, replace(second, camera_from_chunk=cameras, depth=depth)], 0, 1,
                        JointSettings())  # fmt: skip
    assert joint is not None
    assert joint.photos == 1
    assert_same(joint.first_from_second, similarity(0) @ similarity(1).inverse)


def test_a_chunk_whose_photos_contradict_the_other_is_refused():
    first = answer(CAMERAS, (0, 1, 2, 3, 4, 5), similarity(0))
    second = answer(CAMERAS, (1, 2, 3, 4, 5), similarity(1))
    random = np.random.default_rng(0)
    turns = np.tile(np.eye(4), (5, 1, 1))
    turns[:, :3, :3] = Rotation.from_rotvec(random.normal(size=(5, 3))).as_matrix()
    depth = second.depth * np.exp(random.normal(size=second.depth.shape)).astype(np.float32)
    wrong = replace(second, camera_from_chunk=turns @ second.camera_from_chunk, depth=depth)
    assert join_chunks([first, wrong], 0, 1, JointSettings()) is None


def test_chunks_that_share_no_photo_do_not_join():
    pair = [answer(CAMERAS, (0, 1), similarity(0)), answer(CAMERAS, (2, 3), similarity(1))]
    assert join_chunks(pair, 0, 1, JointSettings()) is None
