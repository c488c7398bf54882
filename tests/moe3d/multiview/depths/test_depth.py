"""Depth from all photos on analytic planes, and its parts by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from moe3d.errors import JobCancelledError
from moe3d.multiview.depths.correction import CorrectionSettings
from moe3d.multiview.depths.depth import (
    DepthSettings,
    Measured,
    PosedScene,
    SparsePoints,
    _enlarge,
    _nearest,
    _shrink,
    choose_neighbours,
    correct_all,
    measure_depth,
    refine_layer,
    support_of,
)
from moe3d.progress import Progress
from tests.multiview_scenes import Plane, arc_of_cameras, camera, centres, render

HEIGHT, WIDTH = 90, 120
INTRINSICS = np.array([[110.0, 0, 59.5], [0, 110.0, 44.5], [0, 0, 1]])
CAMERAS = np.array(
    [camera(), camera((0, -3, 0), (0.3, 0, 0)), camera((2, 3, 0), (-0.3, 0.1, 0))]
)  # fmt: skip
CPU = torch.device("cpu")
STEP = [Plane(2.0, (0.1, 0.0), (-np.inf, 0.0), seed=1), Plane(3.0, (0.0, 0.2), seed=2)]


def scene_of(planes: list[Plane], cameras: np.ndarray = CAMERAS) -> tuple[PosedScene, np.ndarray]:
    """Photos with exact cameras, exact points on a grid, and the true depth."""
    rendered = [render(planes, view, INTRINSICS, HEIGHT, WIDTH) for view in cameras]
    grey = np.stack([np.rint(255 * picture).astype(np.uint8) for picture, _ in rendered])
    depth = np.stack([z for _, z in rendered]).astype(np.float32)
    v, u = np.mgrid[5:HEIGHT:8, 5:WIDTH:8]
    pixels = np.stack([u.ravel(), v.ravel()], axis=1).astype(float)
    points = tuple(
        SparsePoints(pixels, z[v.ravel(), u.ravel()].astype(float), np.full(v.size, 0.01))
        for z in depth
    )
    count = len(cameras)
    return PosedScene(
        np.stack([grey] * 3, axis=-1), np.ones(depth.shape, bool),
        np.tile(INTRINSICS, (count, 1, 1)), cameras, points, np.ones(count, bool),
    ), depth  # fmt: skip


def bent(depth: np.ndarray, amount: float = 0.12) -> np.ndarray:
    """Depth as a network may see it: bent smoothly, each photo at a scale of its own."""
    u, v = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    change = [amount * np.sin(2.5 * u + i) * np.cos(1.5 * v) + 0.05 * i for i in range(len(depth))]
    return (depth * np.exp(np.array(change))).astype(np.float32)


def refine(scene: PosedScene, raw: np.ndarray, settings: DepthSettings):
    factors = correct_all(scene, raw, settings.correction)
    neighbours = choose_neighbours(scene, raw * np.exp(factors), settings)
    measured = measure_depth(scene, raw, factors, neighbours, settings, CPU, Progress())
    return refine_layer(scene, raw, factors, measured, settings, Progress()), measured


def test_points_bring_a_bent_depth_near_the_truth():
    scene, depth = scene_of(STEP)
    raw = bent(depth)
    factors = correct_all(scene, raw, CorrectionSettings())
    before, after = np.abs(raw / depth - 1).mean(), np.abs(raw * np.exp(factors) / depth - 1).mean()
    assert after < 0.4 * before
    unplaced = replace(scene, is_placed=np.array([True, False, True]))
    np.testing.assert_array_equal(correct_all(unplaced, raw, CorrectionSettings())[1], 0)
    masked = replace(scene, valid=np.zeros(depth.shape, bool))
    np.testing.assert_array_equal(correct_all(masked, raw, CorrectionSettings()), 0)


@pytest.mark.parametrize("long_side", [120, 60])
def test_bent_depth_comes_back_to_the_truth(long_side: int):
    scene, depth = scene_of(STEP)
    raw = bent(depth)
    refined, measured = refine(scene, raw, DepthSettings(long_side=long_side))
    error = np.abs(refined.depth / depth - 1)
    assert refined.is_swept.all()
    assert np.median(error) < 0.005 * 120 / long_side
    assert error.mean() < 0.35 * np.abs(raw / depth - 1).mean()
    assert (measured.weight > 0).mean() > 0.6


def test_refined_depth_keeps_the_sharp_edge_of_the_network():
    scene, depth = scene_of(STEP)
    for long_side in (120, 60):
        refined, _ = refine(scene, bent(depth), DepthSettings(long_side=long_side))
        edge = np.argmax(np.diff(depth[0], axis=1), axis=1)
        found = np.argmax(np.diff(refined.depth[0], axis=1), axis=1)
        assert (np.abs(found - edge)[8:-8] <= 1).mean() > 0.95


def test_a_photo_in_which_too_few_pixels_agree_keeps_the_smooth_correction():
    scene, depth = scene_of(STEP)
    raw, settings = bent(depth), DepthSettings()
    factors = correct_all(scene, raw, settings.correction)
    weight = np.zeros(depth.shape, np.float32)
    weight[0, :8] = 1  # 9 % of the pixels
    weight[1, :4] = 1  # 4 %
    measured = Measured(np.log(depth), weight)
    refined = refine_layer(scene, raw, factors, measured, settings, Progress())
    assert refined.is_swept.tolist() == [True, False, False]
    np.testing.assert_allclose(refined.depth[1:], (raw * np.exp(factors))[1:], rtol=1e-5)
    np.testing.assert_allclose(refined.depth[0, :5], depth[0, :5], rtol=0.02)


def test_unknown_depth_and_photos_that_were_not_placed_stay_as_they_are():
    scene, depth = scene_of(STEP)
    raw = bent(depth)
    raw[0, :10] = np.nan
    raw[0, 10:20] = 0
    valid = scene.valid.copy()
    valid[2, :, :30] = False
    scene = replace(scene, valid=valid, is_placed=np.array([True, False, True]))
    refined, _ = refine(scene, raw, DepthSettings())
    np.testing.assert_array_equal(refined.depth[0, :20], raw[0, :20])
    np.testing.assert_array_equal(refined.depth[1], raw[1])
    np.testing.assert_array_equal(refined.depth[2, :, :30], raw[2, :, :30])
    assert np.isfinite(refined.depth[0, 20:]).all()


def test_bare_walls_change_nothing_beyond_the_points():
    planes = [replace(plane, is_textured=False) for plane in STEP]
    scene, depth = scene_of(planes)
    nothing = SparsePoints(np.zeros((0, 2)), np.zeros(0), np.zeros(0))
    scene = replace(scene, points=(nothing,) * 3)
    raw = bent(depth)
    refined, measured = refine(scene, raw, DepthSettings())
    assert np.isfinite(refined.depth).all()
    assert np.isfinite(measured.log_depth).all()
    assert np.abs(np.log(refined.depth / raw)).max() < 0.6


def test_neighbours_are_those_that_see_much_at_a_good_angle():
    # The plane's middle is 5 away: 0.1 degrees to the second camera, 8 to the third, 90 to the
    # fourth, and the fifth looks the other way.
    cameras = np.concatenate(
        [arc_of_cameras(1), [camera((0, 0, 0), (0.01, 0, 0))], arc_of_cameras(2)[1:],
         arc_of_cameras(2, step_deg=60)[1:], [camera((0, 180, 0))]]
    )  # fmt: skip
    scene, _ = scene_of([Plane(5.0)], cameras)
    depth = np.full((5, HEIGHT, WIDTH), 5.0, np.float32)
    chosen = choose_neighbours(scene, depth, DepthSettings())
    assert chosen[0] == [2, 3, 1]
    assert chosen[4] == []
    placed = replace(scene, is_placed=np.array([True, True, False, True, True]))
    assert choose_neighbours(placed, depth, DepthSettings())[0] == [3, 1]
    assert choose_neighbours(placed, depth, DepthSettings())[2] == []
    unknown = depth.copy()
    unknown[0] = np.nan
    assert choose_neighbours(scene, unknown, DepthSettings())[0] == []


def test_support_of_true_depth_is_the_number_of_photos_that_see():
    scene, depth = scene_of([Plane(3.0, (0.2, 0.1))])
    neighbours = [[1, 2], [0, 2], [0, 1]]
    support, ratio = support_of(scene, depth, neighbours, DepthSettings(), CPU, Progress())
    middle = (slice(25, -25), slice(40, -40))
    for view in range(3):
        assert (support[view][middle] == 2).all()
    assert np.nanmedian(np.abs(ratio)) < 0.002
    wrong = depth.copy()
    wrong[1] *= 1.1
    support, ratio = support_of(scene, wrong, neighbours, DepthSettings(), CPU, Progress())
    assert (support[0][middle] == 1).all()
    assert (support[1][middle] == 0).all()
    assert np.nanmedian(ratio[1]) < -0.08
    unknown = depth.copy()
    unknown[0, :45] = np.nan
    support, ratio = support_of(scene, unknown, [[1], [], []], DepthSettings(), CPU, Progress())
    assert (support[0, :45] == 0).all()
    assert (support[1:] == 0).all()
    assert np.isnan(ratio[0, :45]).all()


def test_a_cancel_ends_the_sweep():
    scene, depth = scene_of(STEP)
    progress = Progress(lambda report: progress.cancel() if report.done == 1 else None)
    factors = np.zeros_like(depth)
    with pytest.raises(JobCancelledError):
        measure_depth(
            scene, depth, factors, [[1], [0], [0]], DepthSettings(), CPU, progress
        )  # fmt: skip


def test_a_constant_field_stays_constant_when_enlarged():
    rng = np.random.default_rng(0)
    guide, depth = rng.normal(size=(10, 15)), rng.normal(size=(31, 47))
    np.testing.assert_allclose(_enlarge(np.full((10, 15), 0.7), guide, depth), 0.7)


def test_without_edges_a_field_is_enlarged_bilinearly():
    v, u = np.mgrid[:8, :10]
    field = 0.3 * u - 0.2 * v
    found = _enlarge(field, np.zeros((8, 10)), np.zeros((24, 30)))
    rows, columns = np.mgrid[:24, :30]
    expected = 0.3 * ((columns + 0.5) / 3 - 0.5) - 0.2 * ((rows + 0.5) / 3 - 0.5)
    np.testing.assert_allclose(found[2:-2, 2:-2], expected[2:-2, 2:-2], atol=1e-9)


def test_an_enlarged_step_follows_the_edge_of_the_large_map():
    # The small map's edge is between columns 4 and 5; the large one's is at column 17, not 15.
    small_guide = np.tile(np.where(np.arange(10) < 5, 0.0, 1.0), (8, 1))
    field = np.where(small_guide > 0, 0.4, -0.1)
    large = np.tile(np.where(np.arange(30) < 17, 0.0, 1.0), (24, 1))
    found = _enlarge(field, small_guide, large)
    np.testing.assert_allclose(found[:, :15], -0.1, atol=1e-4)
    np.testing.assert_allclose(found[:, 17:], 0.4, atol=1e-4)
    # Column 16 lies among far pixels of the small map but for a third.
    np.testing.assert_allclose(found[:, 15:16], -0.1, atol=1e-4)


def test_a_shrunk_scene_sees_the_same_rays():
    scene, _ = scene_of(STEP)
    small = _shrink(scene, 40)
    assert small.images.shape == (3, 30, 40, 3)
    # The middle of small pixel (u, v) is that of the nine pixels that it covers.
    small_ray = np.linalg.inv(small.intrinsics[0]) @ [10, 7, 1]
    ray = np.linalg.inv(scene.intrinsics[0]) @ [31, 22, 1]
    np.testing.assert_allclose(small_ray, ray)
    assert small.images[0, 7, 10, 0] == pytest.approx(
        scene.images[0, 21:24, 30:33, 0].mean(), abs=0.6
    )
    assert _shrink(scene, 120) is scene
    np.testing.assert_allclose(centres(small.camera_from_world), centres(CAMERAS))


def test_a_small_map_takes_the_middle_pixels_of_a_large_one():
    large = np.arange(6)[:, None] * 100 + np.arange(12)
    np.testing.assert_array_equal(
        _nearest(large, (2, 4)), [[101, 104, 107, 110], [401, 404, 407, 410]]
    )
    np.testing.assert_array_equal(_nearest(large, (6, 12)), large)
