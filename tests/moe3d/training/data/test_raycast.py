"""The bundled ray caster against one ray and one part at a time, by sampling and by formula."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from moe3d.training.data.layouts import make_layout
from moe3d.training.data.parts import BOX, CYLINDER, ELLIPSOID, random_rotation
from moe3d.training.data.raycast import cast_rays
from moe3d.training.data.scene_batch import PartTensors, stack_layouts


def one_part(kind, half, rotation=None, centre=(0.0, 0.0, 5.0)):
    half_size = torch.tensor([[half]], dtype=torch.float32)
    radius = half_size.amax(-1) if kind == ELLIPSOID else half_size.norm(dim=-1)
    turn = torch.eye(3) if rotation is None else torch.from_numpy(rotation).float()
    return PartTensors(
        kind=torch.tensor([[kind]]),
        centre=torch.tensor([[centre]]),
        half_size=half_size,
        world_from_part=turn[None, None],
        radius=radius,
        shell_low=torch.full((1, 3), -10.0),
        shell_high=torch.full((1, 3), 10.0),
    )


def cast_one(parts, direction, origin=(0.0, 0.0, 0.0)):
    hits = cast_rays(
        parts, torch.tensor([[origin]]), torch.tensor([[[direction]]], dtype=torch.float32)
    )
    return hits.distance.item(), hits.part.item()


@pytest.mark.parametrize(
    ("kind", "half", "distance"),
    [
        (BOX, (1.0, 1.0, 0.5), 4.5),
        (ELLIPSOID, (1.0, 2.0, 1.5), 3.5),
        (CYLINDER, (1.0, 1.0, 2.0), 3.0),
    ],
)
def test_straight_ahead_meets_the_near_side(kind, half, distance):
    found, part = cast_one(one_part(kind, half), (0.0, 0.0, 1.0))
    assert found == pytest.approx(distance, rel=1e-5)
    assert part == 0


def test_a_cylinder_from_the_side_is_round():
    turned = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    parts = one_part(CYLINDER, (1.0, 1.0, 2.0), turned)
    found, _ = cast_one(parts, (0.1, 0.0, 1.0))
    # (0.1 t)^2 + (t - 5)^2 = 1
    a, b, c = 1.01, -10.0, 24.0
    assert found == pytest.approx((-b - math.sqrt(b * b - 4 * a * c)) / (2 * a), rel=1e-5)


def test_of_faces_in_one_place_the_first_part_is_seen():
    box = one_part(BOX, (1.0, 1.0, 0.5))
    names = ("kind", "centre", "half_size", "world_from_part", "radius")
    twice = {name: getattr(box, name).repeat_interleave(2, dim=1) for name in names}
    parts = replace(box, **twice)
    assert cast_one(parts, (0.0, 0.0, 1.0)) == (pytest.approx(4.5, rel=1e-5), 0)


@pytest.mark.parametrize(
    ("direction", "distance", "face"),
    [((1.0, 0, 0), 10, -5), ((-2.0, 0, 0), 5, -6), ((0, 0, -1.0), 10, -2), ((0, 0.5, 0), 20, -3)],
)
def test_what_misses_every_part_meets_the_shell(direction, distance, face):
    assert cast_one(one_part(BOX, (1.0, 1.0, 1.0)), direction) == (pytest.approx(distance), face)


def test_bundles_find_what_each_ray_alone_finds_in_real_layouts():
    layouts = [make_layout(seed) for seed in (3, 4, 11)]
    pyramids = torch.zeros(3, 16, 21845, 3, dtype=torch.uint8)
    parts = stack_layouts(layouts, pyramids).parts
    random = np.random.default_rng(0)
    origin = torch.from_numpy(np.stack([(s.lookout[0] + s.lookout[1]) / 2 for s in layouts]))
    axis = random.normal(size=(3, 5, 1, 3))
    rays = torch.from_numpy(axis + 0.2 * random.normal(size=(3, 5, 30, 3))).float()
    origins = origin.float()[:, None].expand(3, 5, 3)
    together = cast_rays(parts, origins, rays)
    alone = cast_rays(
        parts,
        origin.float()[:, None].expand(3, 150, 3),
        rays.reshape(3, 150, 1, 3),
    )
    assert torch.equal(together.part.flatten(1), alone.part.flatten(1))
    assert torch.allclose(together.distance.flatten(1), alone.distance.flatten(1), rtol=1e-4)


@pytest.mark.parametrize("kind", [BOX, ELLIPSOID, CYLINDER])
def test_hits_lie_on_the_surface_where_marching_first_enters(kind):
    random = np.random.default_rng(kind)
    rotation, half = random_rotation(random), random.uniform(0.4, 1.5, 3)
    parts = one_part(kind, tuple(half), rotation)
    for _ in range(40):
        direction = np.array([*random.normal(0, 0.25, 2), 1.0])
        t = np.linspace(0, 10, 20001)
        local = (t[:, None] * direction - [0, 0, 5]) @ rotation / half
        inside = {
            BOX: np.abs(local).max(1) < 1,
            ELLIPSOID: (local**2).sum(1) < 1,
            CYLINDER: ((local[:, :2] ** 2).sum(1) < 1) & (np.abs(local[:, 2]) < 1),
        }[kind]
        found, part = cast_one(parts, tuple(direction))
        if inside.sum() > 2:
            assert part == 0
            assert found == pytest.approx(t[inside.argmax()], abs=2e-3)
