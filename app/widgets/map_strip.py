"""The 2D strip: every map of the selected photo, all with one range, one zoom and one cursor."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from app.rendering.layer_keys import tile_keys
from app.rendering.place_picture import shown_box
from app.rendering.scalar_maps import colors_of, is_depth, range_of
from app.rendering.side_picture import SideSplit
from app.rendering.strip import OF_THE_MIX, StripStyle, picture_key, tile_picture
from app.state.app_state import AppState
from app.state.cursor import CursorPixel
from app.state.view_options import Layout
from app.widgets.color_bar import ColorBar
from app.widgets.expert_legend import ExpertLegend
from app.widgets.layer_titles import layer_meaning, map_title
from app.widgets.map_source import map_source
from app.widgets.map_tile import MapTile
from app.widgets.pictures import pixmap_from_rgb
from app.widgets.strip_zoom import StripZoom
from moe3d.scene.comparison import Place

GAP = 10
SMALLEST_PX = 140
LEGIBLE_PX = 112


class MapStrip(QWidget):
    """Bottom dock. Tiles are made from the result: one an expert, whatever their number."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(SMALLEST_PX)
        self._state = state
        self._zoom = StripZoom(self)
        self._tiles: dict[str, MapTile] = {}
        self._drawn: dict[str, tuple[object, ...]] = {}
        self._compared = state.display.sides
        self._bar = ColorBar(state)
        self._row_widget = QWidget()
        self._row = QHBoxLayout(self._row_widget)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP)
        self._scroll = self._make_scroll()
        self._lay_out()
        state.display.changed.connect(self._on_display_changed)
        state.maps.tiles_changed.connect(self._rebuild)
        state.view.selected_view_changed.connect(self._on_view_selected)
        for changed in (state.view.maps_changed, state.maps.overlay_changed):
            changed.connect(self._show_maps)
        state.remix.shown_changed.connect(self._show_maps)
        state.truth.changed.connect(self._rebuild)
        state.view.layout_changed.connect(self._on_layout_changed)
        state.display.layers_shown_changed.connect(self._on_layers_shown)
        for moved in (state.comparison.swipe_changed, state.comparison.flipped_changed):
            moved.connect(self._on_sides_changed)
        state.cursor.changed.connect(self._show_cursor)
        state.comparison_report.place_chosen.connect(self._on_place_chosen)
        state.profile.armed_changed.connect(self._show_line)
        state.profile.line_changed.connect(self._show_line)
        self._rebuild()

    def _make_scroll(self) -> QScrollArea:
        made = QScrollArea()
        made.setObjectName("strip_scroll")
        made.setAccessibleName(self.tr("Maps of the selected photo"))
        made.setWidgetResizable(True)
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setWidget(self._row_widget)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return made

    def _lay_out(self) -> None:
        maps = QHBoxLayout(self)
        maps.setContentsMargins(10, 4, 4, 4)
        maps.setSpacing(4)
        maps.addWidget(self._scroll, 1)
        maps.addWidget(self._bar)
        maps.addWidget(ExpertLegend(self._state))

    @Slot()
    def _on_display_changed(self) -> None:
        self._zoom.reset()
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        for tile in self._tiles.values():
            tile.hide()  # else a layout that has not shown it yet would, as a window
            tile.setParent(None)  # gone from the screen before the event loop deletes it
            tile.deleteLater()
        self._tiles, self._drawn = {}, {}
        self._compared = self._state.display.sides
        while self._row.takeAt(0) is not None:
            pass
        prediction = self._state.display.prediction
        self._bar.setVisible(prediction is not None)
        if prediction is not None:
            height, width = prediction.depth.shape[1:]
            for key in self._keys_shown():
                self._add_tile(key, QSize(width, height))
        self._row.addStretch(1)
        self._fit_tiles()
        self._show_maps()

    def _keys_shown(self) -> tuple[str, ...]:
        return tuple(filter(self._state.maps.is_shown, self._keys()))

    def _keys(self) -> tuple[str, ...]:
        prediction = self._state.display.prediction
        has_truth = self._state.truth.depth is not None
        if prediction is None:
            return ()
        photo, *others = tile_keys(prediction, has_truth, self._state.display.sides)
        in_one = self._state.display.layout in (Layout.SWIPE, Layout.FLIP)
        return (photo, "sides", *others) if in_one else (photo, *others)

    def _split(self) -> SideSplit:
        comparison = self._state.comparison
        if self._state.display.layout is Layout.FLIP:
            return SideSplit(0.0 if comparison.flipped else 1.0)
        return SideSplit(comparison.swipe)

    def _title(self, key: str, ends: tuple[float, float] | None) -> str:
        border = self._split().border
        if key == "sides" and border in (0.0, 1.0):
            return self.tr("MoE3D") if border else self.tr("VGGT")
        return map_title(key, ends)

    def _add_tile(self, key: str, size: QSize) -> None:
        tile = MapTile(self._zoom, size)
        tile.setObjectName(f"tile_{key.replace(':', '_')}")
        tile.setProperty("layer", key)
        tile.hovered.connect(self._on_hovered)
        tile.left.connect(self._on_left)
        tile.line_dragged.connect(self._on_line_dragged)
        tile.line_ended.connect(self._state.profile.finish)
        self._tiles[key] = tile
        self._row.addWidget(tile)

    @Slot()
    def _on_layers_shown(self) -> None:
        if self._state.display.sides != self._compared:
            self._rebuild()

    @Slot(object)
    def _on_layout_changed(self, _layout: Layout) -> None:
        self._rebuild()

    @Slot(float)
    @Slot(bool)
    def _on_sides_changed(self, _border: object) -> None:
        self._show_maps()

    @Slot(int)
    def _on_view_selected(self, _index: int) -> None:
        self._zoom.reset()
        self._state.cursor.move_to(None)
        self._show_maps()

    @Slot()
    def _show_maps(self) -> None:
        source, style = map_source(self._state), self._style()
        if source is None or style is None:
            return
        if tuple(self._tiles) != self._keys_shown():  # somebody heard of the new result before us
            self._rebuild()
            return
        what_if = self._state.remix.shown
        for key, tile in self._tiles.items():
            mix = (what_if.remix, id(what_if.depth)) if key in OF_THE_MIX else ()
            wanted = (id(source.prediction), source.view_index, mix, *picture_key(key, style))
            if self._drawn.get(key) != wanted:
                self._drawn[key] = wanted
                tile.set_picture(pixmap_from_rgb(tile_picture(source, key, style)))
            is_what_if = what_if.is_active and key in OF_THE_MIX
            tile.set_title(self._title(key, style.other_ranges.get(key)), is_what_if)
            hint = self.tr("Wheel zooms, drag moves, double-click shows all: in every map")
            said = (tile.title, layer_meaning(key), hint)
            tile.setToolTip("\n".join(line for line in said if line))
        self._show_scale()
        self._show_line()

    def _style(self) -> StripStyle | None:
        scene, view, maps = self._state.display.scene, self._state.view, self._state.maps
        ends = self._state.depth_range.ends
        if scene is None or ends is None:
            return None
        return StripStyle(
            ends,
            view.color_map,
            view.palette,
            view.overlay_opacity if maps.overlay_shown else 0.0,
            view.hidden_experts,
            maps.contours,
            maps.fades,
            self._split(),
            {**scene.ranges.other_maps, **self._state.truth.error_ranges},
        )

    @Slot(int, int)
    def _on_hovered(self, x: int, y: int) -> None:
        layer = str(self.sender().property("layer"))
        prediction = self._state.display.prediction
        if layer == "sides" and prediction is not None:
            is_left = x < self._split().columns(prediction.depth.shape[2])
            layer = self._state.display.sides[0 if is_left else 1]
        pixel = CursorPixel(self._state.view.selected_view, x, y, layer)
        self._state.cursor.move_to(pixel)

    @Slot()
    def _on_left(self) -> None:
        self._state.cursor.move_to(None)

    @Slot(object)
    def _on_place_chosen(self, place: Place) -> None:
        prediction = self._state.display.prediction
        if prediction is not None:
            height, width = prediction.depth.shape[1:]
            left, top, wide, high = shown_box(place, width, height)
            self._zoom.show_part(QRectF(left / width, top / height, wide / width, high / height))

    @Slot(QPoint, QPoint)
    def _on_line_dragged(self, start: QPoint, end: QPoint) -> None:
        view = self._state.view.selected_view
        self._state.profile.draw(view, (start.x(), start.y()), (end.x(), end.y()))

    @Slot()
    @Slot(bool)
    def _show_line(self, _value: bool = False) -> None:
        profile, view = self._state.profile, self._state.view.selected_view
        line = profile.line
        is_here = line is not None and line.view_index == view
        ends = (QPoint(*line.start), QPoint(*line.end)) if line is not None and is_here else None
        for tile in self._tiles.values():
            tile.set_draws_lines(profile.is_armed)
            tile.set_line(ends)

    @Slot()
    def _show_cursor(self) -> None:
        pixel = self._state.cursor.pixel
        is_here = pixel is not None and pixel.view_index == self._state.view.selected_view
        place = QPoint(pixel.x, pixel.y) if pixel is not None and is_here else None
        for tile in self._tiles.values():
            tile.set_cross(place)
        self._show_scale()

    def _show_scale(self) -> None:
        """The bar shows depth, or the map that the mouse is over when that holds no depth."""
        style, pixel = self._style(), self._state.cursor.pixel
        if style is None:
            return
        key = pixel.layer if pixel is not None else "fused"
        if key not in style.other_ranges:
            key = "fused"
        values = range_of(key, style.value_range, style.other_ranges)
        self._bar.set_scale(key, values, colors_of(key, style.color_map), is_depth(key))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the tiles to the height."""
        super().resizeEvent(event)
        self._fit_tiles()

    def _fit_tiles(self) -> None:
        """All tiles beside each other if they stay legible, else it scrolls by whole tiles."""
        room = self._scroll.viewport()
        legible = max((room.width() + GAP) // (LEGIBLE_PX + GAP), 1)
        beside = min(max(len(self._tiles), 1), legible)
        share = (room.width() + GAP) // beside - GAP
        for tile in self._tiles.values():
            tile.setFixedWidth(min(tile.width_for(room.height()), share))
        self._scroll.horizontalScrollBar().setSingleStep(share + GAP)

    def showEvent(self, event: object) -> None:
        """Fit the tiles to the height."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fit_tiles()
