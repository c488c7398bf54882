"""Depth by plane sweep on planes whose depth is known, pixel by pixel."""

import numpy as np
import pytest
import torch

from moe3d.geometry.projection import project, world_points_from_depth
from moe3d.multiview.depths.sweep import Posed, SweepSettings, look_up, sweep, warp
from tests.multiview_scenes import Plane, camera, render

HEIGHT, WIDTH = 90, 120
INTRINSICS = np.array([[110.0, 0, 59.5], [0, 110.0, 44.5], [0, 0, 1]])
CAMERAS = [
    camera(),
    camera((0.5, -3, 0.5), (0.25, 0.02, 0)),
    camera((0, 3, 1), (-0.25, 0, 0.03)),
    camera((-3, 0, 0), (0.02, -0.2, 0)),
]
INNER = (slice(24, -24), slice(24, -24))
"""What all neighbours see: they stand up to 20 pixels aside."""


def posed(grey: np.ndarray, view: np.ndarray, valid: np.ndarray | None = None) -> Posed:
    valid = np.ones(grey.shape, bool) if valid is None else valid
    tensors = (torch.from_numpy(array.astype(np.float32)) for array in (grey, INTRINSICS, view))
    grey_tensor, intrinsics, matrix = tensors
    return Posed(grey_tensor, torch.from_numpy(valid), intrinsics, matrix)


def photos_of(planes: list[Plane], cameras=CAMERAS) -> tuple[list[Posed], np.ndarray]:
    rendered = [render(planes, view, INTRINSICS, HEIGHT, WIDTH) for view in cameras]
    photos = [posed(grey, view) for (grey, _), view in zip(rendered, cameras, strict=True)]
    return photos, rendered[0][1]


def swept(photos: list[Posed], guess: np.ndarray) -> np.ndarray:
    log_guess = torch.from_numpy(np.log(guess).astype(np.float32))
    factor = sweep(photos[0], photos[1:], log_guess, SweepSettings())
    return guess * np.exp(factor.numpy())


@pytest.mark.parametrize("off", [0.8, 1.0, 1.2])
@pytest.mark.parametrize("slope", [(0.0, 0.0), (0.4, -0.2)], ids=["fronto-parallel", "slanted"])
def test_a_plane_is_found_from_a_wrong_guess(off: float, slope: tuple[float, float]):
    photos, depth = photos_of([Plane(2.0, slope)])
    found = swept(photos, depth * off)
    error = np.abs(found / depth - 1)[INNER]
    assert np.median(error) < 0.003
    assert error.max() < 0.01


def test_a_bent_guess_is_straightened():
    photos, depth = photos_of([Plane(2.0, (0.2, 0.1))])
    u = np.linspace(-1, 1, WIDTH)
    found = swept(photos, depth * np.exp(0.15 * np.sin(3 * u)))
    assert np.percentile(np.abs(found / depth - 1)[INNER], 95) < 0.01


def test_two_neighbours_are_enough():
    photos, depth = photos_of([Plane(2.0, (0.2, 0.1))], CAMERAS[:2])
    found = swept(photos, depth * 0.85)
    # The second photo does not see the left border.
    assert np.percentile(np.abs(found / depth - 1)[8:-8, 25:-8], 95) < 0.01


