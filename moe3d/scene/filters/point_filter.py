"""What a point filter is: one record that the command line, exports, the window and the 3D view
read. Each lies in a file of `kinds`; `registry` finds them there.

A filter has options; each option takes pixels, asked of a whole photo or of one pixel alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float32, Shaped, UInt8

from moe3d.scene.layer_points import valid_in_view, valid_pixels, view_points
from moe3d.scene.layers import DepthLayer
from moe3d.scene.records import ScenePrediction
from moe3d.scene.sky import known_sky

Settings = Any
"""`PointFilters` or `CloudOptions`: one value an option, by its name."""
Mask = Callable[["Region"], Bool[np.ndarray, "H W"]]
"""The pixels of a region that an option takes."""


@dataclass(frozen=True)
class FilteredLayer:
    """A layer of a scene as filters see it; what a rank needs of the whole scene is found once."""

    prediction: ScenePrediction
    layer: DepthLayer

    @cached_property
    def valid(self) -> Bool[np.ndarray, "S H W"]:
        """Pixels whose depth and camera give a finite point."""
        return valid_pixels(self.prediction, self.layer)

    @cached_property
    def sky(self) -> Bool[np.ndarray, "S H W"]:
        """Pixels that show sky."""
        return known_sky(self.prediction)

    def photo(self, view: int) -> "Region":
        """All pixels of one photo."""
        height, width = self.layer.depth.shape[1:]
        return Region(self, view, slice(0, height), slice(0, width))

    def pixel(self, view: int, row: int, column: int) -> "Region":
        """One pixel alone."""
        return Region(self, view, slice(row, row + 1), slice(column, column + 1))


@dataclass(frozen=True)
class Region:
    """Some rows and columns of one photo."""

    of: FilteredLayer
    view: int
    rows: slice
    columns: slice

    @property
    def place(self) -> tuple[int, slice, slice]:
        """Index of these pixels in arrays (S, H, W)."""
        return self.view, self.rows, self.columns

    @property
    def valid(self) -> Bool[np.ndarray, "H W"]:
        """Pixels whose depth and camera give a finite point."""
        return valid_in_view(self.of.prediction, self.of.layer, *self.place)

    @property
    def depth(self) -> Float32[np.ndarray, "H W"]:
        """z-depth, scene units."""
        return self.of.layer.depth[self.place]

    @property
    def confidence(self) -> Float32[np.ndarray, "H W"]:
        """The layer's own."""
        return self.of.layer.confidence[self.place]

    @property
    def image(self) -> UInt8[np.ndarray, "H W 3"]:
        """Colours."""
        return self.of.prediction.images[self.place]

    @property
    def gate_logits(self) -> Float32[np.ndarray, "E H W"]:
        """The gate's, of every expert."""
        return self.of.prediction.gate_logits[self.view, :, self.rows, self.columns]

    @property
    def points(self) -> Float[np.ndarray, "N 3"]:
        """World points, row by row."""
        return view_points(self.of.layer, self.view, self.rows, self.columns)

    @property
    def asked(self) -> Bool[np.ndarray, "Y X"]:
        """True at these pixels of the whole photo."""
        asked = np.zeros(self.of.layer.depth.shape[1:], bool)
        asked[self.rows, self.columns] = True
        return asked

    def grown(self, margin: int) -> "Region":
        """With so many pixels around it, as far as there are any."""
        rows, columns = (
            slice(max(part.start - margin, 0), part.stop + margin)
            for part in (self.rows, self.columns)
        )
        return Region(self.of, self.view, rows, columns)

    def cut(self, values: Bool[np.ndarray, "Y X"], around: "Region") -> Bool[np.ndarray, "H W"]:
        """Of values of a larger region, those of this one."""
        top, left = self.rows.start - around.rows.start, self.columns.start - around.columns.start
        height, width = self.rows.stop - self.rows.start, self.columns.stop - self.columns.start
        return values[top : top + height, left : left + width]


def nothing(region: Region) -> Bool[np.ndarray, "H W"]:
    """The mask of an option that takes no pixel."""
    return np.zeros(region.depth.shape, bool)


def accept(_value: Any) -> None:
    """The check of an option that takes whatever its type can be."""


def as_is(_scene: FilteredLayer, value: Any) -> Any:
    """The decision of an option without "auto"."""
    return value


def plain_words(value: Any) -> tuple[str, ...]:
    """A number on the command line, with all its digits."""
    return (str(value),)


@dataclass(frozen=True)
class Words:
    """How an option stands on the command line, where not just as its value."""

    name: str = ""
    """Where it is not the option's own."""
    kind: Any = None
    default: Any = None
    """As a word."""
    read: Callable[[Any], Any] = lambda word: word
    """The value of a word."""
    write: Callable[[Any], tuple[str, ...]] = plain_words
    """The words of a value, after the name."""


