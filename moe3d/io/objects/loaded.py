"""What a file of points or triangles becomes, and how huge coordinates keep their precision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, Shaped, UInt8

from moe3d.errors import FileFormatError
from moe3d.scene.objects import ObjectCloud, ObjectData
from moe3d.scene.records import Mesh

Vector = tuple[float, float, float]
NOWHERE: Vector = (0.0, 0.0, 0.0)
FLOAT_STEP = 2.0**-23
WORST_ERROR = 1e-6
"""Share of an object's extent by which rounding to single precision may move its points."""
MOST_POINTS = 30_000_000
"""Of a larger cloud every second, third, ... point is shown."""
WORLD_FROM_UP = {
    "-y": np.eye(4),
    "y": np.diag([1.0, -1.0, -1.0, 1.0]),
    "z": np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]),
}
"""From a file whose up is this axis to the world, where y points down as in photos."""


class ObjectFileError(FileFormatError):
    """A file of points or triangles that cannot be read."""


@dataclass(frozen=True, eq=False)
class LoadedObject:
    """One cloud or mesh of a file."""

    name: str
    data: ObjectData
    origin: Vector = NOWHERE
    """Taken off the file's coordinates in double precision."""
    up: str = "-y"
    """Axis of the file that points up, as its format has it."""
    world_from_object: Float[np.ndarray, "4 4"] | None = None
    """Where a file of this program says itself that it belongs; None for all others."""
    notes: tuple[str, ...] = ()
    """What the user has to know."""

    @property
    def start(self) -> Float[np.ndarray, "4 4"]:
        """Where the object is put first."""
        return WORLD_FROM_UP[self.up] if self.world_from_object is None else self.world_from_object

    def with_notes(self, *notes: str) -> "LoadedObject":
        """The same, with more to know."""
        return replace(self, notes=(*self.notes, *notes))


def loaded_cloud(
    name: str,
    points: Float[np.ndarray, "N 3"],
    colors: UInt8[np.ndarray, "N 3"] | None = None,
    normals: Float[np.ndarray, "N 3"] | None = None,
    near: Vector | None = None,
) -> LoadedObject:
    """A cloud without what is not finite, around an origin where its coordinates are huge.

    Args:
        name: of the object.
        points: as precise as the file has them.
        colors: sRGB.
        normals: of any length; those of length 0 are kept.
        near: origin of another object, taken again if it does.

    Raises:
        ObjectFileError: there is no point.
    """
    notes: list[str] = []
    given, chosen = len(points), np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(chosen) < given:
        notes.append(f"{given - len(chosen):,} points without a place were left out")
    if not len(chosen):
        raise ObjectFileError(f"{name}: holds no points")
    every = -(-len(chosen) // MOST_POINTS)
    if every > 1:
        notes.append(f"every {ordinal(every)} of {len(chosen):,} points is shown")
    if len(chosen) < given or every > 1:
        chosen = chosen[::every]
        points = points[chosen]
        colors = None if colors is None else colors[chosen]
        normals = None if normals is None else normals[chosen]
    centred, origin = around_origin(points, near)
    cloud = ObjectCloud(centred, colors, None if normals is None else unit_normals(normals))
    return LoadedObject(name, cloud, origin, notes=(*notes, *origin_notes(origin)))


def loaded_mesh(name: str, mesh: Mesh, origin: Vector = NOWHERE) -> LoadedObject:
    """A mesh, with what has to be known of its origin.

    Raises:
        ObjectFileError: a face names a vertex that is not there, or a vertex is not finite.
    """
    if len(mesh.faces) and not 0 <= mesh.faces.min() <= mesh.faces.max() < len(mesh.vertices):
        raise ObjectFileError(f"{name}: its triangles name vertices that are not there")
    if not np.isfinite(mesh.vertices).all():
        raise ObjectFileError(f"{name}: has vertices that are nowhere (not finite)")
    return LoadedObject(name, mesh, origin, notes=origin_notes(origin))


def around_origin(
    points: Float[np.ndarray, "N 3"], near: Vector | None = None
) -> tuple[Float32[np.ndarray, "N 3"], Vector]:
    """Points in single precision, around an origin if they would lose places otherwise.

    Args:
        points: finite.
        near: an origin in use: taken if it serves, so that neighbours stay neighbours.
    """
    lowest, highest = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    extent = float(np.linalg.norm(highest - lowest))
    for origin in (NOWHERE, near):
        if origin is not None and _serves(origin, lowest, highest, extent):
            return _less(points, origin), origin
    middle = (lowest + highest) / 2
    step = 10.0 ** np.floor(np.log10(max(extent, 1e-30)))
    x, y, z = (np.round(middle / step) * step).tolist()
    return _less(points, (x, y, z)), (x, y, z)


def origin_notes(origin: Vector) -> tuple[str, ...]:
    """Tells of an origin that was taken off."""
    if origin == NOWHERE:
        return ()
    numbers = ", ".join(f"{value:,.10g}" for value in origin)
    return (f"its coordinates are shown without {numbers}, so that they keep their precision",)


def color_bytes(values: Shaped[np.ndarray, "N C"]) -> UInt8[np.ndarray, "N 3"]:
    """Colours of any number type as bytes: 0..1, 0..255 or 16 bits, by their largest value."""
    values = values[:, :3]
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    wide = np.nan_to_num(values.astype(np.float32))
    highest = float(wide.max(initial=0.0))
    is_share = values.dtype.kind == "f" and highest <= 1.0
    factor = 255.0 if is_share else 1.0 if highest <= 255 else 255 / 65535
    return np.clip(np.round(wide * factor), 0, 255).astype(np.uint8)


def unit_normals(normals: Float[np.ndarray, "N 3"]) -> Float32[np.ndarray, "N 3"]:
    """Normals of length 1; those without a direction stay 0."""
    found = np.nan_to_num(normals.astype(np.float32), posinf=0.0, neginf=0.0)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, length, out=np.zeros_like(found), where=length > 0)


def ordinal(number: int) -> str:
    """Such as "2nd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def columns(table: object, names: Sequence[str]) -> np.ndarray:
    """Named columns of a table side by side."""
    return np.stack([np.asarray(table[name]) for name in names], axis=1)  # type: ignore[index]


def _serves(origin: Vector, lowest: np.ndarray, highest: np.ndarray, extent: float) -> bool:
    farthest = max(float(np.abs(end - np.array(origin)).max()) for end in (lowest, highest))
    return farthest * FLOAT_STEP <= max(WORST_ERROR * extent, 1e-30) or farthest == 0


def _less(points: Float[np.ndarray, "N 3"], origin: Vector) -> Float32[np.ndarray, "N 3"]:
    if origin != NOWHERE:
        points = points - np.array(origin)
    return np.ascontiguousarray(points, np.float32)
