import numpy as np
import pytest
import torch

from moe3d.training.data.generator import SceneGenerator, plan_scene
from moe3d.training.data.texture_bank import TextureBank

SEEDS = (1_000_003, 1_000_017)


@pytest.fixture(scope="module")
def scenes():
    return SceneGenerator().generate(SEEDS, num_views=3, height=56, width=84)


def test_the_same_seed_gives_the_same_scene_whatever_is_beside_it(scenes):
    again = SceneGenerator().generate(SEEDS[1:], num_views=3, height=56, width=84)
    assert torch.equal(again.images[0], scenes.images[1])
    assert torch.equal(again.depth[0].nan_to_num(-1), scenes.depth[1].nan_to_num(-1))
    assert torch.equal(again.camera_from_world[0], scenes.camera_from_world[1])


def test_any_size_works_also_when_it_is_no_whole_number_of_tiles():
    odd = SceneGenerator().generate([5], num_views=1, height=45, width=61)
    assert odd.images.shape == (1, 1, 45, 61, 3)
    assert odd.depth.shape == (1, 1, 45, 61)


def test_photos_are_neither_black_nor_white(scenes):
    means = scenes.images.float().mean((2, 3, 4))
    assert ((means > 20) & (means < 235)).all()


@pytest.mark.parametrize("seed", [2, 8, 21, 34, 1_000_040])
def test_depth_and_cameras_of_two_views_agree(seed):
    """Lift view 0, look from view 1: no surface lies behind what view 1 says it sees."""
    views = SceneGenerator().generate([seed], num_views=2, height=84, width=112)
    depth = views.depth[0].double().numpy()
    intrinsics = views.intrinsics[0].double().numpy()
    camera_from_world = views.camera_from_world[0].double().numpy()
    v, u = np.mgrid[0:84, 0:112]
    pixels = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3)
    points = (pixels @ np.linalg.inv(intrinsics[0]).T) * depth[0].reshape(-1, 1)
    known = np.isfinite(points[:, 2])
    world = (points[known] - camera_from_world[0, :3, 3]) @ camera_from_world[0, :3, :3]
    seen = world @ camera_from_world[1, :3, :3].T + camera_from_world[1, :3, 3]
    projected = seen @ intrinsics[1].T
    column = np.rint(projected[:, 0] / projected[:, 2]).astype(int)
    row = np.rint(projected[:, 1] / projected[:, 2]).astype(int)
    inside = (seen[:, 2] > 0.1) & (column >= 1) & (column < 111) & (row >= 1) & (row < 83)
    if inside.sum() < 50:
        pytest.skip("the views do not overlap")
    row, column, expected = row[inside], column[inside], seen[inside, 2]
    around = np.stack([depth[1][row + i, column + j] for i in (-1, 0, 1) for j in (-1, 0, 1)])
    nearest, farthest = np.nanmin(around, 0), np.nanmax(around, 0)
    # A point may be hidden (something nearer is seen), but view 1 never sees through it.
    seen_through = nearest > expected * 1.02
    assert seen_through.mean() < 0.01
    agrees = (expected > nearest * 0.98) & (expected < farthest * 1.02)
    assert agrees.mean() > 0.3


def test_scenes_pictured_together_are_the_same_bytes_as_one_by_one(scenes):
    """What a graphics card does: all rays of a batch at once."""
    together = SceneGenerator(scenes_at_once=3)
    mixed = together.generate((SEEDS[0], 7, SEEDS[1]), num_views=3, height=56, width=84)
    for row, index in ((0, 0), (2, 1)):
        assert torch.equal(mixed.images[row], scenes.images[index])
        assert torch.equal(mixed.depth[row].nan_to_num(-1), scenes.depth[index].nan_to_num(-1))
        assert torch.equal(mixed.intrinsics[row], scenes.intrinsics[index])


def test_no_tensor_is_made_on_the_default_device(scenes):
    """With another default, whatever forgot to name its device could not be mixed with the rest."""
    with torch.device("meta"):
        again = SceneGenerator("cpu", scenes_at_once=2).generate(SEEDS, 3, 56, 84)
    assert torch.equal(again.images, scenes.images)


def test_validation_shares_no_texture_with_training():
    train = {i for seed in range(50) for i in plan_scene(seed, 1).texture_ids}
    held_out = {i for seed in range(1_000_000, 1_000_050) for i in plan_scene(seed, 1).texture_ids}
    assert train
    assert held_out
    assert not train & held_out


def test_textures_made_ahead_by_other_processes_are_the_same():
    bank, other = TextureBank(), TextureBank()
    other.fill([3, 4], workers=1)
    assert torch.equal(bank.get_pyramid(4), other.get_pyramid(4))
