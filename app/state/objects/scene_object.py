"""One cloud or mesh beside the result, and how it is read back from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Float, Float32

from moe3d import ObjectCloud, ObjectData
from moe3d_viewer.state.chosen_values import flag, member_of, number, text, whole

Rgb = tuple[int, int, int]
Matrix = tuple[float, ...]
"""A 4 x 4 matrix, row by row."""
Vector = tuple[float, float, float]
IDENTITY: Matrix = tuple(np.eye(4).ravel().tolist())
POINT_SIZES = (1.0, 12.0)
"""Smallest and largest size of an object's points, pixels."""
_read_number, _read_byte, _read_name = number(), whole(0, 255), text
_read_opacity, _read_size, _read_id = number(0.05, 1.0), number(*POINT_SIZES), whole(1)


class Kind(StrEnum):
    """What an object is."""

    CLOUD = "cloud"
    MESH = "mesh"


class Look(StrEnum):
    """How a mesh is drawn."""

    SHADED = "shaded"
    TEXTURED = "textured"
    WIREFRAME = "wireframe"
    EDGES = "edges"
    """Shaded, with the edges of its triangles."""


@dataclass(frozen=True)
class SceneObject:
    """A further object of the 3D view. Two with the same settings are the same."""

    id: int
    """Its own for as long as the scene is open; 0 is the result itself and never here."""
    name: str
    kind: Kind
    path: str = ""
    """File that it was read from; empty for what was made of the result."""
    recipe: str = ""
    """For what was made of the result: the maker's own words, to make it again."""
    origin: Vector = (0.0, 0.0, 0.0)
    """What was taken off the file's coordinates, in double precision, before they were rounded."""
    world_from_object: Matrix = IDENTITY
    """Into the world, in the result's own units: multiply by `MetricScaleState.factor` for those
    of the screen."""
    start: Matrix = IDENTITY
    """Where it was put first; "reset" goes back there."""
    is_shown: bool = True
    color: Rgb | None = None
    """One colour for all; None: its own colours."""
    opacity: float = 1.0
    """1 hides what lies behind."""
    look: Look = Look.SHADED
    """Of a mesh."""
    point_size: float = 2.0
    """Of a cloud, logical pixels."""
    shows_distances: bool = False
    """Coloured by the distance to the result, once that is known."""
    data: ObjectData | None = field(default=None, compare=False, repr=False)
    """None while it is read or made."""
    prepared: object | None = field(default=None, compare=False, repr=False)
    """What a worker has made of a cloud for the 3D view: `ObjectPoints` of rendering."""
    distances: Float32[np.ndarray, " N"] | None = field(default=None, compare=False, repr=False)
    """Of every point or vertex to the result, in the result's own units; None: not computed."""
    problem: str = field(default="", compare=False)
    """Why there is no data; empty while all is well."""

    @property
    def matrix(self) -> Float[np.ndarray, "4 4"]:
        """`world_from_object` as an array."""
        return np.array(self.world_from_object, np.float64).reshape(4, 4)

    @property
    def is_placed(self) -> bool:
        """Whether it was moved away from where it was put first."""
        return self.world_from_object != self.start

    @property
    def count(self) -> int:
        """Points of a cloud, triangles of a mesh; 0 while there is no data."""
        if self.data is None:
            return 0
        return len(self.data if isinstance(self.data, ObjectCloud) else self.data.faces)

    @property
    def positions(self) -> Float32[np.ndarray, "N 3"]:
        """Points of a cloud, vertices of a mesh, in its own frame; none while there is no data."""
        if self.data is None:
            return np.zeros((0, 3), np.float32)
        return self.data.points if isinstance(self.data, ObjectCloud) else self.data.vertices


def matrix_words(world_from_object: Float[np.ndarray, "4 4"]) -> Matrix:
    """A matrix as an object keeps it."""
    return tuple(np.asarray(world_from_object, np.float64).ravel().tolist())


def object_json(item: SceneObject) -> dict[str, object]:
    """What is remembered of an object: everything but its points."""
    return {
        "id": item.id,
        "name": item.name,
        "kind": str(item.kind),
        "path": item.path,
        "recipe": item.recipe,
        "origin": list(item.origin),
        "world_from_object": list(item.world_from_object),
        "start": list(item.start),
        "is_shown": item.is_shown,
        "color": None if item.color is None else list(item.color),
        "opacity": item.opacity,
        "look": str(item.look),
        "point_size": item.point_size,
        "shows_distances": item.shows_distances,
    }


def read_objects(value: object) -> tuple[SceneObject, ...]:
    """Objects without their points from what JSON gave.

    Raises:
        TypeError, ValueError: that is none, or two have one id.
    """
    if not isinstance(value, list | tuple):
        raise TypeError(f"wanted a list of objects, got {value!r}")
    items = tuple(item if isinstance(item, SceneObject) else _read(item) for item in value)
    if len({item.id for item in items}) != len(items):
        raise ValueError("two objects have one id")
    return items


def _read(value: object) -> SceneObject:
    if not isinstance(value, Mapping):
        raise TypeError(f"wanted an object, got {value!r}")
    return SceneObject(
        _read_id(value.get("id")),
        _read_name(value.get("name")),
        member_of(Kind)(value.get("kind")),
        text(value.get("path", "")),
        text(value.get("recipe", "")),
        _vector(value.get("origin", (0.0, 0.0, 0.0))),
        _matrix(value.get("world_from_object", IDENTITY)),
        _matrix(value.get("start", IDENTITY)),
        flag(value.get("is_shown", True)),
        _color(value.get("color")),
        _read_opacity(value.get("opacity", 1.0)),
        member_of(Look)(value.get("look", Look.SHADED)),
        _read_size(value.get("point_size", 2.0)),
        flag(value.get("shows_distances", False)),
    )


def _numbers(value: object, count: int) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or len(value) != count:
        raise TypeError(f"wanted {count} numbers, got {value!r}")
    return tuple(_read_number(item) for item in value)


def _vector(value: object) -> Vector:
    x, y, z = _numbers(value, 3)
    return x, y, z


def _matrix(value: object) -> Matrix:
    numbers = _numbers(value, 16)
    matrix = np.array(numbers).reshape(4, 4)
    if numbers[12:] != (0.0, 0.0, 0.0, 1.0) or not abs(np.linalg.det(matrix)) > 0:
        raise ValueError(f"wanted a transform that can be inverted, got {value!r}")
    return numbers


def _color(value: object) -> Rgb | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise TypeError(f"wanted three bytes, got {value!r}")
    red, green, blue = (_read_byte(item) for item in value)
    return red, green, blue
