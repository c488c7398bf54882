"""Bundle adjustment: slopes against differences, exact scenes, wrong matches, Monte Carlo."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.errors import JobCancelledError
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.matching import KeypointTracks
from moe3d.multiview.solving import normal_equations
from moe3d.multiview.solving.bundle import BundleAdjustment, BundleSettings
from moe3d.multiview.solving.normal_equations import POSE, NormalEquations
from moe3d.progress import Progress
from tests.multiview_scenes import (
    MadeScene,
    arc_of_cameras,
    camera,
    centre_errors,
    made_scene,
    rotation_errors_deg,
)

VIEWS = 4
OTHERS = np.arange(VIEWS) > 0
ONE_GROUP = np.zeros(VIEWS, int)


@pytest.fixture(scope="module")
def scene() -> MadeScene:
    return made_scene(arc_of_cameras(VIEWS), num_points=120)


def truth(scene: MadeScene) -> CameraState:
    return CameraState(scene.cameras, np.ones(len(scene.cameras)), scene.intrinsics)


def wrong(scene: MadeScene, turn_deg: float = 3.0, shift: float = 0.1) -> CameraState:
    """All cameras but the first turned and shifted."""
    rng = np.random.default_rng(5)
    cameras = scene.cameras.copy()
    for matrix in cameras[1:]:
        matrix[:] = camera(turn_deg * rng.normal(size=3), shift * rng.normal(size=3)) @ matrix
    return replace(truth(scene), camera_from_world=cameras)


def problem_of(
    scene: MadeScene,
    settings: BundleSettings | None = None,
    *,
    pixels: np.ndarray | None = None,
    depth: np.ndarray | None = None,
    free: np.ndarray = OTHERS,
    groups: np.ndarray = ONE_GROUP,
    sigma_px: float = 0.4,
) -> BundleAdjustment:
    tracks = scene.tracks
    if pixels is not None:
        tracks = replace(tracks, pixels=pixels)
    depth = scene.depth if depth is None else depth
    sigmas = np.full(len(free), sigma_px)
    return BundleAdjustment(tracks, depth, sigmas, free, groups, settings or BundleSettings())


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize("groups", [[0, 0, 0, 0], [0, 1, 0, 2]])
def test_gradients_are_those_of_the_cost(scene: MadeScene, is_last: bool, groups: list[int]):
    rng = np.random.default_rng(0)
    depth = scene.depth * np.exp(0.3 * rng.normal(size=scene.depth.shape))
    depth[::7] = np.nan
    problem = problem_of(
        scene,
        BundleSettings(focal_sigma=0.05),
        depth=depth,
        groups=np.array(groups),
        sigma_px=8.0,
    )
    start = truth(scene)
    size = 3 * POSE + max(groups) + 1
    state = problem._moved(wrong(scene, 1.0, 0.05), 0.05 * rng.normal(size=size))
    points = scene.track_points + 0.05 * rng.normal(size=scene.track_points.shape)
    terms = problem._terms(state, points, start, is_last)

    def cost(step: np.ndarray, shift: np.ndarray) -> float:
        return problem._terms(problem._moved(state, step), points + shift, start, is_last).cost

    still, step = np.zeros_like(points), 1e-6
    for index in range(size):
        move = np.zeros(size)
        move[index] = step
        slope = (cost(move, still) - cost(-move, still)) / (2 * step)
        # The normal equations hold half the slope of a sum of squares.
        assert 2 * terms.camera_gradient[index] == pytest.approx(slope, rel=1e-4, abs=1e-3)
    for track in (0, 31, scene.tracks.count - 1):
        for axis in range(3):
            shift = np.zeros_like(points)
            shift[track, axis] = step
            slope = (cost(np.zeros(size), shift) - cost(np.zeros(size), -shift)) / (2 * step)
            assert 2 * terms.point_gradient[track, axis] == pytest.approx(slope, rel=1e-4, abs=1e-3)


def full_matrix(
    terms: NormalEquations, tracks: KeypointTracks, free: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """All blocks in one matrix: poses of free views, focal lengths of groups, points."""
    cut_off = POSE * free.sum() + groups.max() + 1  # where the poses of fixed views go
    columns = np.full((len(free), POSE + 1), cut_off)
    columns[free, :POSE] = np.arange(POSE * free.sum()).reshape(-1, POSE)
    columns[:, POSE] = POSE * free.sum() + groups
    full = np.zeros((cut_off + 1 + 3 * tracks.count,) * 2)
    full[np.arange(cut_off), np.arange(cut_off)] = terms.prior
    for view, block in enumerate(terms.camera_block):
        full[np.ix_(columns[view], columns[view])] += block
    for track, view, block in zip(tracks.track, tracks.view, terms.mixed_block, strict=True):
        of_point = cut_off + 1 + 3 * track + np.arange(3)
        full[np.ix_(columns[view], of_point)] += block
        full[np.ix_(of_point, columns[view])] += block.T
    for track, block in enumerate(terms.point_block):
        of_point = cut_off + 1 + 3 * track + np.arange(3)
        full[np.ix_(of_point, of_point)] = block
    return np.delete(np.delete(full, cut_off, axis=0), cut_off, axis=1)


FREE_AND_GROUPS = [
    ([False, True, True, True], [0, 0, 0, 0]),
    ([False, True, True, True], [0, 1, 0, 1]),
    ([True, False, True, False], [0, 1, 0, 2]),
]


@pytest.mark.parametrize(("free", "groups"), FREE_AND_GROUPS)
def test_blocks_are_those_of_the_squared_slopes(
    scene: MadeScene, free: list[bool], groups: list[int]
):
    """At the truth the normal matrix is half the cost's second derivative."""
    settings = BundleSettings(focal_sigma=0.05)
    problem = problem_of(scene, settings, free=np.array(free), groups=np.array(groups))
    state, points = truth(scene), scene.track_points
    terms = problem._terms(state, points, state, True)
    full = full_matrix(terms, scene.tracks, np.array(free), np.array(groups))
    size, step = POSE * sum(free) + max(groups) + 1, 1e-6

    def slopes(index: int, length: float) -> np.ndarray:
        move = np.zeros(len(full))
        move[index] = length
        moved, shift = problem._moved(state, move[:size]), move[size:].reshape(-1, 3)
        there = problem._terms(moved, points + shift, state, True)
        return np.concatenate([there.camera_gradient, there.point_gradient.ravel()])

    scale = np.abs(full[:size, :size]).max()
    for index in [*range(size), size, size + 100, len(full) - 1]:
        column = (slopes(index, step) - slopes(index, -step)) / (2 * step)
        of_points = full[size:, index]
        np.testing.assert_allclose(full[:size, index], column[:size], atol=1e-5 * scale)
        np.testing.assert_allclose(
            of_points, column[size:], atol=1e-5 * np.abs(of_points).max() + 1e-3
        )


