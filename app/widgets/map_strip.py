"""The 2D strip: photo, fused, experts, gating overlay and VGGT, all with one range and one zoom."""

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from app.rendering.strip import StripStyle, tile_keys, tile_picture
from app.state.cursor import CursorPixel, CursorState
from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.color_bar import ColorBar
from app.widgets.gating_legend import GatingLegend
from app.widgets.layer_titles import tile_title
from app.widgets.map_tile import MapTile
from app.widgets.pictures import pixmap_from_rgb
from app.widgets.strip_zoom import StripZoom

GAP = 10
SMALLEST_PX = 140
LEGIBLE_PX = 112


class MapStrip(QWidget):
    """Bottom dock. Tiles are made from the result: one an expert, whatever their number."""

    def __init__(
        self,
        display: DisplayState,
        view: ViewOptionsState,
        cursor: CursorState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("map_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(SMALLEST_PX)
        self._display, self._view, self._cursor = display, view, cursor
        self._zoom = StripZoom(self)
        self._tiles: dict[str, MapTile] = {}
        self._bar = ColorBar()
        self._row_widget = QWidget()
        self._row = QHBoxLayout(self._row_widget)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP)
        self._scroll = self._make_scroll()
        self._lay_out()
        display.changed.connect(self._rebuild)
        view.selected_view_changed.connect(self._on_view_selected)
        view.maps_changed.connect(self._show_maps)
        cursor.changed.connect(self._show_cross)
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
        maps.addWidget(GatingLegend(self._display, self._view))

    @Slot()
    def _rebuild(self) -> None:
        for tile in self._tiles.values():
            self._row.removeWidget(tile)
            tile.deleteLater()
        self._tiles = {}
        while self._row.takeAt(0) is not None:
            pass
        self._zoom.reset()
        prediction = self._display.prediction
        self._bar.setVisible(prediction is not None)
        if prediction is not None:
            height, width = prediction.depth.shape[1:]
            for key in tile_keys(prediction):
                self._add_tile(key, QSize(width, height))
        self._row.addStretch(1)
        self._fit_tiles()
        self._show_maps()

    def _add_tile(self, key: str, size: QSize) -> None:
        tile = MapTile(tile_title(key), self._zoom, size)
        tile.setObjectName(f"tile_{key.replace(':', '_')}")
        tile.setProperty("layer", key)
        tile.setToolTip(self.tr("Wheel zooms, drag moves, double-click shows all: in every map"))
        tile.hovered.connect(self._on_hovered)
        tile.left.connect(self._on_left)
        self._tiles[key] = tile
        self._row.addWidget(tile)

    @Slot(int)
    def _on_view_selected(self, _index: int) -> None:
        self._zoom.reset()
        self._cursor.move_to(None)
        self._show_maps()

    @Slot()
    def _show_maps(self) -> None:
        prediction, scene = self._display.prediction, self._display.scene
        index = self._view.selected_view
        if prediction is None or scene is None or index >= prediction.num_views:
            return
        style = StripStyle(
            scene.ranges.range_for(self._view.range_lock, index),
            self._view.color_map,
            self._view.palette,
            self._view.overlay_opacity,
            self._view.hidden_experts,
        )
        for key, tile in self._tiles.items():
            tile.set_picture(pixmap_from_rgb(tile_picture(prediction, key, index, style)))
        self._bar.set_scale(style.value_range, style.color_map)

    @Slot(int, int)
    def _on_hovered(self, x: int, y: int) -> None:
        layer = str(self.sender().property("layer"))
        self._cursor.move_to(CursorPixel(self._view.selected_view, x, y, layer))

    @Slot()
    def _on_left(self) -> None:
        self._cursor.move_to(None)

    @Slot()
    def _show_cross(self) -> None:
        pixel = self._cursor.pixel
        is_here = pixel is not None and pixel.view_index == self._view.selected_view
        place = QPoint(pixel.x, pixel.y) if pixel is not None and is_here else None
        for tile in self._tiles.values():
            tile.set_cross(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the tiles to the height."""
        super().resizeEvent(event)
        self._fit_tiles()

    def _fit_tiles(self) -> None:
        """All tiles beside each other if they stay legible, else the strip scrolls."""
        room = self._scroll.viewport()
        share = room.width() // max(len(self._tiles), 1) - GAP
        for tile in self._tiles.values():
            tile.setFixedWidth(min(tile.width_for(room.height()), max(share, LEGIBLE_PX)))

    def showEvent(self, event: object) -> None:
        """Fit the tiles to the height."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fit_tiles()
