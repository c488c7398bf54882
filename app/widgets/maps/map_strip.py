"""The 2D strip: every map of the selected photo, all with one range, one zoom and one cursor."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QWidget

from moe3d import (
    MAPS_OF_THE_MIX,
    Place,
    ScenePrediction,
    map_picture,
)
from moe3d_viewer.rendering.pictures.place_picture import shown_box
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.cursor import CursorPixel
from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.widgets.controls.layer_titles import layer_meaning, map_title
from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb
from moe3d_viewer.widgets.maps.color_bar import ColorBar
from moe3d_viewer.widgets.maps.expert_legend import ExpertLegend
from moe3d_viewer.widgets.maps.map_menu import MapFileQuestion, MapMenu
from moe3d_viewer.widgets.maps.map_tile import TITLE_PX, MapTile
from moe3d_viewer.widgets.maps.tile_layout import GAP_PX, tile_layout

SMALLEST_PX = 140
SCROLL_PX = 12
"""Room of the scroll bar, kept free so that tiles do not jump when it comes."""


class MapStrip(QWidget):
    """Bottom dock. Tiles are made from the result: one an expert, whatever their number."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(SMALLEST_PX)
        self._state = state
        self._maps = state.map_view
        self._zoom = self._maps.zoom
        self._tiles: dict[str, MapTile] = {}
        self._image, self._is_pressed = (4, 3), False
        self._drawn: dict[str, tuple[object, ...]] = {}
        self._built_for: ScenePrediction | None = None
        self._compared = state.display.sides
        self._bar = ColorBar(state)
        self._row_widget = QWidget()
        self._grid = QGridLayout(self._row_widget)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        MapFileQuestion(self._maps, self)
        self._scroll = self._make_scroll()
        self._lay_out()
        state.display.depths_changed.connect(self._on_display_changed)
        self._maps.chosen_changed.connect(self._on_chosen)
        state.maps.tiles_changed.connect(self._rebuild)
        state.view.selected_view_changed.connect(self._on_view_selected)
        for changed in (state.view.maps_changed, state.maps.overlay_changed):
            changed.connect(self._show_maps)
        state.remix.shown_changed.connect(self._show_maps)
        state.truth.changed.connect(self._rebuild)
        state.work.plain_changed.connect(self._rebuild)
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
        if self._built_for is not self._state.display.prediction:  # else a what-if was told first
            self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        for tile in self._tiles.values():
            tile.hide()  # else a layout that has not shown it yet would, as a window
            tile.setParent(None)  # gone from the screen before the event loop deletes it
            tile.deleteLater()
        self._tiles, self._drawn = {}, {}
        self._built_for = self._state.display.prediction
        self._compared = self._state.display.sides
        while self._grid.takeAt(0) is not None:
            pass
        prediction = self._state.display.prediction
        self._bar.setVisible(prediction is not None)
        if prediction is not None:
            height, width = prediction.depth.shape[1:]
            self._image = (width, height)
            for key in self._maps.on_screen.shown_keys:
                self._add_tile(key, QSize(width, height))
        self._fit_tiles()
        self._show_marked()
        self._show_maps()

    def _title(self, key: str, ends: tuple[float, float] | None) -> str:
        border = self._maps.on_screen.split.border
        if key == "sides" and border in (0.0, 1.0):
            return self.tr("MoE3D") if border else self.tr("VGGT")
        return map_title(key, ends, self._maps.on_screen.plain_depth)

    def _add_tile(self, key: str, size: QSize) -> None:
        tile = MapTile(self._zoom, size)
        tile.setObjectName(f"tile_{key.replace(':', '_')}")
        tile.setProperty("layer", key)
        tile.hovered.connect(self._on_hovered)
        tile.left.connect(self._on_left)
        tile.line_dragged.connect(self._on_line_dragged)
        tile.line_ended.connect(self._state.profile.finish)
        tile.pressed.connect(self._on_pressed)
        tile.double_clicked.connect(self._on_double_clicked)
        tile.menu_wanted.connect(self._open_menu)
        self._tiles[key] = tile

    @Slot()
    def _on_layers_shown(self) -> None:
        if (
            self._state.display.sides != self._compared
            or tuple(self._tiles) != self._maps.on_screen.shown_keys
        ):
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
        self._state.cursor.move_to(None)
        self._show_maps()

    @Slot()
    def _show_maps(self) -> None:
        shown = self._maps.on_screen
        source, style = shown.source, shown.style
        if source is None or style is None:
            return
        if tuple(self._tiles) != shown.shown_keys:  # somebody heard of the new result before us
            self._rebuild()
            return
        what_if = self._state.remix.shown
        for key, tile in self._tiles.items():
            mix = (what_if.remix, id(what_if.depth)) if key in MAPS_OF_THE_MIX else ()
            wanted = (id(source.prediction), source.view_index, mix, *style.needs(key))
            if self._drawn.get(key) != wanted:
                self._drawn[key] = wanted
                tile.set_picture(pixmap_from_rgb(map_picture(source, key, style)))
            is_what_if = what_if.is_active and key in MAPS_OF_THE_MIX
            ends = style.other_ranges.get(key)
            tile.set_title(self._title(key, ends), is_what_if, self._title(key, None))
            hint = self.tr("Wheel zooms, drag moves, double-click enlarges, right-click saves")
            meaning = "" if self._state.work.is_plain else layer_meaning(key)
            said = (tile.title, meaning, hint)
            tile.setToolTip("\n".join(line for line in said if line))
        self._show_scale()
        self._show_line()

    @Slot(int, int)
    def _on_hovered(self, x: int, y: int) -> None:
        layer = self._maps.on_screen.layer_at(str(self.sender().property("layer")), x)
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
        style, pixel = self._maps.on_screen.style, self._state.cursor.pixel
        if style is None:
            return
        key = pixel.layer if pixel is not None else "fused"
        if key not in style.other_ranges:
            key = "fused"
        scale = style.scale(key)
        self._bar.set_scale(key, scale.ends, scale.color_map, scale.near_is_warm)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the tiles to the height."""
        super().resizeEvent(event)
        self._fit_tiles()

    def _fit_tiles(self) -> None:
        """As large as the room lets them be; see `tile_layout`."""
        room = self._scroll.size() - QSize(0, SCROLL_PX)
        layout = tile_layout(len(self._tiles), (room.width(), room.height()), self._image, TITLE_PX)
        size = QSize(layout.picture_width, layout.picture_height + TITLE_PX)
        while self._grid.takeAt(0) is not None:
            pass
        for index, tile in enumerate(self._tiles.values()):
            tile.setFixedSize(size)
            self._grid.addWidget(tile, index // layout.columns, index % layout.columns)
        self._scroll.horizontalScrollBar().setSingleStep(size.width() + GAP_PX)

    @Slot()
    def _on_pressed(self) -> None:
        self._is_pressed = True
        self._maps.choose(str(self.sender().property("layer")))
        self._is_pressed = False

    @Slot()
    def _on_double_clicked(self) -> None:
        self._maps.enlarge(str(self.sender().property("layer")))

    @Slot(QPoint)
    def _open_menu(self, place: QPoint) -> None:
        MapMenu(self._maps, self).popup(place)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self._show_marked()
        if key in self._tiles and not self._is_pressed:  # nothing moves under the mouse
            self._scroll.ensureWidgetVisible(self._tiles[key], GAP_PX, 0)

    def _show_marked(self) -> None:
        for key, tile in self._tiles.items():
            tile.set_marked(self._maps.is_marked and key == self._maps.chosen)

    def showEvent(self, event: object) -> None:
        """Fit the tiles to the height."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fit_tiles()
