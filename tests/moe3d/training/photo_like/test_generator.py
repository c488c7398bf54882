"""Exact depth, sky and cameras: a box room by hand, two views by reprojection."""

import numpy as np
import pytest
import torch

from moe3d.errors import UsageError
from moe3d.training.data.cameras import look_at
from moe3d.training.data.seeds import Split, scene_random
from moe3d.training.photo_like.content import SceneContent, Sky
from moe3d.training.photo_like.furniture import open_furniture
from moe3d.training.photo_like.generator import Painter, PhotoLikeGenerator
from moe3d.training.photo_like.rays import RayCaster
from moe3d.training.photo_like.scene_mesh import AreaLight, Look, MeshBuilder
from moe3d.training.photo_like.wardrobe import SurfaceBank, Wardrobe

SIZE = 42, 56
LENS = np.array([[50.0, 0, 28], [0, 50, 21], [0, 0, 1]])


@pytest.fixture(scope="module")
def generator(furniture_folder):
    return PhotoLikeGenerator(open_furniture(furniture_folder))


def _content(build, *, is_open: bool, lights: tuple[AreaLight, ...] = ()) -> SceneContent:
    builder = MeshBuilder()
    wardrobe = Wardrobe(SurfaceBank(), np.random.default_rng(0), Split.TRAIN)
    build(builder, wardrobe.look(("unevenness",), tint=(1.0, 1.0, 1.0), gloss=(0.0, 0.0)))
    sky = Sky(np.ones(3), np.ones(3), 0.0)
    return SceneContent(
        builder.build(),
        lights,
        None,
        sky,
        is_open,
        wardrobe.pyramids,
        wardrobe.mean_colors,
        np.zeros((1, 3)),
        np.ones((1, 3)),
    )


def _room(builder: MeshBuilder, look: Look) -> None:
    """A box of 4 x 4 x 3 m around the origin's floor."""
    builder.add_box(np.array([0, 0, 1.5]), np.array([2, 2, 1.5]), look)


def _ground(builder: MeshBuilder, look: Look) -> None:
    low = np.array([-500.0, -500, 0])
    builder.add_quad(low, np.array([1000.0, 0, 0]), np.array([0, 1000.0, 0]), look)


def _picture(content: SceneContent, camera: np.ndarray):
    caster = RayCaster(content.mesh)
    return Painter(content, caster, scene_random(1)).picture(camera, LENS, *SIZE)


def test_depth_in_a_box_room_is_that_of_its_planes():
    """A camera 3 m from the wall that it looks at: the nearest of five planes."""
    _, depth = _picture(
        _content(_room, is_open=False), look_at(np.array([0, -1.0, 1.2]), np.array([0, 2.0, 1.2]))
    )
    v, u = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    x, y = (u - 28) / 50, (v - 21) / 50
    with np.errstate(divide="ignore"):
        planes = [np.full(SIZE, 3.0), 2 / np.abs(x), np.where(y > 0, 1.2, 1.8) / np.abs(y)]
    assert np.allclose(depth, np.min(planes, axis=0), rtol=1e-5)


def test_sky_begins_at_the_horizon_and_beyond_45_m_nothing_is_known():
    """Over flat ground: depth is height / slope, down to the slope that 45 m have."""
    content = _content(_ground, is_open=True)
    image, depth = _picture(content, look_at(np.array([0, 0, 1.5]), np.array([0, 9.0, 1.5])))
    slope = (np.mgrid[0 : SIZE[0], 0 : SIZE[1]][0] - 21) / 50
    with np.errstate(divide="ignore"):
        expected = np.where(slope > 1.5 / 45, 1.5 / slope, np.nan)
    assert np.array_equal(np.isnan(depth), np.isnan(expected))
    assert np.allclose(depth, expected, rtol=1e-4, equal_nan=True)
    assert np.allclose(image[:18], 1.0, atol=0.2)  # the sky's own light