@dataclass(frozen=True)
class FilterOption:
    """One value of a filter, by the name that Python and the counts of an export use."""

    name: str
    kind: Any
    """Its type."""
    off: Any
    """The value that takes nothing."""
    help: str
    """What it does, for the command line and for Python."""
    mask: Callable[[FilteredLayer, Settings], Mask]
    """Makes what is asked of regions; where a rank needs the whole scene, it is found here."""
    usual: Any = None
    """What a cloud has unless something else is asked for; None is `off`."""
    check: Callable[[Any], None] = accept
    """Raises UsageError for a value that cannot be meant."""
    decide: Callable[[FilteredLayer, Any], Any] = as_is
    """The value as it acts on a layer: without "auto", and off where nothing is known."""
    words: Words | None = None
    is_length: bool = False
    """Whether it is in scene units: what it means depends on the scene's scale."""

    @property
    def default(self) -> Any:
        """Of `CloudOptions`."""
        return self.off if self.usual is None else self.usual

    def is_on(self, value: Any) -> bool:
        """Whether a value may take points."""
        return value is not None and value is not False and value != self.off

    def text(self, value: Any, unit: str = "") -> str:
        """A value as people read it; lengths with their unit."""
        number = f"{value:g}" if isinstance(value, int | float) else str(value)
        return f"{number} {unit}".strip() if self.is_length else number

    def scaled(self, value: Any, factor: float) -> Any:
        """A value in units of which each is so many of the present ones."""
        return value / factor if self.is_length and value is not None else value


@dataclass(frozen=True)
class DrawnCloud:
    """What the 3D view knows of a buffer of points when it sets a filter's limits."""

    threshold_level: int
    """The lowest level of confidence that stays."""
    has_other: bool
    """Whether it is known of each point what the other network says at its pixel."""


@runtime_checkable
class DrawnPoints(Protocol):
    """Points as the 3D view draws them, read back."""

    @property
    def positions(self) -> Float32[np.ndarray, "N 3"]:
        """In the world."""
        ...

    @property
    def colors(self) -> UInt8[np.ndarray, "N 3"]:
        """Of their pixels."""
        ...

    @property
    def camera_centers(self) -> Float32[np.ndarray, "N 3"]:
        """Where the photo was taken that saw each point; 0 where cameras are not known."""
        ...


@dataclass(frozen=True)
class DrawnValue:
    """A value of a drawn point, for the shader and for Python."""

    glsl: str
    """A float, of `world` (vec4), `center` (the camera's, vec3), `a_color` (0 to 1) or what else
    the main function of the point shader has."""
    read: Callable[[Any], Shaped[np.ndarray, " N"]]
    """The same of DrawnPoints."""


Limit = Callable[[Settings, DrawnCloud], float]


def unlimited_low(_settings: Settings, _cloud: DrawnCloud) -> float:
    """No lower limit."""
    return -np.inf


def unlimited_high(_settings: Settings, _cloud: DrawnCloud) -> float:
    """No upper limit."""
    return np.inf


@dataclass(frozen=True)
class DrawnLimits:
    """Where the 3D view hides a drawn point: its value lies below `low` or above `high`.

    Limits lie between codes, against rounding; an infinite one hides nothing.
    """

    value: str | DrawnValue
    """The filter's own, or one of those that the 3D view packs:
    `moe3d_viewer.rendering.points.point_values`."""
    low: Limit = unlimited_low
    high: Limit = unlimited_high


@dataclass(frozen=True)
class Switch:
    """A filter that the window has on or off."""

    option: str
    key: str
    """Its name in sessions."""
    label: str
    tip: str
    is_automatic: bool = False
    """Whether the result decides until the user does; the option then takes "auto"."""

    @property
    def tick_key(self) -> str:
        """Name of the tick in sessions."""
        return self.key


@dataclass(frozen=True)
class Amount:
    """A number that the window has beside a tick; without the tick the option is None."""

    option: str
    tick_key: str
    """Name of the tick in sessions."""
    key: str
    """Name of the number in sessions."""
    label: str
    tip: str
    number_label: str
    number_tip: str
    low: float
    high: float
    usual: float
    is_logarithmic: bool = False
    shown: Callable[[float], float] = lambda value: value
    """The nearest number that the 3D view can tell from others."""


@dataclass(frozen=True)
class PointFilter:
    """One filter: a chip, a count, an answer to "why is this pixel hidden"."""

    name: str
    place: int
    """Filters run in the order of their places."""
    title: Callable[[Settings], str]
    """What its chip says; {name} stands for an option."""
    options: tuple[FilterOption, ...]
    drawn: tuple[DrawnLimits, ...]
    controls: tuple[Switch | Amount, ...] = ()
    """Rows of the window's section of filters; empty where it has a place of its own."""
    moved_title: str = ""
    """What its chip says while a what-if moves the points, where that makes a difference."""

    def is_on(self, settings: Settings) -> bool:
        """Whether it may take points."""
        return any(option.is_on(getattr(settings, option.name)) for option in self.options)

    def label(self, settings: Settings, unit: str = "", moved: bool = False) -> str:
        """What its chip says, with the values of its options.

        Args:
            settings: of all filters.
            unit: of lengths; empty where nobody knows one.
            moved: whether a what-if moves the points.
        """
        template = self.moved_title if moved and self.moved_title else self.title(settings)
        values = {
            option.name: option.text(getattr(settings, option.name), unit)
            for option in self.options
        }
        return template.format(**values)
