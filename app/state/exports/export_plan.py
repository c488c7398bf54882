"""What the user wants exported: for whom, which points, which way up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moe3d import EXPORT_PRESETS, ExportPreset, MeshSettings
from moe3d.io.exports.export_presets import usual_up
from moe3d.scene.filters.kinds.edges import USUAL_RTOL
from moe3d_viewer.state.chosen_values import flag, number, one_of, text, whole
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.state.remembered import Chosen, Remembered

OWN_CHOICE = "own"
"""In place of a preset's key: the user ticked formats."""
AMOUNTS = ("all", "cap", "voxel")
UPS = ("auto", "cv", "y", "z")

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class ExportPlan:
    """One export, decided, in plain values; a worker carries it out."""

    formats: tuple[str, ...] = ("ply",)
    layer: str = "fused"
    filters: PointFilters = field(default_factory=PointFilters)
    """All is written that these leave."""
    confidence_min: float | None = None
    min_support: int = 0
    edge_rtol: float | None = None
    max_points: int | None = None
    voxel_size: float | None = None
    normals: bool = False
    up: str = "auto"
    usual_up: Mapping[str, str] = field(default_factory=dict)
    """What "auto" means for formats by name, where it is not their own axis."""
    level: bool = False
    """Whether y and z up files stand level."""
    level_up: Vector | None = None
    """The scene's own up direction; None takes the mean of the photos'."""
    scale: float = 1.0
    mesh: MeshSettings = field(default_factory=MeshSettings)
    """How surfaces are made."""
    name: str = "scene"
    """Begin of every file name."""


def format_names(value: object) -> tuple[str, ...]:
    """A list of names."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"wanted a list of formats, got {value!r}")
    return tuple(text(item) for item in value)


class ExportChoices(Remembered):
    """Holds the choices; `changed` tells of each."""

    preset = Chosen("points", text, "choose_preset", in_history=False)
    """Key of a preset, or OWN_CHOICE."""
    formats = Chosen(EXPORT_PRESETS[0].formats, format_names, in_history=False)
    """Names in the registry of exporters."""
    layer = Chosen("fused", text, in_history=False)
    """Depth layer that is written."""
    as_seen = Chosen(True, flag, in_history=False)
    """Whether the 3D view's filters count; else every valid point is written."""
    confidence_min = Chosen(0.0, number(0, 1e9), in_history=False)
    """Lowest confidence that is written; 0 is no limit."""
    min_support = Chosen(0, whole(0), in_history=False)
    """How many other photos must confirm a point, whatever the 3D view shows; 0 is no limit."""
    edges_left_out = Chosen(False, flag, "leave_out_edges", in_history=False)
    """Whether points at depth edges are left out, whatever the 3D view shows."""
    edge_rtol = Chosen(USUAL_RTOL, number(0.001, 2), in_history=False)
    """Largest relative depth jump that is then written."""
    amount = Chosen("all", one_of(AMOUNTS), in_history=False)
    """All points, at most `max_points`, or one a cube of `voxel_size`."""
    max_points = Chosen(1_000_000, whole(1), in_history=False)
    voxel_size = Chosen(0.01, number(1e-6, 1e6), in_history=False)
    normals = Chosen(True, flag, in_history=False)
    """Whether points get normals."""
    up = Chosen("auto", one_of(UPS), in_history=False)
    """Up axis; "auto" is what each format's programs expect."""
    level = Chosen(True, flag, in_history=False)
    """Whether y and z up files stand level."""
    scale = Chosen(1.0, number(1e-6, 1e6), in_history=False)
    """Exported units per unit of the screen."""

    @property
    def hint(self) -> str:
        """What the chosen preset writes, one sentence; empty for the user's own choice."""
        found = [preset.hint for preset in EXPORT_PRESETS if preset.key == self.preset]
        return found[0] if found else ""

    def choose_preset(self, key: str) -> None:
        """Take a preset's formats, or keep those that are ticked."""
        found = [preset for preset in EXPORT_PRESETS if preset.key == key]
        with self.one_change("preset"):
            self._keep("preset", key if found else OWN_CHOICE)
            for preset in found:
                self._take(preset)

    def set_formats(self, formats: tuple[str, ...]) -> None:
        """Tick formats; the preset stays only if these are its own."""
        with self.one_change("formats"):
            self._keep("formats", formats)
            chosen = [preset for preset in EXPORT_PRESETS if set(preset.formats) == set(formats)]
            if self.preset not in [preset.key for preset in chosen]:
                self._keep("preset", chosen[0].key if chosen else OWN_CHOICE)

    def tick(self, name: str, ticked: bool) -> None:
        """Add or take away one format."""
        others = tuple(item for item in self.formats if item != name)
        self.set_formats((*others, name) if ticked else others)

    def set_layer(self, layer: str) -> None:
        """Write this depth layer."""
        self._keep("layer", layer)

    def set_as_seen(self, as_seen: bool) -> None:
        """Write what the 3D view shows, or every valid point."""
        self._keep("as_seen", as_seen)

    def set_confidence_min(self, lowest: float) -> None:
        """Leave out points of lower confidence; 0 is no limit."""
        self._keep("confidence_min", max(float(lowest), 0.0))

    def set_min_support(self, photos: int) -> None:
        """Leave out points that fewer other photos confirm; 0 is no limit."""
        self._keep("min_support", max(int(photos), 0))

    def leave_out_edges(self, left_out: bool) -> None:
        """Leave out points at depth edges, or not."""
        self._keep("edges_left_out", left_out)

    def set_edge_rtol(self, rtol: float) -> None:
        """Choose what counts as a depth edge."""
        self._keep("edge_rtol", min(max(float(rtol), 0.001), 2.0))

    def set_amount(self, amount: str) -> None:
        """Write all points, or fewer."""
        self._keep("amount", one_of(AMOUNTS)(amount))

    def set_max_points(self, count: int) -> None:
        """Choose the cap."""
        self._keep("max_points", max(int(count), 1))

    def set_voxel_size(self, size: float) -> None:
        """Choose the cube, in units of the screen."""
        self._keep("voxel_size", min(max(float(size), 1e-6), 1e6))

    def set_normals(self, wanted: bool) -> None:
        """Give points normals, or not."""
        self._keep("normals", wanted)

    def set_up(self, up: str) -> None:
        """Choose the up axis."""
        self._keep("up", one_of(UPS)(up))

    def set_level(self, level: bool) -> None:
        """Stand y and z up files level, or not."""
        self._keep("level", level)

    def set_scale(self, scale: float) -> None:
        """Multiply all lengths."""
        self._keep("scale", min(max(float(scale), 1e-6), 1e6))

    def plan(
        self, seen: PointFilters, level_up: Vector | None, name: str, mesh: MeshSettings
    ) -> ExportPlan:
        """What all this comes to, with what the 3D view shows now."""
        return ExportPlan(
            formats=self.formats,
            layer=self.layer,
            filters=seen if self.as_seen else PointFilters(),
            confidence_min=self.confidence_min or None,
            min_support=self.min_support,
            edge_rtol=self.edge_rtol if self.edges_left_out else None,
            max_points=self.max_points if self.amount == "cap" else None,
            voxel_size=self.voxel_size if self.amount == "voxel" else None,
            normals=self.normals,
            up=self.up,
            usual_up=usual_up(self.formats),
            level=self.level,
            level_up=level_up,
            scale=self.scale,
            mesh=mesh,
            name=name,
        )

    def _take(self, preset: ExportPreset) -> None:
        self._keep("formats", preset.formats)
        self._keep("normals", preset.normals)
