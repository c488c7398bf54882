"""Colours, filters, sizes and surroundings of the 3D views, as the state has them."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Slot

from moe3d_viewer.rendering.points.point_tables import confidence_colors_range
from moe3d_viewer.rendering.space.view_colors import DARK, LIGHT, ViewColors, with_background
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.input.camera_controller import DragMode
from moe3d_viewer.widgets.viewport.mode_legends import MODES
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView
from moe3d_viewer.widgets.viewport.view_legends import ViewLegends

LIGHTING = {"auto": None, "on": True, "off": False}


class ViewStyle(QObject):
    """Follows the state; each change costs uniforms and one frame."""

    def __init__(self, state: AppState, theme: Theme, split: SplitCloudView) -> None:
        super().__init__(split)
        self._state, self._theme, self._split = state, theme, split
        self.legends = ViewLegends(state, split)
        """What the colours mean."""
        scene, display = state.scene, state.display
        display.levels_changed.connect(self.show_points)
        state.view.percentile_changed.connect(self._show_threshold)
        state.view.points_changed.connect(self.show_points)
        scene.filters.changed.connect(self._on_filters_changed)
        scene.section.box_changed.connect(self.show_points)
        scene.look.look_changed.connect(self._show_all)
        scene.extent.changed.connect(self._on_extent_changed)
        state.comparison.mask_changed.connect(self._on_mask_changed)
        theme.changed.connect(self.show_colors)
        for view in split.views:
            view.point_size_stepped.connect(self._on_point_size_stepped)
            view.frustum_size_stepped.connect(scene.look.step_frustum_scale)
            view.projection_changed.connect(scene.look.set_orthographic)
        self._show_all()

    @Slot()
    def show_points(self) -> None:
        """What each view draws of its points."""
        if self._state.display.is_changing:
            return
        display, options, scene = self._state.display, self._state.view, self._state.scene
        filters, look = scene.filter_list.now, scene.look
        right, up, front = scene.extent.frame.axes.tolist()
        both = display.scene.ranges.both if display.scene is not None else None
        ranges = self._state.depth_range.own or both
        size_world = None
        if look.size_in_world:
            size_world = look.world_share * 2 * float(np.linalg.norm(scene.extent.box.half_sizes))
        confidences, difference = self._shared_ranges()
        for view, layer in zip(self._split.views, display.layers_shown, strict=False):
            view.set_style(
                replace(
                    view.style,
                    color_mode=MODES[display.color_mode],
                    confidence_threshold=display.threshold(layer),
                    hidden_experts=options.hidden_experts,
                    palette=options.palette,
                    hidden_photos=scene.filters.hidden_photos,
                    filters=filters,
                    axes=(tuple(right), tuple(up), tuple(front)),
                    size_px=options.point_size_px,
                    size_world=size_world,
                    depth_range=ranges,
                    confidence_range=confidences,
                    difference_range=difference,
                )
            )
            view.overlays.show_cameras(options.cameras_shown)
            view.overlays.show_section(scene.section.drawn_box(scene.extent.box))
        self.legends.show()

    @Slot(float)
    def _show_threshold(self, _percentile: float) -> None:
        """What the confidence hides: no colour, and no legend, depends on it."""
        if self._state.display.is_changing:
            return
        display, filters = self._state.display, self._state.scene.filter_list.now
        for view, layer in zip(self._split.views, display.layers_shown, strict=False):
            threshold = display.threshold(layer)
            view.set_style(replace(view.style, confidence_threshold=threshold, filters=filters))

    def _shared_ranges(self) -> tuple[tuple[float, float] | None, float | None]:
        """Ends of the colours of confidence and difference: the same in both views, so that they
        can be compared, and that one legend holds for both."""
        num_views = len(self._state.display.layers_shown)
        found = [view.buffer for view in self._split.views[:num_views]]
        buffers = [buffer for buffer in found if buffer is not None and len(buffer)]
        if not buffers:
            return None, None
        ends = np.array([confidence_colors_range(buffer.levels) for buffer in buffers])
        difference = max(buffer.difference_range for buffer in buffers)
        return (float(ends[:, 0].min()), float(ends[:, 1].max())), difference or None

    @Slot()
    def show_colors(self) -> None:
        """Background, grid, lines and letters."""
        colors: ViewColors = DARK if self._theme.tokens.is_dark else LIGHT
        colors = with_background(colors, self._state.scene.look.background)
        self._split.set_colors(colors)
        self.legends.show()

    def show_look(self, view: CloudView) -> None:
        """Movement, projection, light and surroundings of one view."""
        look = self._state.scene.look
        view.controller.drag_mode = DragMode(look.navigation)
        view.set_orthographic(look.orthographic)
        view.look.set_lighting(LIGHTING[look.lighting])
        view.overlays.show_grid(look.grid_shown)
        view.overlays.show_gizmo(look.gizmo_shown)
        view.overlays.set_frustum_scale(look.frustum_scale)
        view.overlays.photos.set_opacity(look.photo_opacity)

    @Slot()
    def _show_all(self) -> None:
        for view in self._split.views:
            self.show_look(view)
        self.show_colors()
        self.show_points()

    @Slot()
    def _on_extent_changed(self) -> None:
        if not self._state.display.is_changing:
            self.show_frame()
            self.show_points()

    def show_frame(self) -> None:
        """Which way is up."""
        up = self._state.scene.upright.up
        for view in self._split.views:
            view.set_up(None if up is None else np.array(up))

    @Slot(bool)
    def _on_mask_changed(self, _same: bool) -> None:
        self.show_points()

    @Slot(str)
    def _on_filters_changed(self, _name: str) -> None:
        self.show_points()

    @Slot(int)
    def _on_point_size_stepped(self, step: int) -> None:
        look, options = self._state.scene.look, self._state.view
        if look.size_in_world:
            look.set_world_share(look.world_share * 1.15**step)
        else:
            options.set_point_size_px(options.point_size_px + 0.5 * step)