def test_light_of_a_small_lamp_falls_with_the_square_of_the_distance():
    """Irradiance below a lamp of 0.01 m2 by hand: L * A * cos / d2, doubled distance a quarter."""
    side = np.array([0, 0.1, 0.0]), np.array([0.1, 0, 0.0])
    lamp = AreaLight(np.array([-0.05, -0.05, 2.0]), *side, np.full(3, 100.0))
    content = _content(_ground, is_open=False, lights=(lamp,))
    caster = RayCaster(content.mesh)
    from moe3d.training.photo_like.shading import Illumination, Patch

    light = Illumination(content, caster, scene_random(1))
    up = np.tile(np.array([[0, 0, 1.0]], np.float32), (2, 1))
    points = np.array([[0, 0, 0.01], [0, 0, 1.0]], np.float32)
    found = light.from_lights(Patch(points, up), 16)[:, 0]
    assert found[0] == pytest.approx(100 * 0.01 / 1.99**2, rel=0.01)
    assert found[1] == pytest.approx(100 * 0.01 / 1.0**2, rel=0.01)


@pytest.mark.parametrize("seed", [3, 12, 1_000_005])
def test_depth_and_cameras_of_two_views_agree(generator, seed):
    """Lift view 0, look from view 1: no surface lies behind what view 1 says it sees."""
    made = generator.generate([seed], 2, 84, 112)
    depth, lens, camera = (
        values[0].double().numpy()
        for values in (made.depth, made.intrinsics, made.camera_from_world)
    )
    v, u = np.mgrid[0:84, 0:112]
    pixels = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3)
    points = (pixels @ np.linalg.inv(lens[0]).T) * depth[0].reshape(-1, 1)
    points = points[np.isfinite(points[:, 2])]
    world = (points - camera[0, :3, 3]) @ camera[0, :3, :3]
    seen = world @ camera[1, :3, :3].T + camera[1, :3, 3]
    projected = seen @ lens[1].T
    column = np.rint(projected[:, 0] / projected[:, 2]).astype(int)
    row = np.rint(projected[:, 1] / projected[:, 2]).astype(int)
    inside = (seen[:, 2] > 0.1) & (column >= 1) & (column < 111) & (row >= 1) & (row < 83)
    assert inside.sum() > 500
    row, column, expected = row[inside], column[inside], seen[inside, 2]
    around = np.stack([depth[1][row + i, column + j] for i in (-1, 0, 1) for j in (-1, 0, 1)])
    known = np.isfinite(around).all(0)
    nearest, farthest = around[:, known].min(0), around[:, known].max(0)
    expected = expected[known]
    assert (nearest > expected * 1.02).mean() < 0.01
    assert ((expected > nearest * 0.98) & (expected < farthest * 1.02)).mean() > 0.4


def test_the_same_seed_gives_the_same_bytes_whatever_was_drawn_before(furniture_folder, generator):
    first = generator.generate([7, 21], 2, 42, 56)
    again = PhotoLikeGenerator(open_furniture(furniture_folder)).generate([21], 2, 42, 56)
    assert torch.equal(first.images[1], again.images[0])
    assert torch.equal(first.depth[1].nan_to_num(-1), again.depth[0].nan_to_num(-1))
    assert torch.equal(first.camera_from_world[1], again.camera_from_world[0])


def test_other_seeds_give_other_scenes_and_photos_are_neither_black_nor_white(generator):
    made = generator.generate(range(40, 46), 1, 42, 56)
    means = made.images.float().mean((1, 2, 3, 4))
    assert ((means > 15) & (means < 245)).all()
    assert len({tuple(scene.flatten().tolist()) for scene in made.images}) == 6


def test_cameras_stand_at_the_height_of_people(generator):
    made = generator.generate(range(60, 68), 3, 14, 14)
    rotation, shift = made.camera_from_world[..., :3, :3], made.camera_from_world[..., :3, 3]
    height = -(rotation.mT @ shift[..., None])[..., 2, 0]
    assert ((height > 0.89) & (height < 2.11)).all()


def test_seeds_between_the_splits_are_refused(generator):
    with pytest.raises(UsageError, match="belongs to no split"):
        generator.generate([1_500_000], 1, 14, 14)
