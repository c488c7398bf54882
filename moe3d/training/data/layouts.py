"""Whole scenes drawn from a seed: rooms, streets and gardens, table tops."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d.training.data.furniture import add_blob, add_clutter, add_furniture, add_plant
from moe3d.training.data.parts import (
    BOX,
    CYLINDER,
    ELLIPSOID,
    NUM_TEXTURES,
    SHELL_FACES,
    Material,
    PartList,
    SceneLayout,
    Vector,
)
from moe3d.training.data.seeds import scene_random

Random = np.random.Generator
MAX_PARTS = 120


def make_material_source(random: Random, scale: float = 1.0) -> Callable[[], Material]:
    """Return a function that draws materials from the scene's textures.

    Args:
        random: source of randomness.
        scale: size of the scene's things against a room's.
    """

    def material() -> Material:
        tint = np.clip(random.uniform(0.5, 1.3) + random.normal(0, 0.12, 3), 0.1, 1.5)
        return Material(
            texture=int(random.integers(0, NUM_TEXTURES)),
            scale_m=float(np.exp(random.uniform(np.log(0.15), np.log(2.0)))) * scale,
            tint=(float(tint[0]), float(tint[1]), float(tint[2])),
            gloss=float(random.random() ** 3) if random.random() < 0.4 else 0.0,
            angle=float(random.choice([0, np.pi / 2, random.uniform(0, np.pi)])),
        )

    return material


@dataclass(frozen=True)
class _Frame:
    """What a layout needs beside its parts."""

    shell_low: Vector
    shell_high: Vector
    is_open: bool
    light: Vector
    lookout: tuple[Vector, Vector]


def _finish(
    parts: PartList, shell: list[Material], frame: _Frame, targets: Float[np.ndarray, "T 3"]
) -> SceneLayout:
    count = min(len(parts), MAX_PARTS)
    return SceneLayout(
        kind=np.array(parts.kinds[:count], np.int64),
        centre=np.stack(parts.centres[:count]),
        half_size=np.stack(parts.half_sizes[:count]),
        world_from_part=np.stack(parts.rotations[:count]),
        materials=tuple(shell + parts.materials[:count]),
        shell_low=frame.shell_low,
        shell_high=frame.shell_high,
        is_open=frame.is_open,
        light=frame.light,
        targets=targets,
        lookout=frame.lookout,
    )


def _add_wall_decor(
    parts: PartList, random: Random, size: Vector, material: Callable[[], Material]
) -> None:
    """Posters, windows, doors, rails: thin boxes on the four walls."""
    for _ in range(int(random.integers(1, 8))):
        side = int(random.integers(0, 4))
        axis, sign = side // 2, 2 * (side % 2) - 1
        half_width = random.uniform(0.1, 0.9)
        half_height = random.uniform(0.1, 0.6)
        along = random.uniform(-1, 1) * max(size[1 - axis] / 2 - half_width, 0)
        centre = np.zeros(3)
        centre[axis], centre[1 - axis] = sign * size[axis] / 2, along
        centre[2] = random.uniform(0.8, max(0.9, size[2] - half_height))
        if random.random() < 0.25:  # a door
            half_width, half_height = random.uniform(0.35, 0.5), random.uniform(0.95, 1.05)
            centre[2] = half_height
        half = np.zeros(3)
        half[axis], half[1 - axis], half[2] = random.uniform(0.01, 0.05), half_width, half_height
        look = material()
        glow = random.uniform(0.5, 3.0) if random.random() < 0.2 else 0.0
        picture = Material(
            look.texture, 2 * max(half_width, half_height), look.tint, look.gloss, glow
        )
        parts.add(BOX, (centre[0], centre[1], centre[2]), (half[0], half[1], half[2]), picture)


def make_room(random: Random) -> SceneLayout:
    """A furnished room: walls, floor, ceiling, things along the walls and in between."""
    size = np.array([random.uniform(2.6, 7.5), random.uniform(2.6, 7.5), random.uniform(2.2, 3.4)])
    material = make_material_source(random)
    wall = material()
    shell = [wall if random.random() < 0.7 else material() for _ in range(4)]
    shell += [material(), material()]
    parts = PartList()
    _add_wall_decor(parts, random, size, material)
    if random.random() < 0.4:
        (half_x, half_y), (x, y) = random.uniform(0.4, 1.3, 2), random.uniform(-0.8, 0.8, 2)
        parts.add(BOX, (x, y, 0.0), (half_x, half_y, 0.008), material())
    if random.random() < 0.35:  # a lamp on a cable
        x, y, z = *random.uniform(-1, 1, 2), size[2] - random.uniform(0.3, 1.0)
        parts.add_rod(np.array([x, y, z]), np.array([x, y, size[2]]), 0.006, material())
        radius = random.uniform(0.08, 0.25)
        parts.add(ELLIPSOID, (x, y, z), (radius, radius, radius * 0.7), material())
    targets = []
    density = random.uniform(0.25, 0.8)
    for _ in range(int(np.clip(density * size[0] * size[1], 3, 18))):
        mark = len(parts)
        add_furniture(parts, random, material)
        place, yaw = _sample_place(random, size)
        parts.place(mark, place, yaw)
        targets.append(place + np.array([0, 0, random.uniform(0.2, 0.9)]))
    targets.append(np.array([0, 0, random.uniform(0.5, 1.2)]))
    low, high = np.array([*-size[:2] / 2, 0]), np.array([*size[:2] / 2, size[2]])
    light = np.array(
        [*random.uniform(-0.45, 0.45, 2) * size[:2], size[2] * random.uniform(0.7, 0.97)]
    )
    reach = low + 0.25 * np.array([1, 1, 2]), high.copy()
    reach[1][:] -= [0.25, 0.25, max(size[2] - 2.1, 0.25)]
    return _finish(parts, shell, _Frame(low, high, False, light, reach), np.stack(targets))


def _sample_place(random: Random, size: Vector) -> tuple[Vector, float]:
    """Choose a place on the floor: against a wall, facing the room, or free."""
    if random.random() < 0.6:
        side = int(random.integers(0, 4))
        axis, sign = side // 2, 2 * (side % 2) - 1
        place = np.zeros(3)
        place[axis] = sign * (size[axis] / 2 - random.uniform(0.25, 0.5))
        place[1 - axis] = random.uniform(-0.45, 0.45) * size[1 - axis]
        yaw = (-sign * np.pi / 2) if axis == 0 else (0.0 if sign > 0 else np.pi)
        return place, yaw + random.normal(0, 0.1)
    place = np.array([*random.uniform(-0.38, 0.38, 2) * size[:2], 0])
    return place, random.uniform(0, 2 * np.pi)


def _add_tree(parts: PartList, random: Random, material: Callable[[], Material]) -> None:
    height, radius = random.uniform(1.5, 4.0), random.uniform(0.05, 0.2)
    leaf = material()
    parts.add(CYLINDER, (0, 0, height / 2), (radius, radius, height / 2), material())
    for _ in range(int(random.integers(2, 7))):
        half = random.uniform(0.4, 1.3, 3)
        place = (*random.normal(0, 0.6, 2), height + random.uniform(-0.4, 1.2))
        parts.add(ELLIPSOID, place, tuple(half), leaf)


def _add_house(parts: PartList, random: Random, material: Callable[[], Material]) -> None:
    x, y, height = random.uniform(1.5, 5), random.uniform(1.5, 4), random.uniform(2.5, 9)
    parts.add(BOX, (0, 0, height / 2), (x, y, height / 2), material())
    if random.random() < 0.6:  # a pitched roof: a box on its edge
        c = np.sqrt(0.5)
        rotation = np.array([[1, 0, 0], [0, c, -c], [0, c, c]])
        parts.add(BOX, (0, 0, height), (x * 1.05, y * 0.75, y * 0.75), material(), rotation)
    for _ in range(int(random.integers(0, 6))):  # doors, windows, balconies
        half = (random.uniform(0.3, 0.7), random.uniform(0.03, 0.3), random.uniform(0.3, 0.8))
        parts.add(
            BOX,
            (random.uniform(-x, x) * 0.8, -y, random.uniform(0.4, height - 0.5)),
            half,
            material(),
        )


def _add_fence(parts: PartList, random: Random, material: Callable[[], Material]) -> None:
    length, height, wood = random.uniform(2, 6), random.uniform(0.7, 1.6), material()
    for x in np.linspace(-length / 2, length / 2, int(random.integers(3, 10))):
        parts.add(BOX, (float(x), 0, height / 2), (0.04, 0.04, height / 2), wood)
    for z in (0.4 * height, 0.9 * height):
        parts.add(BOX, (0, 0, z), (length / 2, 0.02, 0.04), wood)


def make_open_scene(random: Random) -> SceneLayout:
    """A street or garden: ground, houses around, trees, fences, cables, boxes near by."""
    material = make_material_source(random, scale=random.uniform(1.5, 4))
    parts, targets = PartList(), []
    reach = random.uniform(5, 14)
    is_street = random.random() < 0.5
    for i in range(int(random.integers(2, 9))):
        mark = len(parts)
        _add_house(parts, random, material)
        if is_street:
            side = 1 if i % 2 else -1
            place = np.array([random.uniform(-1.5, 1.5) * reach, side * (reach * 0.5 + 3), 0])
            yaw = 0.0 if side > 0 else np.pi
        else:
            angle = random.uniform(0, 2 * np.pi)
            place = np.array([np.cos(angle), np.sin(angle), 0]) * (reach + random.uniform(4, 9))
            yaw = angle - np.pi / 2
        parts.place(mark, place, yaw)
        targets.append(place * 0.8 + [0, 0, random.uniform(0.5, 3)])
    adders = (_add_tree, _add_fence, add_furniture, add_blob, add_plant, _add_tree)
    for _ in range(int(random.integers(3, 14))):
        mark = len(parts)
        adders[int(random.integers(0, len(adders)))](parts, random, material)
        place = np.array([*random.uniform(-0.8, 0.8, 2) * reach, 0])
        parts.place(mark, place, random.uniform(0, 2 * np.pi), random.uniform(1.0, 1.8))
        targets.append(place + np.array([0, 0, random.uniform(0.3, 1.5)]))
    if random.random() < 0.4:
        start, end = random.uniform(-1, 1, 3) * reach, random.uniform(-1, 1, 3) * reach
        start[2], end[2] = random.uniform(2.5, 5, 2)
        parts.add_rod(start, end, random.uniform(0.01, 0.04), material())
    wide = random.uniform(25, 60)
    low, high = np.array([-wide, -wide, 0]), np.array([wide, wide, 200.0])
    lookout = np.array([-reach * 0.7, -reach * 0.4, 0.7]), np.array([reach * 0.7, reach * 0.4, 2.6])
    sun = random.normal(size=3) * [1, 1, 0.4] + [0, 0, 0.9]
    light = 190 * np.array([*sun[:2], abs(sun[2])]) / np.linalg.norm(sun)
    shell = [material() for _ in range(SHELL_FACES)]
    return _finish(parts, shell, _Frame(low, high, True, light, lookout), np.stack(targets))


def make_table_top(random: Random) -> SceneLayout:
    """Small things close by on a table in a large plain room."""
    material = make_material_source(random, scale=random.uniform(0.25, 0.6))
    parts = PartList()
    half = random.uniform(0.35, 0.9, 2)
    parts.add(BOX, (0, 0, 0.7), (*half, 0.02), material())
    for sx, sy in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        parts.add(
            BOX, (sx * half[0] * 0.9, sy * half[1] * 0.9, 0.34), (0.03, 0.03, 0.34), material()
        )
    area = (float(half[0]) * 0.8, float(half[1]) * 0.8)
    add_clutter(parts, random, material, int(random.integers(3, 13)), area, 0.72)
    for _ in range(int(random.integers(0, 4))):
        mark = len(parts)
        add_furniture(parts, random, material)
        place = np.array([*random.uniform(-0.6, 0.6, 2) * half, 0.72])
        parts.place(mark, place, random.uniform(0, 2 * np.pi), random.uniform(0.15, 0.35))
    room = random.uniform(1.3, 3.5, 2)
    wall = make_material_source(random)
    for _ in range(int(random.integers(0, 5))):
        mark = len(parts)
        add_furniture(parts, random, wall)
        place, yaw = _sample_place(random, np.array([*2 * room, 2.6]))
        parts.place(mark, place, yaw)
    low, high = np.array([*-room, 0]), np.array([*room, 2.6])
    light = np.array([*random.uniform(-1.2, 1.2, 2), random.uniform(1.6, 2.5)])
    lookout = np.array([-1.2, -1.2, 0.8]), np.array([1.2, 1.2, 1.6])
    targets = np.stack([[*random.uniform(-0.4, 0.4, 2) * half, 0.75] for _ in range(4)])
    shell = [wall() for _ in range(SHELL_FACES)]
    return _finish(parts, shell, _Frame(low, high, False, light, lookout), targets)


def make_layout(seed: int) -> SceneLayout:
    """Draw the scene of a seed: 65 % rooms, 20 % open scenes, 15 % table tops."""
    random = scene_random(seed)
    choice = random.random()
    if choice < 0.65:
        return make_room(random)
    return make_open_scene(random) if choice < 0.85 else make_table_top(random)
