"""Furnished rooms: walls with windows and a door, furniture along them and between, clutter."""

import numpy as np

from moe3d.training.data.parts import Vector
from moe3d.training.data.seeds import scene_random, split_of_seed
from moe3d.training.photo_like.content import FloorPlan, SceneContent, Site, Sky, Top
from moe3d.training.photo_like.furniture import FurnitureLibrary, FurniturePiece
from moe3d.training.photo_like.joinery import Joiner, rotated
from moe3d.training.photo_like.scene_mesh import UP, AreaLight, Look, Sun
from moe3d.training.photo_like.walls import Wall
from moe3d.training.photo_like.wardrobe import SurfaceBank, Wardrobe

Random = np.random.Generator
WALL_M = 0.18
ODD = frozenset(
    (
        "barrel",
        "table_football",
        "poolTable",
        "horse2",
        "chicken",
        "pallet",
        "shippingContainer",
        "forkLift",
        "fence",
        "technicalTable1",
        "technicalTable2",
        "tatami",
    )
)
"""In few homes: drawn a fifth as often."""
PURPOSES = ("Living room", "Kitchen", "Bedroom", "Office", "Bathroom")
PURPOSE_SHARES = (0.36, 0.26, 0.14, 0.16, 0.08)
ELSEWHERE = ("Miscellaneous", "Lights")
TOPS = ("table", "desk", "cupboard", "crate", "ammo", "vanity", "bookcase", "radiator3")


