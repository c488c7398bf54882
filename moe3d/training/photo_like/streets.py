"""Streets and yards under an open sky: house fronts, trees, fences, things."""

import numpy as np

from moe3d.training.data.parts import Vector
from moe3d.training.data.seeds import scene_random, split_of_seed
from moe3d.training.photo_like.content import FloorPlan, SceneContent, Site, Sky
from moe3d.training.photo_like.furniture import FurnitureLibrary
from moe3d.training.photo_like.joinery import Joiner, rotated
from moe3d.training.photo_like.scene_mesh import UP, Look, Sun
from moe3d.training.photo_like.wardrobe import SurfaceBank, Wardrobe

GROUND_M = 60.0


class StreetMaker:
    """Builds one open scene from a seed."""

    def __init__(self, seed: int, library: FurnitureLibrary, bank: SurfaceBank) -> None:
        self.random = scene_random(seed, stream=20)
        self.split = split_of_seed(seed)
        self.furniture = library
        self.wardrobe = Wardrobe(bank, self.random, self.split)
        self.site = Site()
        self.joiner = Joiner(self.site, self.wardrobe, self.random)
        self.width = self.random.uniform(6, 16)
        reach = np.array([14.0, self.width / 2])
        self.plan = FloorPlan(-reach, reach)

    def make(self) -> SceneContent:
        """Ground, fronts on one or both sides, things in between, sun and sky."""
        random = self.random
        self._ground()
        sides = (-1, 1) if random.random() < 0.6 else (random.choice([-1, 1]),)
        for side in sides:
            self._row(int(side))
        for _ in range(int(random.integers(3, 12))):
            self._thing()
        return self._content()

    def _ground(self) -> None:
        builder, wide = self.site.builder, GROUND_M
        ground = self.wardrobe.look(("grass", "paving"), (1.0, 2.5))
        low = np.array([-wide, -wide, 0])
        builder.add_quad(low, np.array([2 * wide, 0, 0]), np.array([0, 2 * wide, 0]), ground)
        road = self.wardrobe.look(("paving", "bricks"), (1.5, 3.0))
        half = self.width * self.random.uniform(0.2, 0.35)
        builder.add_quad(
            np.array([-wide, -half, 0.01]),
            np.array([2 * wide, 0, 0]),
            np.array([0, 2 * half, 0]),
            road,
        )
        kerb = self.wardrobe.look(("plaster", "stone"))
        for y in (-half, half):
            builder.add_box(np.array([0, y, 0.06]), np.array([wide, 0.07, 0.06]), kerb)

    def _row(self, side: int) -> None:
        """Houses beside each other; their fronts look at the street."""
        random, x = self.random, -16.0
        while x < 16:
            wide, high = random.uniform(4, 11), random.uniform(3, 12)
            deep = random.uniform(5, 9)
            setback = random.uniform(0, 1.5) if random.random() < 0.4 else 0.0
            foot = np.array([x, side * (self.width / 2 + setback), 0.0])
            yaw = 0.0 if side > 0 else np.pi
            if side < 0:
                foot[0] = x + wide
            self._house(foot, yaw, (wide, deep, high))
            x += wide + (random.uniform(0.5, 5) if random.random() < 0.4 else 0.0)

    def _house(
        self, foot: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
    ) -> None:
        """A block with a front at y = 0: openings set into it, sills, a door, a roof."""
        random, joiner, (wide, deep, high) = self.random, self.joiner, size
        wall = self.wardrobe.look(("bricks", "plaster", "paint", "plaster"), (1.0, 2.2))
        trim = self.wardrobe.look(("paint", "stone"), (0.6, 1.2))
        glass = self.wardrobe.look(("metal",), (0.5, 1.0), (0.5, 0.9), (0.12, 0.14, 0.17))
        storeys = max(1, int(high / random.uniform(2.6, 3.4)))
        columns = max(1, int(wide / random.uniform(1.6, 3.0)))
        inset = random.uniform(0.08, 0.25)
        step, rise = wide / columns, high / storeys
        half_w, low, top = random.uniform(0.25, 0.36) * step, 0.28 * rise, 0.86 * rise
        joiner.box(foot, yaw, (0, inset, 0), (wide, deep, high), wall)
        has_door = int(random.integers(columns))
        for storey in range(storeys):
            base = storey * rise
            for column in range(columns):
                x0, x1 = column * step, (column + 1) * step
                left, right = (x0 + x1) / 2 - half_w, (x0 + x1) / 2 + half_w
                is_door = storey == 0 and column == has_door
                sill = 0.0 if is_door else base + low
                self._front(
                    foot,
                    yaw,
                    (x0, x1, base, base + rise),
                    (left, right, sill, base + top),
                    inset,
                    wall,
                )
                look = self.wardrobe.look(("veneer", "paint"), (0.8, 1.6)) if is_door else glass
                joiner.box(foot, yaw, (left, inset - 0.03, sill), (right, inset, base + top), look)
                if not is_door:
                    middle = (left + right) / 2
                    bars = (
                        (middle - 0.03, middle + 0.03, sill, base + top),
                        (left, right, sill, sill + 0.06),
                        (left, right, base + top - 0.06, base + top),
                    )
                    for a, b, c, d in bars:
                        joiner.box(foot, yaw, (a, inset - 0.07, c), (b, inset - 0.03, d), trim)
                    joiner.box(
                        foot,
                        yaw,
                        (left - 0.08, -0.06, sill - 0.08),
                        (right + 0.08, inset, sill),
                        trim,
                    )
        joiner.box(foot, yaw, (-0.15, -0.3, high), (wide + 0.15, deep, high + 0.15), trim)
        if random.random() < 0.6:
            self._roof(foot + UP * (high + 0.15), yaw, wide, deep)
        middle = foot + rotated(yaw, wide / 2, 0, min(2.0, high / 2))
        self.site.targets.append(middle)

    def _front(self, foot, yaw, cell, hole, depth: float, wall: Look) -> None:
        """The part of a front around one opening: four slabs as thick as the opening is deep."""
        (x0, x1, z0, z1), (left, right, low, top) = cell, hole
        spans = (
            (x0, left, z0, z1),
            (right, x1, z0, z1),
            (left, right, z0, low),
            (left, right, top, z1),
        )
        for a, b, c, d in spans:
            if b - a > 1e-3 and d - c > 1e-3:
                self.joiner.box(foot, yaw, (a, 0, c), (b, depth, d), wall)

    def _roof(self, foot: Vector, yaw: float, wide: float, deep: float) -> None:
        tiles = self.wardrobe.look(("bricks", "ceramic", "metal"), (1.2, 2.5))
        rise = self.random.uniform(0.3, 0.7) * deep
        x, y = rotated(yaw, wide + 0.4, 0), rotated(yaw, 0, deep / 2 + 0.4)
        low = foot + rotated(yaw, -0.2, -0.4)
        self.site.builder.add_quad(low, x, y + UP * rise, tiles)
        far = foot + rotated(yaw, wide + 0.2, deep + 0.4)
        self.site.builder.add_quad(far, -x, -y + UP * rise, tiles)

    def _thing(self) -> None:
        random = self.random
        for _ in range(5):
            centre = random.uniform(self.plan.low, self.plan.high) * [0.7, 0.95]
            choice = random.random()
            half = np.full(2, 0.5)
            if not self.plan.is_free(centre, half):
                continue
            place = np.array([*centre, 0.0])
            self.plan.take(centre, half)
            if choice < 0.3:
                self._tree(place)
            elif choice < 0.45:
                self._fence(place)
            elif choice < 0.6:
                self._hedge(place)
            else:
                self._piece(place)
            self.site.targets.append(place + UP * (random.uniform(0.4, 1.4)))
            return

    def _piece(self, place: Vector) -> None:
        pieces = self.furniture.of_split(self.split, "outdoor")
        if self.random.random() < 0.4 or not pieces:
            pieces = self.furniture.of_split(self.split, "large")
        if not pieces:
            return
        piece = pieces[int(self.random.integers(len(pieces)))]
        loaded = self.furniture.load(piece)
        looks = self.wardrobe.looks_of(piece, loaded)
        self.site.builder.add_model(loaded, looks, place, self.random.uniform(0, 2 * np.pi))

    def _leaves(self, centre: Vector, radii: Vector, count: int, size: float) -> None:
        """Small triangles in all directions, near the surface of an ellipsoid."""
        random = self.random
        leaf = self.wardrobe.look(("grass",), (0.5, 1.5))
        ray = random.normal(size=(count, 3))
        ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
        middle = centre + ray * radii * random.uniform(0.55, 1.0, (count, 1))
        corners = middle[:, None] + random.normal(0, size, (count, 3, 3))
        normals = np.broadcast_to(ray[:, None], (count, 3, 3))
        number = np.full(count, self.site.builder.add_look(leaf))
        self.site.builder.add_triangles(corners, normals, corners[..., :2] / leaf.tile_m, number)

    def _tree(self, place: Vector) -> None:
        random = self.random
        bark = self.wardrobe.look(("veneer", "plaster"), (0.3, 0.8), tint=(0.5, 0.45, 0.4))
        height, radius = random.uniform(1.5, 3.5), random.uniform(0.06, 0.2)
        self.site.builder.add_tube(place, (radius, radius * 0.6), height + 0.8, bark)
        for _ in range(int(random.integers(2, 5))):
            aside = random.normal(0, 0.5, 3) * [1, 1, 0]
            centre = place + aside + UP * (height + random.uniform(0.3, 1.6))
            self._leaves(centre, random.uniform(0.6, 1.5, 3), 500, random.uniform(0.06, 0.14))

    def _hedge(self, place: Vector) -> None:
        half = self.random.uniform((0.4, 0.3, 0.3), (1.6, 0.6, 0.8))
        green = self.wardrobe.look(("grass",), (0.6, 1.5), tint=(0.5, 0.5, 0.5))
        self.site.builder.add_box(place + UP * half[2], half * 0.85, green)
        self._leaves(place + UP * half[2], half * 1.15, 700, 0.06)

    def _fence(self, place: Vector) -> None:
        random = self.random
        wood = self.wardrobe.look(("veneer", "paint", "metal"), (0.5, 1.2))
        length, height, yaw = (
            random.uniform(2, 6),
            random.uniform(0.7, 1.5),
            random.uniform(0, np.pi),
        )
        gap = random.uniform(0.12, 0.3)
        for x in np.arange(-length / 2, length / 2, gap):
            self.joiner.box(place, yaw, (x, -0.02, 0), (x + 0.06, 0.02, height), wood)
        for z in (0.25 * height, 0.8 * height):
            self.joiner.box(place, yaw, (-length / 2, 0.02, z), (length / 2, 0.05, z + 0.06), wood)

    def _content(self) -> SceneContent:
        random, site = self.random, self.site
        clouds = float(random.uniform(0, 1))
        horizon = np.array([0.9, 0.97, 1.05]) * random.uniform(0.6, 1.1)
        sky = Sky(horizon, horizon * np.array([0.35, 0.55, 0.9]) * random.uniform(0.6, 1), clouds)
        toward = random.normal(size=3) * [1, 1, 0.3] + UP * 0.5
        toward[2] = abs(toward[2]) + 0.1
        toward /= np.linalg.norm(toward)
        color = np.array([1.0, random.uniform(0.85, 0.95), random.uniform(0.7, 0.9)])
        level = random.uniform(5, 11) if clouds < 0.6 else random.uniform(0, 2)
        sun = Sun(toward, level * color, 0.01 if clouds < 0.6 else 0.3)
        places = self.plan.free_places(random, 200, 0.3) * [0.6, 1.0]
        if len(places) == 0:
            places = np.zeros((1, 2))
        stands = np.concatenate([places, random.uniform(1.2, 1.75, (len(places), 1))], axis=1)
        return SceneContent(
            mesh=site.builder.build(),
            lights=(),
            sun=sun,
            sky=sky,
            is_open=True,
            pyramids=self.wardrobe.pyramids,
            mean_colors=self.wardrobe.mean_colors,
            stands=stands,
            targets=np.stack(site.targets),
        )