def test_a_step_is_where_it_is():
    planes = [Plane(2.0, borders=(-np.inf, 0.0), seed=1), Plane(3.0, seed=2)]
    photos, depth = photos_of(planes)
    edge = np.flatnonzero(depth[HEIGHT // 2] > 2.5)[0]
    guess = np.where(depth < 2.5, 2.0 * 1.1, 3.0 * 0.9)
    found = swept(photos, guess)
    error = np.abs(found / depth - 1)
    for side in (slice(8, edge - 2), slice(edge + 2, -8)):
        assert np.percentile(error[8:-8, side], 95) < 0.02
    columns = np.argmax(found[8:-8] > 2.5, axis=1)
    assert np.percentile(np.abs(columns - edge), 90) <= 2


def test_a_step_that_the_guess_does_not_know_is_found():
    photos, depth = photos_of([Plane(2.2, borders=(-np.inf, 0.0), seed=1), Plane(2.9, seed=2)])
    edge = np.flatnonzero(depth[HEIGHT // 2] > 2.5)[0]
    found = swept(photos, np.full(depth.shape, 2.5))
    error = np.abs(found / depth - 1)
    # Windows of seven pixels see both sides up to four pixels from the edge.
    for side in (slice(8, edge - 5), slice(edge + 5, -8)):
        assert np.percentile(error[8:-8, side], 90) < 0.02


def test_photos_without_texture_keep_the_guess():
    photos, depth = photos_of([Plane(2.0, is_textured=False)])
    found = swept(photos, depth * 1.1)
    assert np.isfinite(found).all()
    assert np.abs(found / (depth * 1.1) - 1).max() < np.expm1(0.54 + 0.045) + 1e-6
    noise = np.random.default_rng(0)
    grainy = [
        Posed(p.grey + 0.001 * torch.from_numpy(noise.normal(size=p.grey.shape)).float(), p.valid,
              p.intrinsics, p.camera_from_world)
        for p in photos
    ]  # fmt: skip
    assert np.isfinite(swept(grainy, depth * 1.1)).all()


def test_a_bare_patch_gets_the_depth_of_its_surroundings():
    photos, depth = photos_of([Plane(2.0, (0.3, 0.0))])
    bare = []
    for photo, view in zip(photos, CAMERAS, strict=True):
        # A grey disc painted onto the plane.
        v, u = np.mgrid[:HEIGHT, :WIDTH].astype(float)
        _, z = render([Plane(2.0, (0.3, 0.0))], view, INTRINSICS, HEIGHT, WIDTH)
        world = world_points_from_depth(z.astype(np.float32), INTRINSICS, view)
        grey = np.where(np.hypot(world[..., 0], world[..., 1]) < 0.25, 0.5, photo.grey.numpy())
        assert v.shape == u.shape == grey.shape
        bare.append(posed(grey, view))
    found = swept(bare, depth * 0.9)
    middle = (slice(HEIGHT // 2 - 6, HEIGHT // 2 + 6), slice(WIDTH // 2 - 6, WIDTH // 2 + 6))
    assert np.abs(found / depth - 1)[middle].max() < 0.03


def test_masked_neighbours_say_nothing():
    photos, depth = photos_of([Plane(2.0)])
    # A neighbour from a wrong place, wholly masked, changes nothing that a third one tells.
    lost = posed(photos[1].grey.numpy(), CAMERAS[1], np.zeros((HEIGHT, WIDTH), bool))
    found = swept([photos[0], lost, photos[2]], depth * 0.9)
    assert np.percentile(np.abs(found / depth - 1)[8:-8, 8:-25], 95) < 0.01


def test_pixels_fall_where_the_projection_says():
    rng = np.random.default_rng(0)
    depth = rng.uniform(0.05, 3, (2, HEIGHT, WIDTH)).astype(np.float32)
    views = [camera((3, -8, 5), (0.2, 0.1, -0.3)), camera((-5, 20, 0), (-0.4, 0.3, 0.2))]
    source, target = (posed(np.zeros((HEIGHT, WIDTH)), view) for view in views)
    found = warp(source, target, torch.from_numpy(np.log(depth))).numpy()
    for layer, pixels in zip(depth, found, strict=True):
        points = world_points_from_depth(layer, INTRINSICS, views[0])
        expected = project(points, INTRINSICS, views[1])
        np.testing.assert_allclose(pixels[..., 2], expected.depth, atol=1e-5)
        front = expected.depth > 0.05
        assert front.mean() > 0.5
        np.testing.assert_allclose(
            pixels[..., :2][front], expected.pixels[front], rtol=1e-3, atol=2e-2
        )


def test_what_lies_behind_has_no_positive_depth():
    ahead, back = camera(), camera((0, 180, 0))
    source, target = (posed(np.zeros((HEIGHT, WIDTH)), view) for view in (ahead, back))
    found = warp(source, target, torch.zeros(1, HEIGHT, WIDTH))
    assert (found[..., 2] < 0).all()
    assert torch.isfinite(found).all()


def test_an_image_is_read_between_its_pixels():
    v, u = np.mgrid[:5, :7]
    image = torch.from_numpy((2.0 * u + 10.0 * v).astype(np.float32))
    pixels = torch.tensor([[[[0.0, 0.0], [6.0, 4.0], [2.5, 1.25], [-1.5, 2.0], [3.0, 9.0]]]])
    found = look_up(image, pixels, "bilinear")[0, 0].numpy()
    np.testing.assert_allclose(found, [0, 52, 17.5, 0, 0], atol=1e-4)
    nearest = look_up(image, pixels[:, :, :3] + 0.2, "nearest")[0, 0].numpy()
    np.testing.assert_allclose(nearest, [0, 52, 16], atol=1e-4)