class RoomMaker:
    """Builds one room from a seed."""

    def __init__(self, seed: int, library: FurnitureLibrary, bank: SurfaceBank) -> None:
        self.random = scene_random(seed, stream=20)
        self.split = split_of_seed(seed)
        self.furniture = library
        self.wardrobe = Wardrobe(bank, self.random, self.split)
        self.site = Site()
        self.joiner = Joiner(self.site, self.wardrobe, self.random)
        self.purpose = str(self.random.choice(PURPOSES, p=PURPOSE_SHARES))
        random = self.random
        self.size = np.array(
            [random.uniform(2.6, 6.0), random.uniform(2.6, 5.0), random.uniform(2.3, 3.0)]
        )
        half = self.size[:2] / 2
        self.plan = FloorPlan(-half, half)

    def make(self) -> SceneContent:
        """Shell, light, furniture, clutter."""
        is_day = self.random.random() < 0.75
        self.sky_level = self.random.uniform(1.0, 3.0) if is_day else 0.01
        walls = self._walls()
        self._shell(walls)
        self._lamps(is_lit=not is_day or self.random.random() < 0.35)
        self._furnish(walls)
        self._decorate(walls)
        self._scatter()
        return self._content(is_day=is_day)

    def _walls(self) -> list[Wall]:
        half_x, half_y = self.size[:2] / 2
        corners = [(-half_x, half_y), (half_x, half_y), (half_x, -half_y), (-half_x, -half_y)]
        windows = self.random.permutation(4)[: int(self.random.integers(1, 3))]
        walls = []
        for number, (start, end) in enumerate(zip(corners, corners[1:] + corners[:1], strict=True)):
            first, last = np.array([*start, 0.0]), np.array([*end, 0.0])
            length = float(np.linalg.norm(last - first))
            walls.append(Wall(first, (last - first) / length, length, number in windows))
        return walls

    def _shell(self, walls: list[Wall]) -> None:
        random, builder = self.random, self.site.builder
        width, depth, height = self.size
        is_wet = self.purpose in ("Kitchen", "Bathroom")
        kinds = (
            ("ceramic", "boards", "stone") if is_wet else ("boards", "parquet", "carpet", "ceramic")
        )
        floor = self.wardrobe.look(kinds, (0.7, 1.5), (0.0, 0.35))
        wall_kinds = ("paint", "paint", "paint", "wallpaper", "plaster", "bricks")
        if self.purpose == "Bathroom":
            wall_kinds = ("ceramic", "ceramic", "paint")
        paint = self.wardrobe.look(wall_kinds[:3] if random.random() < 0.7 else wall_kinds)
        other = self.wardrobe.look(wall_kinds) if random.random() < 0.3 else paint
        low = np.array([-width / 2, -depth / 2, 0])
        x, y = np.array([width, 0, 0]), np.array([0, depth, 0])
        builder.add_quad(low, x, y, floor)
        ceiling = self.wardrobe.look(("paint",), tint=(1.1, 1.1, 1.1))
        builder.add_quad(low + UP * height, y, x, ceiling)
        skirting = self.wardrobe.look(("paint", "veneer"))
        for number, wall in enumerate(walls):
            look = other if number == 0 else paint
            self._wall(wall, look)
            self.joiner.box(
                wall.corner,
                wall.yaw,
                (0, -0.015, 0),
                (wall.length, 0, random.uniform(0.05, 0.1)),
                skirting,
            )

    def _wall(self, wall: Wall, look: Look) -> None:
        """A wall with or without an opening; its light comes in there."""
        random, builder, height = self.random, self.site.builder, self.size[2]
        if not wall.has_window:
            builder.add_quad(wall.corner, wall.along * wall.length, UP * height, look)
            return
        wide = random.uniform(0.35, 0.75) * wall.length
        left = random.uniform(0.1, 0.9) * (wall.length - wide)
        low = random.uniform(0.75, 1.05) if random.random() < 0.8 else 0.05
        high = random.uniform(1.95, min(2.3, height - 0.15))
        spans = (
            (0, left, 0, height),
            (left + wide, wall.length, 0, height),
            (left, left + wide, 0, low),
            (left, left + wide, high, height),
        )
        for x0, x1, z0, z1 in spans:
            corner = wall.corner + wall.along * x0 + UP * z0
            builder.add_quad(corner, wall.along * (x1 - x0), UP * (z1 - z0), look)
        corner = wall.corner + wall.along * left + UP * low
        self.joiner.window(corner, wall.along, (wide, high - low), WALL_M)
        back = corner + np.cross(UP, wall.along) * (WALL_M + 0.02)
        light = self.sky_level * np.array([0.95, 1.0, 1.08])
        builder.lights.append(AreaLight(back, wall.along * wide, UP * (high - low), light))

    def _lamps(self, *, is_lit: bool) -> None:
        random = self.random
        warm = np.array([1.0, random.uniform(0.62, 0.95), 0.0])
        warm[2] = warm[1] * random.uniform(0.5, 0.95)
        for _ in range(int(random.integers(1, 3))):
            x, y = random.uniform(-0.3, 0.3, 2) * self.size[:2]
            level = random.uniform(4, 12) if is_lit else 0.0
            self.joiner.ceiling_lamp(np.array([x, y, self.size[2]]), level * warm)
        if random.random() < 0.35:
            place = self._corner_place(0.25)
            if place is not None:
                level = random.uniform(1.0, 3) if is_lit or random.random() < 0.3 else 0.0
                self.joiner.standing_lamp(place, random.uniform(1.1, 1.6), level * warm)

    def _corner_place(self, half: float) -> Vector | None:
        signs = self.random.choice([-1, 1], 2)
        centre = signs * (self.size[:2] / 2 - half)
        if not self.plan.is_free(centre, np.full(2, half)):
            return None
        self.plan.take(centre, np.full(2, half))
        return np.array([*centre, 0.0])

    def _furnish(self, walls: list[Wall]) -> None:
        random = self.random
        door = walls[int(random.integers(4))]
        if not door.has_window:
            at = random.uniform(0.15, max(0.2, door.length - 1.05))
            self.joiner.door(door.place(at, 0.001), door.along, 0.85, 2.02)
            self._take(door.place(at + 0.42, 0.45), door.yaw, 0.9, 0.9)
        if self.purpose == "Kitchen":
            runs = walls[: int(random.integers(1, 3))]
            for wall in runs:
                length = random.uniform(0.6, 0.95) * wall.length
                self._against(wall, (length, 0.65, 0.9), self._kitchen_run)
        wanted = int(random.integers(7, 15))
        for _ in range(wanted):
            wall = walls[int(random.integers(4))]
            choice = random.random()
            if choice < 0.55:
                self._stand_piece(wall)
            elif choice < 0.75:
                size = (
                    random.uniform(0.5, 1.4),
                    random.uniform(0.22, 0.35),
                    random.uniform(0.8, 2.1),
                )
                self._against(wall, size, self.joiner.shelf)
            elif choice < 0.9:
                tall = (
                    random.uniform(0.45, 1.1) if random.random() < 0.7 else random.uniform(1.6, 2.1)
                )
                size = (random.uniform(0.5, 1.6), random.uniform(0.35, 0.6), tall)
                self._against(wall, size, self.joiner.cabinet)
            else:
                self._table()
        for _ in range(int(random.integers(1, 4))):
            self._free_piece()
        if random.random() < 0.7 or self.purpose in ("Kitchen", "Office"):
            self._table()

    def _kitchen_run(
        self, place: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
    ) -> None:
        self.joiner.kitchen_run(place, yaw, size[0], self.size[2])

    def _take(self, centre: Vector, yaw: float, width: float, depth: float) -> bool:
        """Take a piece's rectangle if it is free."""
        c, s = abs(np.cos(yaw)), abs(np.sin(yaw))
        half = np.array([c * width + s * depth, s * width + c * depth]) / 2
        if not self.plan.is_free(centre[:2], half - 1e-3):
            return False
        self.plan.take(centre[:2], half)
        return True

    def _against(
        self, wall: Wall, size: tuple[float | int, float | int, float | int], build
    ) -> None:
        """Try some places along a wall for a thing whose back is at y = 0."""
        width, depth, height = size
        if width > wall.length or (wall.has_window and height > 1.1):
            return
        for _ in range(6):
            at = self.random.uniform(width / 2, wall.length - width / 2)
            if self._take(wall.place(at, depth / 2), wall.yaw, width, depth):
                build(wall.place(at, 0.005), wall.yaw, size)
                self.site.targets.append(wall.place(at, depth / 2, min(height, 1.2) * 0.7))
                return

    def _draw(self, role) -> FurniturePiece | None:
        """A piece that fits the room's purpose, or at times any."""
        pieces = self.furniture.of_split(self.split, role)
        fitting = [p for p in pieces if p.category == self.purpose or p.category in ELSEWHERE]
        if fitting and self.random.random() < 0.7:
            pieces = fitting
        if not pieces:
            return None
        piece = pieces[int(self.random.integers(len(pieces)))]
        if piece.name in ODD and self.random.random() < 0.8:
            piece = pieces[int(self.random.integers(len(pieces)))]
        return piece

    def _add(self, piece: FurniturePiece, place: Vector, yaw: float, scale: float = 1.0) -> None:
        loaded = self.furniture.load(piece)
        looks = self.wardrobe.looks_of(piece, loaded)
        self.site.builder.add_model(loaded, looks, place, yaw, scale)

    def _stand_piece(self, wall: Wall) -> None:
        piece = self._draw("large")
        if piece is None:
            return
        scale = float(np.exp(self.random.normal(0.0, 0.05)))
        width, depth, height = (scale * side for side in piece.size_m)

        def build(
            place: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
        ) -> None:
            centre = place + rotated(yaw, 0, -size[1] / 2)
            self._add(piece, centre, yaw, scale)
            self._remember_top(piece, centre, yaw, scale)

        gap = self.random.uniform(0.0, 0.06)
        self._against(wall, (width, depth + gap, height), build)

    def _remember_top(
        self, piece: FurniturePiece, centre: Vector, yaw: float, scale: float
    ) -> None:
        if any(word in piece.name.lower() for word in TOPS):
            half = np.array(piece.size_m[:2]) * scale * 0.4
            self.site.tops.append(Top(centre + UP * (piece.size_m[2] * scale), half, yaw))

    def _free_piece(self) -> None:
        piece = self._draw("large")
        if piece is None or piece.size_m[2] > 1.4:
            return
        yaw = self.random.choice([0, 0.5, 1, 1.5]) * np.pi + self.random.normal(0.0, 0.2)
        for _ in range(6):
            centre = np.array([*self.random.uniform(self.plan.low, self.plan.high), 0.0])
            if self._take(centre, yaw, piece.size_m[0] * 1.05, piece.size_m[1] * 1.05):
                self._add(piece, centre, yaw)
                self._remember_top(piece, centre, yaw, 1.0)
                self.site.targets.append(centre + UP * (piece.size_m[2] * 0.7))
                return

    def _table(self) -> None:
        """A table with seats around it."""
        random = self.random
        low = random.random() < 0.25
        size = (
            random.uniform(0.6, 1.6),
            random.uniform(0.5, 0.9),
            random.uniform(0.38, 0.5) if low else random.uniform(0.7, 0.78),
        )
        yaw = float(random.choice([0, np.pi / 2])) + random.normal(0.0, 0.05)
        for _ in range(8):
            centre = np.array([*random.uniform(self.plan.low, self.plan.high), 0.0])
            if self._take(centre, yaw, size[0], size[1]):
                self.joiner.table(centre, yaw, size)
                self.site.targets.append(centre + UP * size[2])
                if not low:
                    self._seats(centre, yaw, size)
                return

    def _seats(
        self, centre: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
    ) -> None:
        seats = [
            piece
            for piece in self.furniture.of_split(self.split, "large")
            if any(w in piece.name.lower() for w in ("chair", "stool", "silla"))
            and piece.size_m[0] < 0.7
        ]
        if not seats:
            return
        piece = seats[int(self.random.integers(len(seats)))]
        loaded = self.furniture.load(piece)
        looks = self.wardrobe.looks_of(piece, loaded)
        for side in (-1, 1):
            for at in (-0.25, 0.25):
                if self.random.random() < 0.35:
                    continue
                out = side * (size[1] / 2 + piece.size_m[1] * self.random.uniform(0.15, 0.6))
                place = centre + rotated(yaw, at * size[0], out)
                turned = yaw + (0 if side > 0 else np.pi) + self.random.normal(0.0, 0.25)
                limit = self.size[:2] / 2 - 0.3
                if (np.abs(place[:2]) < limit).all():
                    self.site.builder.add_model(loaded, looks, place, turned)
                    self.plan.take(place[:2], np.full(2, 0.25))

    def _decorate(self, walls: list[Wall]) -> None:
        random = self.random
        for wall in walls:
            if wall.has_window:
                continue
            for _ in range(int(random.integers(0, 4))):
                wide = random.uniform(0.2, 0.9)
                size = wide, wide * random.uniform(0.65, 1.4)
                at = random.uniform(0.1, max(0.15, wall.length - wide - 0.1))
                corner = wall.place(at, 0.001, random.uniform(1.15, 1.5))
                if corner[2] + size[1] < self.size[2] - 0.1:
                    self.joiner.framed_print(corner, wall.along, size)
            hung = self.furniture.of_split(self.split, "hung")
            if hung and random.random() < 0.2:
                piece = hung[int(random.integers(len(hung)))]
                at = random.uniform(0.3, wall.length - 0.3)
                place = wall.place(at, piece.size_m[1] / 2, piece.elevation_m)
                self._add(piece, place, wall.yaw)
        if random.random() < 0.45 and self.purpose not in ("Kitchen", "Bathroom"):
            half = random.uniform(0.5, 1.2, 2)
            centre = random.uniform(-0.2, 0.2, 2) * self.size[:2]
            rug = self.wardrobe.look(("rug", "cloth", "carpet"))
            x, y = np.array([2 * half[0], 0, 0]), np.array([0, 2 * half[1], 0])
            low = np.array([*centre, 0.008]) - (x + y) / 2
            self.site.builder.add_quad(low, x, y, rug, stretch=True)

    def _scatter(self) -> None:
        """Things on tables and on the floor."""
        random = self.random
        small = self.furniture.of_split(self.split, "small")
        for top in self.site.tops:
            area = 4 * float(top.half.prod())
            self.joiner.clutter(top, int(random.integers(2, 5 + min(10, int(8 * area)))))
            for _ in range(int(random.integers(0, 3)) if small else 0):
                piece = small[int(random.integers(len(small)))]
                x, y = random.uniform(-0.8, 0.8, 2) * top.half
                place = top.centre + rotated(top.yaw, x, y)
                self._add(piece, place, random.uniform(0, 2 * np.pi))
        for _ in range(int(random.integers(0, 6))):
            half = random.uniform((0.08, 0.08, 0.05), (0.3, 0.25, 0.25))
            centre = random.uniform(self.plan.low + 0.3, self.plan.high - 0.3)
            if self.plan.is_free(centre, half[:2]):
                look = self.wardrobe.look(("veneer", "cloth", "spine", "metal"), (0.3, 0.9))
                self.site.builder.add_box(
                    np.array([*centre, half[2]]), half, look, random.uniform(0, 2)
                )

    def _content(self, *, is_day: bool) -> SceneContent:
        random, site = self.random, self.site
        sun = None
        if is_day and random.random() < 0.45:
            toward = random.normal(size=3) * [1, 1, 0.3] + UP * 0.6
            toward[2] = abs(toward[2])
            toward /= np.linalg.norm(toward)
            color = np.array([1.0, random.uniform(0.8, 0.95), random.uniform(0.65, 0.9)])
            sun = Sun(toward, self.sky_level * random.uniform(1.5, 5) * color, 0.015)
        places = self.plan.stands(random)
        targets = [*site.targets, UP * random.uniform(0.6, 1.2)]
        horizon = self.sky_level * np.array([0.95, 1.0, 1.08]) * random.uniform(1, 2)
        sky = Sky(horizon, horizon * np.array([0.6, 0.8, 1.0]), random.uniform(0, 1))
        return SceneContent(
            mesh=site.builder.build(),
            lights=tuple(site.builder.lights),
            sun=sun,
            sky=sky,
            is_open=False,
            pyramids=self.wardrobe.pyramids,
            mean_colors=self.wardrobe.mean_colors,
            stands=places,
            targets=np.stack(targets),
        )
