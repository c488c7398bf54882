"""A scene as a list of solid parts in a shell, before any picture is taken. World z points up."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

BOX, ELLIPSOID, CYLINDER = 0, 1, 2
SHELL_FACES = 6
NUM_TEXTURES = 16

Vector = Float[np.ndarray, "3"]
Triple = tuple[float | int, float | int, float | int]


@dataclass(frozen=True)
class Material:
    """How a surface looks."""

    texture: int
    """Index among the scene's textures."""
    scale_m: float
    """Side of one texture tile, metres."""
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Factor on the texture's colour."""
    gloss: float = 0.0
    """Strength of the highlight, 0 to 1."""
    glow: float = 0.0
    """Own light, as a factor on the colour."""
    angle: float = 0.0
    """Turn of the texture, radians."""


@dataclass(frozen=True)
class SceneLayout:
    """One scene: N parts inside a box-shaped shell (the room, or ground and sky)."""

    kind: Int[np.ndarray, " N"]
    centre: Float[np.ndarray, "N 3"]
    half_size: Float[np.ndarray, "N 3"]
    world_from_part: Float[np.ndarray, "N 3 3"]
    materials: tuple[Material, ...]
    """First the shell's six faces (-x, +x, -y, +y, floor, ceiling), then one a part."""
    shell_low: Vector
    shell_high: Vector
    is_open: bool
    """The shell is a wide ground; its other faces are sky, without depth."""
    light: Vector
    """Position of the light that casts shadows, metres."""
    targets: Float[np.ndarray, "T 3"]
    """Points worth looking at."""
    lookout: tuple[Vector, Vector]
    """Corners of the box where cameras may stand."""


def yaw_rotation(angle: float) -> Float[np.ndarray, "3 3"]:
    """Turn about the world's z axis by an angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def random_rotation(random: np.random.Generator) -> Float[np.ndarray, "3 3"]:
    """Draw a rotation, uniform over all orientations."""
    q, r = np.linalg.qr(random.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


@dataclass
class PartList:
    """Collects parts; `place` moves everything that was added since a mark."""

    kinds: list[int] = field(default_factory=list)
    centres: list[Vector] = field(default_factory=list)
    half_sizes: list[Vector] = field(default_factory=list)
    rotations: list[Float[np.ndarray, "3 3"]] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.kinds)

    def add(
        self,
        kind: int,
        centre: Triple,
        half_size: Triple,
        material: Material,
        rotation: Float[np.ndarray, "3 3"] | None = None,
    ) -> None:
        """Add one part, in the frame of the object that is being built."""
        self.kinds.append(kind)
        self.centres.append(np.asarray(centre, float))
        self.half_sizes.append(np.maximum(np.asarray(half_size, float), 1e-3))
        self.rotations.append(np.eye(3) if rotation is None else rotation)
        self.materials.append(material)

    def add_rod(self, start: Vector, end: Vector, radius: float, material: Material) -> None:
        """Add a thin cylinder from one point to another."""
        axis = np.asarray(end, float) - np.asarray(start, float)
        length = float(np.linalg.norm(axis))
        z = axis / max(length, 1e-9)
        helper = np.array([1.0, 0, 0]) if abs(z[0]) < 0.9 else np.array([0, 1.0, 0])
        x = np.cross(helper, z)
        x /= np.linalg.norm(x)
        rotation = np.stack([x, np.cross(z, x), z], axis=1)
        middle = (np.asarray(start, float) + np.asarray(end, float)) / 2
        half = (radius, radius, length / 2)
        self.add(CYLINDER, tuple(middle), half, material, rotation)

    def place(self, mark: int, position: Vector, yaw: float, scale: float = 1.0) -> None:
        """Scale, turn and move every part added since `mark = len(parts)`."""
        rotation = yaw_rotation(yaw)
        for i in range(mark, len(self)):
            self.centres[i] = rotation @ (self.centres[i] * scale) + position
            self.half_sizes[i] = self.half_sizes[i] * scale
            self.rotations[i] = rotation @ self.rotations[i]


def inside_any_part(
    points: Float[np.ndarray, "P 3"], layout: SceneLayout, margin: float
) -> Bool[np.ndarray, " P"]:
    """Tell which points lie in a part's box, grown by a margin in metres."""
    if len(layout.kind) == 0:
        return np.zeros(len(points), bool)
    local = np.einsum("nij,pni->pnj", layout.world_from_part, points[:, None] - layout.centre)
    return (np.abs(local) < layout.half_size + margin).all(-1).any(-1)
