"""A scene as triangles with looks and lights, built piece by piece. World z points up, metres."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float32, Int64

from moe3d.training.data.parts import Vector
from moe3d.training.photo_like.furniture import LoadedModel

Color = tuple[float, float, float]
UP = np.array([0.0, 0.0, 1.0])
WHITE: Color = (1.0, 1.0, 1.0)
TILE_SHIFT = np.array([[0.37, 0.11], [0.53, 0.29], [0.71, 0.17]])
"""Tiles a metre by which textures of rectangles at other places begin elsewhere."""


@dataclass(frozen=True)
class Look:
    """How a surface looks."""

    texture: int
    """Row of the scene's textures."""
    tile_m: float = 1.0
    """Side of one texture tile, metres."""
    tint: Color = WHITE
    """Factor on the texture's colour, linear."""
    gloss: float = 0.0
    """Strength of highlight and reflection, 0 to 1."""
    glow: float = 0.0
    """Light it gives off, as a factor on its colour."""


@dataclass(frozen=True)
class AreaLight:
    """A rectangle that shines to one side."""

    corner: Vector
    along: Vector
    up: Vector
    """Edges from the corner; it shines along their cross product."""
    radiance: Vector


@dataclass(frozen=True)
class Sun:
    """Light from far away, as wide as its blur."""

    toward: Vector
    """Unit."""
    irradiance: Vector
    blur: float
    """Radius of the disc on the unit sphere."""


@dataclass(frozen=True)
class SceneMesh:
    """All triangles of a scene."""

    corners: Float32[np.ndarray, "T 3 3"]
    normals: Float32[np.ndarray, "T 3 3"]
    uv: Float32[np.ndarray, "T 3 2"]
    """In texture tiles."""
    look: Int64[np.ndarray, " T"]
    looks: tuple[Look, ...]


