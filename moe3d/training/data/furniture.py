"""Furniture and clutter made of a few parts each, standing on z = 0 around the origin."""

from collections.abc import Callable

import numpy as np

from moe3d.training.data.parts import BOX, CYLINDER, ELLIPSOID, Material, PartList, random_rotation

Random = np.random.Generator
Palette = Callable[[], Material]


def add_table(parts: PartList, random: Random, material: Palette) -> None:
    """A top on four legs, at times with a shelf below."""
    x, y = random.uniform(0.3, 1.0), random.uniform(0.25, 0.6)
    height, thick = random.uniform(0.4, 1.0), random.uniform(0.015, 0.04)
    top, legs = material(), material()
    parts.add(BOX, (0, 0, height - thick), (x, y, thick), top)
    radius = random.uniform(0.015, 0.045)
    kind = CYLINDER if random.random() < 0.4 else BOX
    for sx in (-1, 1):
        for sy in (-1, 1):
            place = (sx * (x - 2 * radius), sy * (y - 2 * radius), height / 2 - thick)
            parts.add(kind, place, (radius, radius, height / 2 - thick), legs)
    if random.random() < 0.25:
        parts.add(BOX, (0, 0, height * 0.3), (x * 0.95, y * 0.95, 0.015), top)
    add_clutter(parts, random, material, int(random.integers(0, 5)), (x * 0.8, y * 0.8), height)


def add_clutter(
    parts: PartList,
    random: Random,
    material: Palette,
    count: int,
    area: tuple[float, float],
    height: float,
) -> None:
    """Small things on a surface: books, cups, balls, boxes."""
    for _ in range(count):
        x, y = random.uniform(-area[0], area[0]), random.uniform(-area[1], area[1])
        kind = int(random.choice([BOX, BOX, CYLINDER, ELLIPSOID]))
        half = random.uniform(0.02, 0.14, 3)
        if kind == CYLINDER:
            half[1] = half[0]
        mark = len(parts)
        parts.add(kind, (0, 0, half[2]), tuple(half), material())
        parts.place(mark, np.array([x, y, height]), random.uniform(0, np.pi))


def add_chair(parts: PartList, random: Random, material: Palette) -> None:
    """Seat, four thin legs and a back of slats or one board."""
    half, seat, back = (
        random.uniform(0.18, 0.27),
        random.uniform(0.38, 0.5),
        random.uniform(0.2, 0.35),
    )
    wood, radius = material(), random.uniform(0.01, 0.025)
    parts.add(BOX, (0, 0, seat), (half, half, random.uniform(0.012, 0.05)), material())
    for sx in (-1, 1):
        for sy in (-1, 1):
            parts.add(
                BOX, (sx * half * 0.9, sy * half * 0.9, seat / 2), (radius, radius, seat / 2), wood
            )
    if random.random() < 0.5:
        parts.add(BOX, (0, half, seat + back), (half, 0.015, back), material())
        return
    slats = int(random.integers(2, 6))
    for x in np.linspace(-half * 0.9, half * 0.9, slats):
        parts.add(BOX, (float(x), half, seat + back), (radius, radius, back), wood)
    parts.add(BOX, (0, half, seat + 2 * back), (half, radius, 0.03), wood)


def add_shelf(parts: PartList, random: Random, material: Palette) -> None:
    """Uprights and boards with rows of boxes on them."""
    x, y, height = random.uniform(0.3, 0.7), random.uniform(0.12, 0.25), random.uniform(0.8, 2.1)
    frame = material()
    for sx in (-1, 1):
        parts.add(BOX, (sx * x, 0, height / 2), (0.015, y, height / 2), frame)
    if random.random() < 0.5:
        parts.add(BOX, (0, y, height / 2), (x, 0.01, height / 2), material())
    boards = int(random.integers(2, 6))
    for level in range(boards):
        z = 0.05 + level * (height - 0.07) / max(boards - 1, 1)
        parts.add(BOX, (0, 0, z), (x, y, 0.012), frame)
        if level == boards - 1 or random.random() < 0.3:
            continue
        fill = random.uniform(0.3, 0.95) * x
        tall = random.uniform(0.3, 0.8) * (height / boards) / 2
        parts.add(
            BOX, (fill - x, 0, z + tall), (fill, y * random.uniform(0.5, 0.9), tall), material()
        )


def add_cabinet(parts: PartList, random: Random, material: Palette) -> None:
    """A closed box with things on top and a handle line in front."""
    x, y, height = random.uniform(0.2, 0.9), random.uniform(0.18, 0.35), random.uniform(0.3, 2.1)
    parts.add(BOX, (0, 0, height / 2), (x, y, height / 2), material())
    doors = int(random.integers(1, 4))
    front = material() if random.random() < 0.4 else parts.materials[-1]
    for door in range(doors):
        centre = -x + (2 * door + 1) * x / doors
        half = (x / doors - 0.012, 0.008, height / 2 - 0.02)
        parts.add(BOX, (centre, -y - 0.004, height / 2), half, front)
    if height < 1.3:
        add_clutter(parts, random, material, int(random.integers(0, 4)), (x * 0.8, y * 0.7), height)