@pytest.mark.parametrize(("dense_up_to", "full_up_to"), [(0, 0), (200, 0), (200, 200)])
@pytest.mark.parametrize(("free", "groups"), FREE_AND_GROUPS)
def test_a_step_is_the_one_with_all_points_in_the_equations(
    scene: MadeScene,
    free: list[bool],
    groups: list[int],
    dense_up_to: int,
    full_up_to: int,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(normal_equations, "DENSE_UP_TO", dense_up_to)
    monkeypatch.setattr(normal_equations, "FULL_UP_TO", full_up_to)
    problem = problem_of(
        scene, BundleSettings(focal_sigma=0.05), free=np.array(free), groups=np.array(groups)
    )
    terms = problem._terms(wrong(scene, 1.0, 0.05), scene.track_points, truth(scene), False)
    full = full_matrix(terms, scene.tracks, np.array(free), np.array(groups))
    full[np.diag_indices(len(full))] *= 1 + 1e-3  # the damping
    slope = np.concatenate([terms.camera_gradient, terms.point_gradient.ravel()])
    expected = np.linalg.solve(full, -slope)
    found = problem._layout.step(terms, 1e-3)
    assert found is not None
    step = np.concatenate([found[0], found[1].ravel()])
    np.testing.assert_allclose(step, expected, rtol=1e-4, atol=1e-6)


def test_the_truth_stays_where_it_is(scene: MadeScene):
    found = problem_of(scene).solve(truth(scene))
    assert found.cost < 1e-12
    assert found.errors.max() < 1e-6
    np.testing.assert_allclose(found.state.camera_from_world, scene.cameras, atol=1e-9)
    np.testing.assert_allclose(found.state.depth_scales, 1, atol=1e-9)
    np.testing.assert_allclose(found.state.intrinsics, scene.intrinsics, atol=1e-6)
    np.testing.assert_allclose(found.points, scene.track_points, atol=1e-6)


def test_wrong_cameras_and_points_return_to_the_truth(scene: MadeScene):
    start = wrong(scene)
    assert rotation_errors_deg(start.camera_from_world, scene.cameras)[1:].min() > 1
    found = problem_of(scene).solve(start)
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.01
    assert centre_errors(found.state.camera_from_world, scene.cameras).max() < 1e-3
    np.testing.assert_allclose(found.points, scene.track_points, atol=3e-3)
    assert np.median(found.errors) < 0.01


def test_without_depth_they_return_up_to_the_scale(scene: MadeScene):
    found = problem_of(scene, depth=np.full_like(scene.depth, np.nan)).solve(wrong(scene, 1, 0.03))
    cameras = found.state.camera_from_world
    assert rotation_errors_deg(cameras, scene.cameras).max() < 0.05
    scale = np.linalg.norm(cameras[-1, :3, 3]) / np.linalg.norm(scene.cameras[-1, :3, 3])
    cameras = cameras.copy()
    cameras[:, :3, 3] /= scale
    assert centre_errors(cameras, scene.cameras).max() < 0.005


def test_each_photos_depth_scale_is_found(scene: MadeScene):
    scales = np.array([1.0, 0.9, 1.05, 1.12])  # the world's depth over the network's
    depth = scene.depth / scales[scene.tracks.view]
    found = problem_of(scene, BundleSettings(depth_crowd=1e9), depth=depth).solve(wrong(scene))
    # The first photo's is 1, as its view is fixed; the spread of scales pulls the others a little.
    np.testing.assert_allclose(found.state.depth_scales, scales, rtol=0.03)
    assert found.state.depth_scales[0] == 1


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_wrong_shared_focal_length_is_found_when_it_is_free(scene: MadeScene, factor: float):
    start = wrong(scene, 1.0, 0.05)
    intrinsics = scene.intrinsics.copy()
    intrinsics[:, [0, 1], [0, 1]] *= factor
    start = replace(start, intrinsics=intrinsics)
    found = problem_of(scene, BundleSettings(focal_sigma=0.3)).solve(start)
    np.testing.assert_allclose(found.state.intrinsics, scene.intrinsics, rtol=2e-3)
    kept = problem_of(scene, BundleSettings(focal_sigma=0.0)).solve(start)
    np.testing.assert_array_equal(kept.state.intrinsics, intrinsics)


def test_focal_lengths_of_two_cameras_are_found_apart(scene: MadeScene):
    intrinsics = scene.intrinsics.copy()
    intrinsics[[1, 3], [0, 0], [0, 0]] *= 1.08
    intrinsics[[1, 3], [1, 1], [1, 1]] *= 1.08
    start = replace(truth(scene), intrinsics=intrinsics)
    groups = np.array([0, 1, 0, 1])
    found = problem_of(scene, BundleSettings(focal_sigma=0.3), groups=groups).solve(start)
    np.testing.assert_allclose(found.state.intrinsics[:, 0, 0], 500, rtol=3e-3)
    assert found.state.intrinsics[1, 0, 0] == found.state.intrinsics[3, 0, 0]


def test_wrong_matches_do_no_harm(scene: MadeScene):
    rng = np.random.default_rng(2)
    pixels = scene.tracks.pixels + 0.3 * rng.normal(size=scene.tracks.pixels.shape)
    is_wrong = rng.random(len(pixels)) < 0.2
    away = rng.uniform(20, 150, is_wrong.sum()) * np.exp(2j * np.pi * rng.random(is_wrong.sum()))
    pixels[is_wrong] += np.stack([away.real, away.imag], axis=1)
    found = problem_of(scene, pixels=pixels).solve(wrong(scene))
    without = replace(scene.tracks, pixels=pixels).select(~is_wrong)
    kept = np.bincount(scene.tracks.track, ~is_wrong)[scene.tracks.track] >= 2
    sigmas = np.full(VIEWS, 0.4)
    right = BundleAdjustment(
        without, scene.depth[~is_wrong & kept], sigmas, OTHERS, ONE_GROUP, BundleSettings()
    ).solve(wrong(scene))
    cameras, known = found.state.camera_from_world, right.state.camera_from_world
    # A third of what the noise of the right ones does, at most.
    assert rotation_errors_deg(cameras, known).max() < 0.05
    assert centre_errors(cameras, known).max() < 0.005
    assert rotation_errors_deg(cameras, scene.cameras).max() < 0.2
    # A wrong match of a track of two photos is told by neither; in longer ones it stands out.
    length = np.bincount(scene.tracks.track)[scene.tracks.track]
    others_right = np.bincount(scene.tracks.track, is_wrong)[scene.tracks.track] == is_wrong
    stands_out = found.errors[is_wrong & others_right & (length >= 4)] > 10
    assert stands_out.mean() > 0.95  # a point may settle at the wrong one: two of 61 do
    assert np.median(found.errors[~is_wrong]) < 1.5


def test_fixed_views_stay_to_the_last_bit(scene: MadeScene):
    start = wrong(scene)
    free = np.array([False, True, False, True])
    found = problem_of(scene, free=free, groups=np.arange(VIEWS)).solve(start)
    for view in (0, 2):
        np.testing.assert_array_equal(
            found.state.camera_from_world[view], start.camera_from_world[view]
        )
        assert found.state.depth_scales[view] == 1
    assert not np.array_equal(found.state.camera_from_world[1], start.camera_from_world[1])
    nobody = problem_of(
        scene, BundleSettings(focal_sigma=0.0), free=np.zeros(VIEWS, bool)
    ).solve(start)  # fmt: skip
    np.testing.assert_array_equal(nobody.state.camera_from_world, start.camera_from_world)
    np.testing.assert_array_equal(nobody.state.intrinsics, start.intrinsics)


def test_rotations_stay_rotations(scene: MadeScene):
    cameras = problem_of(scene).solve(wrong(scene)).state.camera_from_world
    product = cameras[:, :3, :3] @ cameras[:, :3, :3].transpose(0, 2, 1)
    np.testing.assert_allclose(product, np.tile(np.eye(3), (VIEWS, 1, 1)), atol=1e-12)
    assert (Rotation.from_matrix(cameras[:, :3, :3]).magnitude() < 1).all()


def test_photos_from_nearly_one_spot_are_held_by_their_depth():
    turned = np.array([camera((0, 4.0 * i, i), (0.003 * i, 0, 0)) for i in range(VIEWS)])
    scene = made_scene(turned, num_points=150)
    rng = np.random.default_rng(0)
    pixels = scene.tracks.pixels + 0.3 * rng.normal(size=scene.tracks.pixels.shape)
    depth = scene.depth * np.exp(0.05 * rng.normal(size=scene.depth.shape))
    found = problem_of(scene, pixels=pixels, depth=depth).solve(wrong(scene, 1.0, 0.02))
    ratio = np.linalg.norm(found.points, axis=1) / np.linalg.norm(scene.track_points, axis=1)
    assert np.median(np.abs(np.log(ratio))) < 0.05
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.5
    centres = np.linalg.inv(found.state.camera_from_world)[:, :3, 3]
    assert np.abs(centres).max() < 0.1  # of five units to the points


def test_no_tracks_leave_everything_as_it_is(scene: MadeScene):
    nothing = scene.tracks.select(np.zeros(len(scene.tracks.track), bool))
    problem = BundleAdjustment(
        nothing, np.zeros(0), np.full(VIEWS, 0.4), OTHERS, ONE_GROUP, BundleSettings()
    )
    start = wrong(scene)
    found = problem.solve(start)
    assert found.state is start
    assert found.cost == 0
    assert problem.depth_sigmas(start, found.points).shape == (0,)


def test_a_cancel_ends_the_descent(scene: MadeScene):
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        problem_of(scene).solve(wrong(scene), progress)


def test_the_depth_of_two_rays_is_as_uncertain_as_by_hand():
    """Two cameras side by side: z = f b / disparity, so d(log z) = z / (f b) * sqrt(2) sigma."""
    baseline = 0.5
    pair = made_scene(np.array([camera(), camera((0, 0, 0), (baseline, 0, 0))]), num_points=80)
    rng = np.random.default_rng(1)
    noisy = pair.tracks.pixels + 0.4 * rng.normal(size=pair.tracks.pixels.shape)
    nobody = np.zeros(2, bool)
    problem = problem_of(
        pair,
        BundleSettings(focal_sigma=0.0),
        pixels=noisy,
        depth=np.full_like(pair.depth, np.nan),
        free=nobody,
        groups=np.zeros(2, int),
    )
    found = problem.depth_sigmas(truth(pair), problem.solve(truth(pair)).points)
    # Two of four residuals of a point are free, so that its errors look half as large in the mean;
    # the estimate never goes below 0.3 of what is expected.
    expected = pair.depth / (500 * baseline) * np.sqrt(2) * 0.4
    ratio = found / expected
    assert ratio.std() < 0.1 * ratio.mean()  # points that fit worse count less
    exact = problem_of(
        pair,
        BundleSettings(focal_sigma=0.0),
        depth=np.full_like(pair.depth, np.nan),
        free=nobody,
        groups=np.zeros(2, int),
    ).depth_sigmas(truth(pair), pair.track_points)
    np.testing.assert_allclose(exact, 0.3 * expected, rtol=0.01)
    assert 0.3 <= np.median(ratio) < 1.1


@pytest.mark.parametrize("focal_sigma", [0.0, 0.03])
def test_the_uncertainty_of_depth_is_that_of_a_monte_carlo(focal_sigma: float):
    scene = made_scene(arc_of_cameras(5, step_deg=6), num_points=40)
    sigma_px, free, groups = 0.4, np.arange(5) > 0, np.zeros(5, int)
    settings = BundleSettings(
        depth_sigma=0.1, depth_crowd=1e9, scale_sigma=0.05, focal_sigma=focal_sigma, max_steps=12
    )
    rng = np.random.default_rng(4)
    tracks, state = scene.tracks, truth(scene)
    at = np.arange(len(tracks.track))
    logs, told = [], []
    for _ in range(40):
        pixels = tracks.pixels + sigma_px * rng.normal(size=tracks.pixels.shape)
        # The first photo's scale is 1 by definition, the others differ as they are expected to.
        scales = np.exp(settings.scale_sigma * rng.normal(size=5) * free)
        depth = scene.depth * np.exp(settings.depth_sigma * rng.normal(size=len(at)))
        depth /= scales[tracks.view]
        intrinsics = scene.intrinsics.copy()
        intrinsics[:, [0, 1], [0, 1]] *= np.exp(focal_sigma * rng.normal())
        problem = problem_of(
            scene, settings, pixels=pixels, depth=depth, free=free, groups=groups,
            sigma_px=sigma_px,
        )  # fmt: skip
        found = problem.solve(replace(state, intrinsics=intrinsics))
        cameras = found.state.camera_from_world[tracks.view]
        z = np.einsum("mj,mj->m", cameras[:, 2, :3], found.points[tracks.track]) + cameras[:, 2, 3]
        logs.append(np.log(z / scene.depth))
        told.append(problem.depth_sigmas(found.state, found.points))
    seen = np.std(logs, axis=0)
    ratio = np.mean(told, axis=0) / seen
    assert 0.7 < np.median(ratio) < 1.35
    assert np.percentile(ratio, 10) > 0.5
    assert np.percentile(ratio, 90) < 1.8
