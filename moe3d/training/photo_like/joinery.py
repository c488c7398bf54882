"""Things built from plain parts: windows, doors, curtains, shelves, kitchens, lamps, clutter."""

from collections.abc import Sequence

import numpy as np

from moe3d.training.data.parts import Vector
from moe3d.training.photo_like.content import Site, Top
from moe3d.training.photo_like.scene_mesh import UP, AreaLight, Look, MeshBuilder
from moe3d.training.photo_like.wardrobe import Wardrobe

Random = np.random.Generator


def rotated(yaw: float, x: float | int, y: float | int, z: float | int = 0.0) -> Vector:
    """A vector turned about z."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([c * x - s * y, s * x + c * y, z])


class Joiner:
    """Builds into one site, with looks of one wardrobe."""

    def __init__(self, site: Site, wardrobe: Wardrobe, random: Random) -> None:
        self.site, self.wardrobe, self.random = site, wardrobe, random

    @property
    def builder(self) -> MeshBuilder:
        """Where triangles go."""
        return self.site.builder

    def box(
        self,
        place: Vector,
        yaw: float,
        low: Sequence[float | int] | Vector,
        high: Sequence[float | int] | Vector,
        look: Look,
        front: Look | None = None,
    ) -> None:
        """Add a box in the frame of an object that stands at a place, turned by yaw."""
        low, high = np.asarray(low, float), np.asarray(high, float)
        centre = place + rotated(yaw, *((low + high) / 2))
        self.builder.add_box(centre, (high - low) / 2, look, yaw, front=front)

    def book_row(
        self, place: Vector, yaw: float, width: float, depth: float, height: float
    ) -> None:
        """Books or packages side by side from x = 0 to at most a width."""
        random, x = self.random, 0.0
        paper = self.wardrobe.look(("unevenness",), tint=(1.6, 1.5, 1.3))
        while True:
            thick = random.uniform(0.015, 0.06)
            if x + thick > width or random.random() < 0.03:
                return
            tall = height * random.uniform(0.6, 0.95)
            deep = depth * random.uniform(0.6, 0.9)
            spine = self.wardrobe.look(("spine",))
            self.box(place, yaw, (x, -deep, 0), (x + thick, 0, tall), paper, spine)
            x += thick + (random.random() < 0.15) * random.uniform(0.0, 0.08)

    def shelf(
        self, place: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
    ) -> None:
        """Open shelves with books and things; the back is at y = 0 of its own frame.

        Args:
            place: middle of its back, on the floor.
            yaw: turn about z.
            size: width, depth, height, metres.
        """
        random, (width, depth, height) = self.random, size
        wood = self.wardrobe.look(("veneer", "paint"), (0.5, 1.2), (0.0, 0.2))
        half, thick = width / 2, 0.018
        for x in (-half, half - thick):
            self.box(place, yaw, (x, -depth, 0), (x + thick, 0, height), wood)
        if random.random() < 0.7:
            self.box(place, yaw, (-half, -0.008, 0), (half, 0, height), wood)
        count = max(2, int(height / random.uniform(0.28, 0.42)) + 1)
        levels = np.linspace(0.05, height - thick, count)
        for level, above in zip(levels, [*levels[1:], levels[-1] + 0.3], strict=True):
            self.box(place, yaw, (-half, -depth, level), (half, 0, level + thick), wood)
            start = place + rotated(yaw, -half + 0.03, -0.01, level + thick)
            room = above - level - 0.03
            if random.random() < 0.65:
                share = random.uniform(0.4, 1.0)
                self.book_row(start, yaw, (width - 0.06) * share, depth, min(room, 0.33))
            else:
                middle = place + rotated(yaw, 0, -depth / 2, level + thick)
                self.clutter(Top(middle, np.array([half * 0.9, depth * 0.4]), yaw), 4, room)

    def clutter(self, top: Top, count: int, most_m: float = 0.35) -> None:
        """Small things on a surface: books, cups, bottles, boxes, papers."""
        random = self.random
        for _ in range(count):
            x, y = random.uniform(-1, 1, 2) * np.maximum(top.half - 0.05, 0.0)
            place = top.centre + rotated(top.yaw, x, y)
            yaw = top.yaw + random.normal(0.0, 0.5)
            choice, size = random.random(), min(1.0, most_m / 0.3)
            if choice < 0.25:
                self._stack(place, yaw, size)
            elif choice < 0.5:
                radius = random.uniform(0.025, 0.05)
                look = self.wardrobe.look(
                    ("metal", "ceramic", "unevenness"), (0.2, 0.6), (0.1, 0.5)
                )
                height = random.uniform(0.07, 0.14) * size
                self.builder.add_tube(
                    place, (radius * random.uniform(0.7, 1), radius), height, look
                )
            elif choice < 0.7:
                self._bottle(place, size)
            elif choice < 0.85:
                half = random.uniform((0.04, 0.03, 0.03), (0.15, 0.1, 0.14)) * size
                look = self.wardrobe.look(("spine", "cloth", "veneer"), (0.15, 0.4))
                self.builder.add_box(place + UP * half[2], half, look, yaw, front=look)
            else:
                paper = self.wardrobe.look(("unevenness",), tint=(1.75, 1.75, 1.7))
                self.box(place, yaw, (0, 0, 0), (0.21, 0.297, 0.004), paper)

    def _stack(self, place: Vector, yaw: float, size: float) -> None:
        level = 0.0
        for _ in range(int(self.random.integers(1, 5))):
            half = self.random.uniform((0.07, 0.1, 0.006), (0.12, 0.16, 0.025))
            if level + 2 * half[2] > 0.3 * size:
                return
            look = self.wardrobe.look(("spine", "cloth"), (0.2, 0.4))
            turned = yaw + self.random.normal(0.0, 0.15)
            self.builder.add_box(place + UP * (level + half[2]), half, look, turned)
            level += 2 * half[2]

    def _bottle(self, place: Vector, size: float) -> None:
        radius, height = self.random.uniform(0.025, 0.045), self.random.uniform(0.12, 0.22) * size
        look = self.wardrobe.look(("metal",), (0.2, 0.5), (0.3, 0.7))
        self.builder.add_tube(place, (radius, radius), height * 0.7, look)
        self.builder.add_tube(
            place + UP * (height * 0.7), (radius, radius * 0.4), height * 0.3, look
        )

    def table(
        self, place: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
    ) -> None:
        """A top on four legs, with things on it."""
        width, depth, height = size
        wood = self.wardrobe.look(("veneer", "paint", "stone"), (0.6, 1.4), (0.0, 0.3))
        legs = self.wardrobe.look(("veneer", "metal"), (0.3, 0.8), (0.0, 0.3))
        x, y, thick = width / 2, depth / 2, self.random.uniform(0.02, 0.045)
        self.box(place, yaw, (-x, -y, height - thick), (x, y, height), wood)
        leg = self.random.uniform(0.015, 0.035)
        for sx in (-1, 1):
            for sy in (-1, 1):
                at = np.array([sx * (x - 2 * leg), sy * (y - 2 * leg), (height - thick) / 2])
                half = np.array([leg, leg, (height - thick) / 2])
                self.box(place, yaw, at - half, at + half, legs)
        top = Top(place + UP * height, np.array([x, y]), yaw)
        self.site.tops.append(top)

    def kitchen_run(self, place: Vector, yaw: float, width: float, height: float) -> None:
        """Base units with a worktop, a tiled splashback, wall units; the back is at y = 0."""
        random = self.random
        front = self.wardrobe.look(("paint", "veneer", "metal"), (0.6, 1.2), (0.0, 0.3))
        carcass = self.wardrobe.look(("paint", "veneer"), (0.6, 1.2))
        stone = self.wardrobe.look(("stone", "veneer"), (0.5, 1.2), (0.1, 0.5))
        metal = self.wardrobe.look(("metal",), (0.2, 0.5), (0.3, 0.7))
        half, deep = width / 2, 0.6
        self.box(place, yaw, (-half, -deep + 0.05, 0), (half, 0, 0.1), metal)
        self.box(place, yaw, (-half, -deep, 0.1), (half, 0, 0.86), carcass)
        self.box(place, yaw, (-half, -deep - 0.03, 0.86), (half, 0, 0.9), stone)
        tiles = self.wardrobe.look(("ceramic", "stone", "paint"), (0.4, 0.8), (0.1, 0.4))
        self.box(place, yaw, (-half, -0.012, 0.9), (half, 0, 1.45), tiles)
        count = max(1, round(width / random.uniform(0.45, 0.65)))
        step = width / count
        for unit in range(count):
            x = -half + unit * step
            drawers = int(random.choice([1, 1, 3]))
            for drawer in range(drawers):
                low = 0.12 + drawer * 0.72 / drawers
                high = low + 0.72 / drawers - 0.01
                self.box(
                    place,
                    yaw,
                    (x + 0.004, -deep - 0.02, low),
                    (x + step - 0.004, -deep, high),
                    front,
                )
                middle = x + step / 2
                handle = (
                    (middle - 0.07, -deep - 0.045, high - 0.06),
                    (middle + 0.07, -deep - 0.03, high - 0.045),
                )
                self.box(place, yaw, *handle, metal)
        if random.random() < 0.75:
            top = min(height - 0.15, 2.15)
            for unit in range(count):
                if random.random() < 0.15:
                    continue
                x = -half + unit * step
                self.box(place, yaw, (x, -0.33, 1.45), (x + step, 0, top), carcass)
                self.box(
                    place, yaw, (x + 0.004, -0.35, 1.455), (x + step - 0.004, -0.33, top), front
                )
        worktop = Top(place + rotated(yaw, 0, -0.3, 0.9), np.array([half - 0.05, 0.2]), yaw)
        self.site.tops.append(worktop)
        self.clutter(worktop, int(random.integers(4, 5 + 5 * int(width))))

    def cabinet(
        self, place: Vector, yaw: float, size: tuple[float | int, float | int, float | int]
    ) -> None:
        """A closed chest or wardrobe with doors or drawers; the back is at y = 0."""
        random, (width, depth, height) = self.random, size
        wood = self.wardrobe.look(("veneer", "paint"), (0.6, 1.4), (0.0, 0.25))
        front = (
            wood if random.random() < 0.6 else self.wardrobe.look(("veneer", "paint"), (0.6, 1.4))
        )
        metal = self.wardrobe.look(("metal",), (0.2, 0.5), (0.3, 0.7))
        half = width / 2
        self.box(place, yaw, (-half, -depth, 0), (half, 0, height), wood)
        rows = int(random.integers(2, 5)) if height < 1.3 else 1
        columns = max(1, round(width / random.uniform(0.4, 0.9)))
        for row in range(rows):
            for column in range(columns):
                x0 = -half + (column + 0.02) * width / columns
                x1 = -half + (column + 0.98) * width / columns
                z0, z1 = (
                    0.06 + (height - 0.08) * (row / rows),
                    (height - 0.02) * (row + 0.96) / rows,
                )
                self.box(place, yaw, (x0, -depth - 0.018, z0), (x1, -depth, z1), front)
                x, z = (x0 + x1) / 2, (z0 + z1) / 2
                self.box(
                    place,
                    yaw,
                    (x - 0.05, -depth - 0.04, z),
                    (x + 0.05, -depth - 0.02, z + 0.015),
                    metal,
                )
        if height < 1.4:
            top = Top(place + rotated(yaw, 0, -depth / 2, height), np.array([half, depth / 2]), yaw)
            self.site.tops.append(top)

    def framed_print(
        self, corner: Vector, along: Vector, size: tuple[float | int, float | int]
    ) -> None:
        """A picture on a wall: frame, print, perhaps glass.

        Args:
            corner: its lower left, on the wall.
            along: unit vector to the right; the wall's front is the side of `along` x up.
            size: width and height, metres.
        """
        out = np.cross(along, UP)
        wide, high = size
        frame = self.wardrobe.look(("veneer", "metal"), (0.3, 0.8), (0.0, 0.4))
        gloss = (0.3, 0.6) if self.random.random() < 0.4 else (0.0, 0.05)
        picture = self.wardrobe.look(("print",), gloss=gloss)
        yaw = float(np.arctan2(along[1], along[0]))
        depth, edge = 0.02, self.random.uniform(0.01, 0.04)
        self.box(corner, yaw, (0, -depth, 0), (wide, 0, high), frame)
        inner = corner + along * edge + UP * edge + out * (depth + 0.002)
        self.builder.add_quad(
            inner, along * (wide - 2 * edge), UP * (high - 2 * edge), picture, stretch=True
        )

    def door(self, foot: Vector, along: Vector, width: float, height: float) -> None:
        """A closed door with its frame and handle, on a wall."""
        yaw = float(np.arctan2(along[1], along[0]))
        wood = self.wardrobe.look(("veneer", "paint"), (0.8, 1.6), (0.0, 0.2))
        metal = self.wardrobe.look(("metal",), (0.2, 0.5), (0.4, 0.8))
        for x in (-0.07, width):
            self.box(foot, yaw, (x, -0.03, 0), (x + 0.07, 0, height + 0.07), wood)
        self.box(foot, yaw, (-0.07, -0.03, height), (width + 0.07, 0, height + 0.07), wood)
        self.box(foot, yaw, (0, -0.012, 0.005), (width, 0, height), wood)
        if self.random.random() < 0.5:
            for low in (0.15, 1.1):
                self.box(foot, yaw, (0.12, -0.02, low), (width - 0.12, 0, low + 0.8), wood)
        self.box(foot, yaw, (width - 0.15, -0.06, 1.03), (width - 0.05, -0.045, 1.05), metal)

    def window(
        self, corner: Vector, along: Vector, size: tuple[float | int, float | int], deep: float
    ) -> None:
        """Frame, bars, sill and reveal of an opening in a wall, and at times curtains.

        Args:
            corner: lower left of the opening, on the room's side.
            along: unit vector to the right; the room is on the side of `along` x up.
            size: width and height, metres.
            deep: thickness of the wall, metres.
        """
        yaw = float(np.arctan2(along[1], along[0]))
        wide, high = size
        reveal = self.wardrobe.look(("paint",))
        frame = self.wardrobe.look(("paint", "veneer"), (0.5, 1.0), tint=(1.0, 1.0, 1.0))
        back = np.cross(UP, along) * deep
        right, top = along * wide, UP * high
        self.builder.add_quad(corner, back, top, reveal)
        self.builder.add_quad(corner + right + back, -back, top, reveal)
        self.builder.add_quad(corner, right, back, reveal)
        self.builder.add_quad(corner + top + back, right, -back, reveal)
        bar, y = 0.05, deep * 0.7
        count = max(1, round(wide / self.random.uniform(0.5, 1.0)))
        for x in np.linspace(0, wide - bar, count + 1):
            self.box(corner, yaw, (x, y, 0), (x + bar, y + 0.04, high), frame)
        cross = (0.0, high - bar) if self.random.random() < 0.6 else (0.0, high * 0.66, high - bar)
        for z in cross:
            self.box(corner, yaw, (0, y, z), (wide, y + 0.04, z + bar), frame)
        self.box(corner, yaw, (-0.05, -0.1, -0.04), (wide + 0.05, 0, 0), frame)
        sill = Top(corner + rotated(yaw, wide / 2, -0.02), np.array([wide / 2, 0.06]), yaw)
        if self.random.random() < 0.5:
            self.clutter(sill, int(self.random.integers(1, 4)), 0.2)
        if self.random.random() < 0.55:
            self._curtains(corner, along, size)

    def _curtains(
        self, corner: Vector, along: Vector, size: tuple[float | int, float | int]
    ) -> None:
        cloth = self.wardrobe.look(("cloth",), (0.4, 1.0))
        out = np.cross(along, UP)
        wide, high = size
        foot = self.random.choice([-corner[2] + 0.03, -0.1])
        share = self.random.uniform(0.12, 0.45)
        for start, end in ((-0.15, share * wide), (wide * (1 - share), wide + 0.15)):
            u = np.linspace(start, end, 40)
            waves = self.random.uniform(12, 22) / max(end - start, 0.2) * 0.3
            fold = 0.09 + 0.035 * np.sin(2 * np.pi * waves * u + self.random.uniform(0.0, 6.0))
            rows = np.array([high + 0.15, foot])
            points = corner + u[None, :, None] * along + rows[:, None, None] * UP
            self.builder.add_grid(points + fold[None, :, None] * out, cloth)

    def standing_lamp(self, place: Vector, height: float, radiance: Vector) -> None:
        """Foot, pole and a glowing shade whose light goes up and down."""
        metal = self.wardrobe.look(("metal",), (0.2, 0.5), (0.2, 0.6))
        radius = self.random.uniform(0.09, 0.2)
        cloth = self.wardrobe.look(("unevenness",), tint=(1.6, 1.4, 1.1))
        glow = float(radiance.mean())
        shade = Look(cloth.texture, cloth.tile_m, cloth.tint, 0.0, glow)
        self.builder.add_tube(place, (radius * 0.7, radius * 0.7), 0.02, metal)
        self.builder.add_tube(place, (0.012, 0.012), height, metal)
        foot = place + UP * height
        rise = radius * self.random.uniform(1.0, 1.6)
        self.builder.add_tube(foot, (radius, radius * self.random.uniform(0.5, 1)), rise, shade)
        side = radius * 1.2
        x, y = np.array([side, 0, 0]), np.array([0, side, 0])
        low = foot - (x + y) / 2 - [0, 0, 0.01]
        self.builder.lights.append(AreaLight(low, y, x, radiance * 4))
        self.builder.lights.append(AreaLight(low + UP * (rise + 0.03), x, y, radiance * 4))

    def ceiling_lamp(self, place: Vector, radiance: Vector) -> None:
        """A flat panel or a bowl below the ceiling that shines down."""
        half = self.random.uniform(0.12, 0.35)
        white = self.wardrobe.look(("unevenness",), tint=(1.9, 1.9, 1.8))
        panel = Look(white.texture, 1.0, white.tint, 0.0, float(radiance.mean()))
        low = place - [half, half, 0.06]
        if self.random.random() < 0.5:
            self.builder.add_box(place - [0, 0, 0.03], np.array([half, half, 0.03]), panel)
        else:
            self.builder.add_tube(place - [0, 0, 0.06], (half, half), 0.06, panel)
            self.builder.add_quad(
                low, np.array([0, 2 * half, 0]), np.array([2 * half, 0, 0]), panel
            )
        corner = low - [0, 0, 0.012]
        edges = np.array([0, 2 * half, 0]), np.array([2 * half, 0, 0])
        self.builder.lights.append(AreaLight(corner, *edges, radiance))
