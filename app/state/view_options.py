"""What the panels draw: photo, layer, layout, filters, colours. Decides, never draws."""

from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from app.state.scene_display import RangeLock

DEFAULT_PERCENTILE = 20.0
COLOR_MAPS = ("turbo", "viridis", "grey")
PALETTES = ("okabe-ito", "paper")
COLOR_MODES = ("photo", "depth", "confidence", "expert", "entropy", "difference", "view")


class Layout(StrEnum):
    """How the 3D part is divided."""

    SINGLE = "single"
    SPLIT = "split"


class ViewOptionsState(QObject):
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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selected_view = 0
        self._layer = "fused"
        self._layout = Layout.SPLIT
        self._percentile = DEFAULT_PERCENTILE
        self._overlay_opacity = 0.65
        self._range_lock = RangeLock.BOTH
        self._color_map, self._palette, self._color_mode = "turbo", "okabe-ito", "photo"
        self._point_size_px = 2.0
        self._cameras_shown = True
        self._cameras_linked = True
        self._hidden_experts: frozenset[int] = frozenset()

    @property
    def selected_view(self) -> int:
        """Index of the photo that the maps show."""
        return self._selected_view

    @property
    def layer(self) -> str:
        """Depth layer of the left or only 3D view."""
        return self._layer

    @property
    def layout(self) -> Layout:
        """One 3D view, or two side by side."""
        return self._layout

    @property
    def percentile(self) -> float:
        """Share of points of lowest confidence that is hidden, in %; 0 hides nothing."""
        return self._percentile

    @property
    def overlay_opacity(self) -> float:
        """Of the gating colours over the photo, 0 to 1."""
        return self._overlay_opacity

    @property
    def range_lock(self) -> RangeLock:
        """Over what the depth colours are spread."""
        return self._range_lock

    @property
    def color_map(self) -> str:
        """One of COLOR_MAPS."""
        return self._color_map

    @property
    def palette(self) -> str:
        """One of PALETTES: the experts' colours."""
        return self._palette

    @property
    def color_mode(self) -> str:
        """One of COLOR_MODES: what colours the points."""
        return self._color_mode

    @property
    def point_size_px(self) -> float:
        """Diameter of a point on the screen."""
        return self._point_size_px

    @property
    def cameras_shown(self) -> bool:
        """Whether camera frusta are drawn."""
        return self._cameras_shown

    @property
    def cameras_linked(self) -> bool:
        """Whether both 3D views move together."""
        return self._cameras_linked

    @property
    def hidden_experts(self) -> frozenset[int]:
        """0-based experts whose pixels and points are not drawn; the result is untouched."""
        return self._hidden_experts

    def select_view(self, index: int) -> None:
        """Show the maps of another photo."""
        if index != self._selected_view and index >= 0:
            self._selected_view = index
            self.selected_view_changed.emit(index)

    def select_layer(self, layer: str) -> None:
        """Show another depth layer in the left or only 3D view."""
        if layer != self._layer:
            self._layer = layer
            self.layer_changed.emit(layer)

    def set_layout(self, layout: Layout) -> None:
        """Divide the 3D part."""
        if layout is not self._layout:
            self._layout = layout
            self.layout_changed.emit(layout)

    def set_percentile(self, percentile: float) -> None:
        """Hide the points of lowest confidence."""
        percentile = min(max(float(percentile), 0.0), 100.0)
        if percentile != self._percentile:
            self._percentile = percentile
            self.percentile_changed.emit(percentile)

    def set_overlay_opacity(self, opacity: float) -> None:
        """Blend the gating colours with the photo."""
        self._set_map("overlay_opacity", min(max(float(opacity), 0.0), 1.0))

    def set_range_lock(self, lock: RangeLock) -> None:
        """Spread the depth colours over a photo, the scene, or both networks."""
        self._set_map("range_lock", lock)

    def set_color_map(self, name: str) -> None:
        """Choose the colours of depth."""
        self._set_map("color_map", name)

    def set_palette(self, name: str) -> None:
        """Choose the colours of the experts."""
        if name != self._palette:
            self._palette = name
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
        if linked != self._cameras_linked:
            self._cameras_linked = linked
            self.linked_changed.emit(linked)

    def show_expert(self, index: int, shown: bool) -> None:
        """Draw or hide what one expert decided."""
        hidden = self._hidden_experts - {index} if shown else self._hidden_experts | {index}
        self._replace_hidden(hidden)

    def reset_for_scene(self) -> None:
        """Back to the first photo, the fused layer and all experts, for another scene."""
        self.select_view(0)
        self.select_layer("fused")
        self._replace_hidden(frozenset())

    def _replace_hidden(self, hidden: frozenset[int]) -> None:
        if hidden != self._hidden_experts:
            self._hidden_experts = hidden
            self.maps_changed.emit()
            self.points_changed.emit()

    def _set_map(self, name: str, value: object) -> None:
        if value != getattr(self, f"_{name}"):
            setattr(self, f"_{name}", value)
            self.maps_changed.emit()

    def _set_points(self, name: str, value: object) -> None:
        if value != getattr(self, f"_{name}"):
            setattr(self, f"_{name}", value)
            self.points_changed.emit()
