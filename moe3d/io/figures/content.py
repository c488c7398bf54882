"""What a figure shows, and how large it is printed; drawing libraries are not loaded here."""

from dataclasses import dataclass

from moe3d.errors import UsageError
from moe3d.scene.layers import layer_names
from moe3d.scene.maps.keys import map_keys
from moe3d.scene.maps.pictures import MapStyle
from moe3d.scene.maps.values import MapSource
from moe3d.scene.profile import Profile
from moe3d.scene.records import ScenePrediction

WIDTHS_CM = {"column": 8.5, "page": 17.5}
"""Printed widths: one column of a two-column paper, and its page."""
FIGURE_KINDS = ("pdf", "svg", "png")
"""Endings of files that figures are written to."""


@dataclass(frozen=True)
class FigureOptions:
    """How a figure is laid out."""

    width: str = "page"
    """One of `WIDTHS_CM`."""
    photos_as: str = "rows"
    """Where the photos of a grid stand: "rows" or "columns"."""

    def __post_init__(self) -> None:
        if self.width not in WIDTHS_CM:
            raise UsageError(f"a figure is as wide as {', '.join(WIDTHS_CM)}; got {self.width!r}")
        if self.photos_as not in ("rows", "columns"):
            raise UsageError(f"photos stand in rows or columns; got {self.photos_as!r}")

    @property
    def width_cm(self) -> float:
        """Printed width."""
        return WIDTHS_CM[self.width]


@dataclass(frozen=True)
class GridContent:
    """Photos by maps; every cell in the colours of the window."""

    sources: tuple[MapSource, ...]
    """One a photo."""
    keys: tuple[str, ...]
    """Maps, see `map_keys`."""
    style: MapStyle

    def __post_init__(self) -> None:
        if not self.sources or not self.keys:
            raise UsageError("a figure wants at least one photo and one map")
        source = self.sources[0]
        known = map_keys(source.prediction, source.truth is not None, source.compared)
        for key in self.keys:
            if key not in known:
                raise UsageError(f"there is no map {key!r} here; there are {', '.join(known)}")

    @property
    def prediction(self) -> ScenePrediction:
        """Whose maps these are."""
        return self.sources[0].prediction


@dataclass(frozen=True)
class ProfileContent:
    """Depth along a line on one photo."""

    profile: Profile
    units: str = "relative"
    """"relative", or "metres"."""
    palette: str = "okabe-ito"
    """Of the experts."""
    notes: tuple[str, ...] = ()
    """What must be known of the curves, one sentence each; they are printed."""


def figure_maps(prediction: ScenePrediction, has_truth: bool = False) -> tuple[str, ...]:
    """Maps that a figure shows unasked: photo, both networks' depth and what sets them apart."""
    layers = layer_names(prediction)
    own = "refined" if "refined" in layers else "fused"
    other = "vggt-refined" if "vggt-refined" in layers else "vggt"
    wanted = ("photo", own, other, "truth", "difference", "gating")
    known = map_keys(prediction, has_truth)
    return tuple(key for key in wanted if key in known)