def add_sofa(parts: PartList, random: Random, material: Palette) -> None:
    """Seat block, back, arms, cushions; without arms and back it is a bed."""
    x, y, seat = random.uniform(0.5, 1.1), random.uniform(0.35, 0.5), random.uniform(0.3, 0.45)
    cloth = material()
    if random.random() < 0.3:
        y = random.uniform(0.8, 1.05)
    parts.add(BOX, (0, 0, seat / 2), (x, y, seat / 2), cloth)
    parts.add(BOX, (0, y - 0.08, seat), (x, 0.08, random.uniform(0.3, 0.5)), cloth)
    for sx in (-1, 1):
        if random.random() < 0.7:
            parts.add(BOX, (sx * x, 0, seat * 0.8), (0.08, y, seat * 0.8), cloth)
    for _ in range(int(random.integers(0, 4))):
        mark = len(parts)
        kind = int(random.choice([BOX, ELLIPSOID]))
        parts.add(kind, (0, 0, 0.18), (0.2, 0.08, 0.18), material())
        parts.place(
            mark, np.array([random.uniform(-x, x) * 0.8, y * 0.3, seat]), random.normal(0, 0.4)
        )


def add_lamp(parts: PartList, random: Random, material: Palette) -> None:
    """Foot, thin pole, shade."""
    height, radius = random.uniform(0.4, 1.8), random.uniform(0.1, 0.25)
    metal = material()
    parts.add(CYLINDER, (0, 0, 0.015), (radius * 0.8, radius * 0.8, 0.015), metal)
    parts.add(CYLINDER, (0, 0, height / 2), (0.012, 0.012, height / 2), metal)
    kind = CYLINDER if random.random() < 0.6 else ELLIPSOID
    shade = material()
    glowing = Material(shade.texture, shade.scale_m, shade.tint, 0.0, random.uniform(0, 1.5))
    parts.add(kind, (0, 0, height), (radius, radius, radius * random.uniform(0.6, 1.2)), glowing)


def add_plant(parts: PartList, random: Random, material: Palette) -> None:
    """A pot with stems and flat leaves."""
    radius, height = random.uniform(0.08, 0.2), random.uniform(0.4, 1.5)
    pot = radius * random.uniform(0.8, 1.6)
    parts.add(CYLINDER, (0, 0, pot / 2), (radius, radius, pot / 2), material())
    leaf, size = material(), random.uniform(0.05, 0.16)
    for _ in range(int(random.integers(4, 13))):
        tip = np.array([*random.normal(0, 0.16, 2), pot + random.uniform(0.25, 1.0) * height])
        if random.random() < 0.5:
            parts.add_rod(np.array([0, 0, pot]), tip, 0.006, leaf)
        half = (size * random.uniform(0.6, 1.8), size * random.uniform(0.3, 0.8), 0.006)
        parts.add(ELLIPSOID, tuple(tip), half, leaf, random_rotation(random))


def add_lattice(parts: PartList, random: Random, material: Palette) -> None:
    """A divider or railing of thin bars."""
    width, height = random.uniform(0.6, 2.0), random.uniform(0.6, 1.7)
    bars, radius, wood = int(random.integers(3, 9)), random.uniform(0.008, 0.03), material()
    kind = CYLINDER if random.random() < 0.5 else BOX
    for x in np.linspace(-width / 2, width / 2, bars):
        parts.add(kind, (float(x), 0, height / 2), (radius, radius, height / 2), wood)
    for z in np.linspace(0.1, height, int(random.integers(2, 5))):
        parts.add(BOX, (0, 0, float(z)), (width / 2, radius, radius), wood)


def add_stack(parts: PartList, random: Random, material: Palette) -> None:
    """Boxes piled up, each turned a little."""
    z = 0.0
    for _ in range(int(random.integers(1, 6))):
        half = random.uniform(0.06, 0.35, 3)
        mark = len(parts)
        parts.add(BOX, (0, 0, half[2]), tuple(half), material())
        parts.place(mark, np.array([*random.normal(0, 0.04, 2), z]), random.uniform(-0.5, 0.5))
        z += 2 * half[2]


def add_blob(parts: PartList, random: Random, material: Palette) -> None:
    """Round things that touch: vases, toys, heads, bushes."""
    z, width = 0.0, random.uniform(0.08, 0.35)
    for _ in range(int(random.integers(1, 5))):
        half = width * random.uniform(0.5, 1.2, 3)
        place = (random.normal(0, 0.03), random.normal(0, 0.03), z + half[2])
        parts.add(
            int(random.choice([ELLIPSOID, ELLIPSOID, CYLINDER])), place, tuple(half), material()
        )
        z += 1.6 * half[2]
        width *= random.uniform(0.6, 1.1)


def add_loose(parts: PartList, random: Random, material: Palette) -> None:
    """One solid in any orientation."""
    half = random.uniform(0.04, 0.4, 3)
    kind = int(random.choice([BOX, CYLINDER, ELLIPSOID]))
    centre = (0.0, 0.0, float(half.max() * random.uniform(0.5, 1.0)))
    parts.add(kind, centre, tuple(half), material(), random_rotation(random))


FURNITURE: tuple[tuple[Callable[[PartList, Random, Palette], None], float], ...] = (
    (add_table, 0.16),
    (add_chair, 0.16),
    (add_shelf, 0.1),
    (add_cabinet, 0.13),
    (add_sofa, 0.1),
    (add_lamp, 0.05),
    (add_plant, 0.08),
    (add_lattice, 0.04),
    (add_stack, 0.08),
    (add_blob, 0.06),
    (add_loose, 0.04),
)


def add_furniture(parts: PartList, random: Random, material: Palette) -> None:
    """Add one piece of a kind drawn at random."""
    shares = np.array([share for _, share in FURNITURE])
    index = int(random.choice(len(FURNITURE), p=shares / shares.sum()))
    FURNITURE[index][0](parts, random, material)
