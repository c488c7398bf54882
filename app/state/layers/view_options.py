"""What the panels draw: photo, layer, layout, filters, colours. Decides, never draws."""

from enum import StrEnum

from PySide6.QtCore import Signal

from moe3d_viewer.state.chosen_values import (
    ends_or_none,
    flag,
    indices,
    member_of,
    number,
    one_of,
    tenths,
    text,
    whole,
)
from moe3d_viewer.state.layers.scene_display import RangeLock
from moe3d_viewer.state.remembered import Chosen, Remembered

DEFAULT_PERCENTILE = 20.0
COLOR_MAPS = ("turbo", "viridis", "grey")
PALETTES = ("okabe-ito", "paper")
COLOR_MODES = (
    "photo",
    "depth",
    "confidence",
    "normal",
    "expert",
    "entropy",
    "flying",
    "support",
    "difference",
    "view",
)


class Layout(StrEnum):
    """How the 3D part is divided."""

    SINGLE = "single"
    SPLIT = "split"
    """MoE3D and VGGT beside each other."""
    SWIPE = "swipe"
    """One view, MoE3D left and VGGT right of a border that is dragged."""
    FLIP = "flip"
    """One view, MoE3D and VGGT in turn."""
    DIFFERENCE = "difference"
    """One view, coloured by MoE3D minus VGGT."""

    @property
    def has_two_sides(self) -> bool:
        """Whether both networks' points are shown."""
        return self in (Layout.SPLIT, Layout.SWIPE, Layout.FLIP)


class ViewOptionsState(Remembered):
    """Live options: each acts at once and needs no new run."""

    selected_view_changed = Signal(int)
    layer_changed = Signal(str)
    layout_changed = Signal(object)
    percentile_changed = Signal(float)
    maps_changed = Signal()
    """Range lock, colour map, palette, overlay opacity or hidden experts: redraw the maps."""
    points_changed = Signal()
    """Point size, colour mode, cameras or hidden experts: restyle the 3D view."""
    linked_changed = Signal(bool)

    selected_view = Chosen(0, whole(), "select_view", in_history=False)
    """Index of the photo that the maps show."""
    layer = Chosen("", text, "select_layer")
    """Depth layer that was chosen for the left or only 3D view; empty: the result's first one. What
    is shown says `DisplayState.layer`."""
    layout = Chosen(Layout.SINGLE, member_of(Layout))
    """One 3D view, or two side by side; what a start begins with says `WorkState`."""
    percentile = Chosen(DEFAULT_PERCENTILE, tenths(0, 100))
    """Share of points of lowest confidence that is hidden, in %; 0 hides nothing."""
    overlay_opacity = Chosen(0.65, number(0, 1))
    """Of the gating colours over the photo, 0 to 1."""
    range_lock = Chosen(RangeLock.BOTH, member_of(RangeLock))
    """Over what the depth colours are spread."""
    own_range = Chosen[tuple[float, float] | None](None, ends_or_none)
    """Ends of the depth colours that the user chose, in the network's units; None before."""
    color_map = Chosen("turbo", one_of(COLOR_MAPS))
    """One of COLOR_MAPS."""
    palette = Chosen("okabe-ito", one_of(PALETTES))
    """One of PALETTES: the experts' colours."""
    color_mode = Chosen("photo", one_of(COLOR_MODES))
    """One of COLOR_MODES: what colours the points."""
    point_size_px = Chosen(2.0, number(1, 12))
    """Diameter of a point on the screen."""
    cameras_shown = Chosen(True, flag, "show_cameras")
    """Whether camera frusta are drawn."""
    cameras_linked = Chosen(True, flag, "link_cameras")
    """Whether both 3D views move together."""
    hidden_experts = Chosen(frozenset[int](), indices)
    """0-based experts whose pixels and points are not drawn; the result is untouched."""

    def select_view(self, index: int) -> None:
        """Show the maps of another photo."""
        if index >= 0 and self._keep("selected_view", index):
            self.selected_view_changed.emit(index)

    def select_layer(self, layer: str) -> None:
        """Show another depth layer in the left or only 3D view; empty: the result's first one."""
        if self._keep("layer", layer):
            self.layer_changed.emit(layer)

    def set_layout(self, layout: Layout) -> None:
        """Divide the 3D part."""
        if self._keep("layout", layout):
            self.layout_changed.emit(layout)

    def set_percentile(self, percentile: float) -> None:
        """Hide the points of lowest confidence."""
        if self._keep("percentile", round(min(max(float(percentile), 0.0), 100.0), 1)):
            self.percentile_changed.emit(self.percentile)

    def set_overlay_opacity(self, opacity: float) -> None:
        """Blend the gating colours with the photo."""
        self._set_map("overlay_opacity", min(max(float(opacity), 0.0), 1.0))

    def set_range_lock(self, lock: RangeLock) -> None:
        """Spread the depth colours over a photo, the scene, or both networks."""
        if self._keep("range_lock", lock):
            self.maps_changed.emit()
            self.points_changed.emit()

    def set_own_range(self, ends: tuple[float, float] | None) -> None:
        """Take ends of the depth colours; seen while the range lock is OWN."""
        if self._keep("own_range", ends_or_none(ends)):
            self.maps_changed.emit()
            self.points_changed.emit()

    def set_color_map(self, name: str) -> None:
        """Choose the colours of depth."""
        self._set_map("color_map", name)

    def set_palette(self, name: str) -> None:
        """Choose the colours of the experts."""
        if self._keep("palette", name):
            self.maps_changed.emit()
            self.points_changed.emit()

    def set_color_mode(self, mode: str) -> None:
        """Choose what colours the points."""
        self._set_points("color_mode", mode)

    def set_point_size_px(self, size: float) -> None:
        """Choose how big a point is drawn."""
        self._set_points("point_size_px", min(max(float(size), 1.0), 12.0))

    def show_cameras(self, shown: bool) -> None:
        """Draw the camera frusta, or not."""
        self._set_points("cameras_shown", shown)

    def link_cameras(self, linked: bool) -> None:
        """Move both 3D views together, or each by itself."""
        if self._keep("cameras_linked", linked):
            self.linked_changed.emit(linked)

    def show_expert(self, index: int, shown: bool) -> None:
        """Draw or hide what one expert decided."""
        hidden = self.hidden_experts - {index} if shown else self.hidden_experts | {index}
        self.set_hidden_experts(hidden)

    def set_hidden_experts(self, hidden: frozenset[int]) -> None:
        """Draw everything but what these experts decided."""
        if self._keep("hidden_experts", hidden):
            self.maps_changed.emit()
            self.points_changed.emit()

    def reset_for_scene(self) -> None:
        """Back to the first photo and layer, all experts, no own range: another scene."""
        with self.one_change("scene"):
            self.select_view(0)
            self.select_layer("")
            self.set_hidden_experts(frozenset())
            if self.range_lock is RangeLock.OWN:
                self.set_range_lock(RangeLock.BOTH)
            self.set_own_range(None)

    def _set_map(self, name: str, value: object) -> None:
        if self._keep(name, value):
            self.maps_changed.emit()

    def _set_points(self, name: str, value: object) -> None:
        if self._keep(name, value):
            self.points_changed.emit()