@dataclass
class MeshBuilder:
    """Collects triangles, looks and lights."""

    looks: list[Look] = field(default_factory=list)
    lights: list[AreaLight] = field(default_factory=list)
    _numbers: dict[Look, int] = field(default_factory=dict)
    _quads: list[tuple[Vector, Vector, Vector, int, bool]] = field(default_factory=list)
    _corners: list[np.ndarray] = field(default_factory=list)
    _normals: list[np.ndarray] = field(default_factory=list)
    _uv: list[np.ndarray] = field(default_factory=list)
    _look: list[np.ndarray] = field(default_factory=list)

    def add_look(self, look: Look) -> int:
        """Number of a look; an equal one is kept once."""
        if look not in self._numbers:
            self._numbers[look] = len(self.looks)
            self.looks.append(look)
        return self._numbers[look]

    def add_triangles(
        self,
        corners: Float[np.ndarray, "T 3 3"],
        normals: Float[np.ndarray, "T 3 3"],
        uv: Float[np.ndarray, "T 3 2"],
        look: Int64[np.ndarray, " T"],
    ) -> None:
        """Add triangles in the world's frame, with coordinates in tiles."""
        self._corners.append(np.asarray(corners, np.float32))
        self._normals.append(np.asarray(normals, np.float32))
        self._uv.append(np.asarray(uv, np.float32))
        self._look.append(look)

    def add_quad(
        self, corner: Vector, along: Vector, up: Vector, look: Look, *, stretch: bool = False
    ) -> None:
        """Add a rectangle or parallelogram from a corner and two edges.

        Args:
            corner: world.
            along: edge to the right.
            up: edge upwards; the front is the side of `along` x `up`.
            look: its tile lies on the rectangle's corner.
            stretch: the texture fills the rectangle once.
        """
        self._quads.append((corner, along, up, self.add_look(look), stretch))

    def add_box(
        self,
        centre: Vector,
        half: Vector,
        look: Look,
        yaw: float = 0.0,
        *,
        front: Look | None = None,
    ) -> None:
        """Add a box that stands upright, turned about z.

        Args:
            centre: world.
            half: half its sides.
            look: of all faces.
            yaw: radians.
            front: of the face towards -y, filled once; left out: `look`.
        """
        c, s = np.cos(yaw), np.sin(yaw)
        x, y = np.array([c, s, 0]) * 2 * half[0], np.array([-s, c, 0]) * 2 * half[1]
        z = np.array([0, 0, 2.0 * half[2]])
        low = centre - (x + y + z) / 2
        self.add_quad(low, x, z, front or look, stretch=front is not None)
        self.add_quad(low + x + y, -x, z, look)
        self.add_quad(low + y, -y, z, look)
        self.add_quad(low + x, y, z, look)
        self.add_quad(low + z, x, y, look)
        self.add_quad(low + y, x, -y, look)

    def add_grid(self, points: Float[np.ndarray, "r c 3"], look: Look) -> None:
        """Add a smooth sheet through rows and columns of points, both sides alike."""
        du, dv = np.gradient(points, axis=1), np.gradient(points, axis=0)
        normals = np.cross(du, dv)
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
        places = np.stack(
            [
                np.cumsum(np.linalg.norm(du, axis=-1), axis=1),
                np.cumsum(np.linalg.norm(dv, axis=-1), axis=0),
            ],
            -1,
        )
        self._add_cells(points, normals, places / look.tile_m, look)

    def _add_cells(
        self, points: np.ndarray, normals: np.ndarray, places: np.ndarray, look: Look
    ) -> None:
        def cells(values: np.ndarray) -> np.ndarray:
            a, b = values[:-1, :-1], values[:-1, 1:]
            c, d = values[1:, 1:], values[1:, :-1]
            pairs = np.stack([np.stack([a, b, c], 2), np.stack([a, c, d], 2)], 2)
            return pairs.reshape(-1, 3, values.shape[-1])

        corners = cells(points)
        number = np.full(len(corners), self.add_look(look))
        self.add_triangles(corners, cells(normals), cells(places), number)

    def add_tube(self, foot: Vector, radii: tuple[float, float], height: float, look: Look) -> None:
        """Add an upright cylinder or cone with its upper cap.

        Args:
            foot: centre of its lower end.
            radii: at the foot and at the top, metres.
            height: metres.
            look: of all faces.
        """
        angles = np.linspace(0, 2 * np.pi, 15)
        ring = np.stack([np.cos(angles), np.sin(angles), 0 * angles], -1)
        low = np.asarray(foot, float) + ring * radii[0]
        high = np.asarray(foot, float) + ring * radii[1] + UP * height
        top = np.broadcast_to(np.asarray(foot, float) + UP * height, high.shape)
        places = np.stack([angles * max(radii), 0 * angles], -1) / look.tile_m
        rise = places + np.array([0, height / look.tile_m])
        self._add_cells(
            np.stack([low, high]), np.stack([ring, ring]), np.stack([places, rise]), look
        )
        up = np.broadcast_to([0.0, 0.0, 1.0], (2, *high.shape))
        flat = np.stack([high, top])
        self._add_cells(flat, up, flat[..., :2] / look.tile_m, look)

    def add_model(
        self, loaded: LoadedModel, looks: list[Look], place: Vector, yaw: float, scale: float = 1.0
    ) -> None:
        """Add a piece of furniture.

        Args:
            loaded: stands around the origin.
            looks: one a material of the model.
            place: where its foot goes.
            yaw: turn about z, radians.
            scale: factor on its size.
        """
        model = loaded.model
        c, s = np.cos(yaw), np.sin(yaw)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]], np.float32)
        corners = model.corners * np.float32(scale)
        tiles = np.array([look.tile_m for look in looks])[model.material]
        flat = box_projection(corners, model.normals) / tiles[:, None, None]
        has_picture = np.array([picture is not None for picture in loaded.pictures])
        own = has_picture[model.material][:, None, None] & np.isfinite(model.uv)
        uv = np.where(own, model.uv, flat)
        numbers = np.array([self.add_look(look) for look in looks])[model.material]
        moved = corners @ turn.T + np.asarray(place, np.float32)
        self.add_triangles(moved, model.normals @ turn.T, uv, numbers)

    def _add_quads(self) -> None:
        """All rectangles at once: two triangles each, tiles from the first corner on."""
        columns = zip(*self._quads, strict=True)
        corner, along, up, look, is_stretched = (np.asarray(column) for column in columns)
        self._quads.clear()
        tile = np.array([look.tile_m for look in self.looks])[look]
        wide, high = (np.linalg.norm(v, axis=-1) / tile for v in (along, up))
        wide, high = np.where(is_stretched, 1.0, wide), np.where(is_stretched, 1.0, high)
        shift = np.where(is_stretched[:, None], 0.0, corner @ TILE_SHIFT)
        normal = np.cross(along, up)
        normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
        points = np.stack([corner, corner + along, corner + along + up, corner + up], 1)
        zero = np.zeros_like(wide)
        u, v = np.stack([zero, wide, wide, zero], 1), np.stack([zero, zero, high, high], 1)
        places = np.stack([u, v], -1) + shift[:, None]
        order = np.array([[0, 1, 2], [0, 2, 3]])
        corners, uv = points[:, order].reshape(-1, 3, 3), places[:, order].reshape(-1, 3, 2)
        normals = np.broadcast_to(normal[:, None, None], (len(normal), 2, 3, 3)).reshape(-1, 3, 3)
        self.add_triangles(corners, normals, uv, np.repeat(look, 2))

    def build(self) -> SceneMesh:
        """Everything that was added."""
        if self._quads:
            self._add_quads()
        return SceneMesh(
            np.concatenate(self._corners),
            np.concatenate(self._normals),
            np.concatenate(self._uv),
            np.concatenate(self._look),
            tuple(self.looks),
        )


def box_projection(
    corners: Float32[np.ndarray, "T 3 3"], normals: Float32[np.ndarray, "T 3 3"]
) -> Float32[np.ndarray, "T 3 2"]:
    """Coordinates in metres from the side that a triangle faces most; the grain runs across."""
    axis = np.abs(normals.mean(1)).argmax(-1)[:, None]
    x, y, z = corners[..., 0], corners[..., 1], corners[..., 2]
    u = np.where(axis == 0, y, x)
    v = np.where(axis == 2, y, z)
    return np.stack([u, v], -1)
