"""One map in the middle of the window: zoomed and moved, with its values and its colour bar."""

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from moe3d import map_picture
from moe3d_viewer.rendering.pictures.map_value import MapReading
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.cursor import CursorPixel
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.layer_titles import tile_title
from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb
from moe3d_viewer.widgets.maps.color_bar import ColorBar
from moe3d_viewer.widgets.maps.map_menu import MapMenu
from moe3d_viewer.widgets.maps.map_tile import MapTile

SMALLEST = QSize(330, 180)
ONE_LINE_PX = 760
"""From this width on one line holds the lists, the value and the buttons."""


class LargeMap(QWidget):
    """Hidden until a map is enlarged; shows the selected photo and the chosen map."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("large_map")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(SMALLEST)
        self._state, self._maps = state, state.map_view
        self._reading: MapReading | None = None
        self._photo = choice("large_map_photo", self.tr("Photo (Left, Right)"), [])
        self._map = choice("large_map_key", self.tr("Map (Up, Down)"), [])
        self._values = ElidedLabel("large_map_values", "value", self.tr("Value at the cursor"))
        self._tile = self._make_tile(QSize(1, 1))
        self._bar = ColorBar(state, "large_")
        self._body = QHBoxLayout()
        self._heads = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lay_out()
        self._connect()
        self.hide()

    def _make_tile(self, size: QSize) -> MapTile:
        made = MapTile(self._maps.zoom, size, shows_title=False)
        made.setObjectName("large_tile")
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        made.hovered.connect(self._on_hovered)
        made.left.connect(self._on_left)
        made.line_dragged.connect(self._on_line_dragged)
        made.line_ended.connect(self._state.profile.finish)
        made.double_clicked.connect(self._maps.zoom.reset)
        made.menu_wanted.connect(self._open_menu)
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(10, 4, 8, 4)
        head.setSpacing(8)
        for box, least in ((self._photo, 6), (self._map, 10)):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(least)
        head.addWidget(self._map, 2)
        head.addWidget(self._photo, 2)
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 2, 8, 2)
        tools.setSpacing(6)
        tools.addWidget(self._values, 1)
        fit = self._button("large_map_fit", self.tr("Fit"), self.tr("Show all of the map"))
        fit.clicked.connect(self._maps.zoom.reset)
        beside = self._button(
            "large_map_beside", self.tr("Beside 3D"), self.tr("Keep the 3D view beside the map")
        )
        beside.setCheckable(True)
        bind_checked(
            beside, lambda: self._maps.is_beside, self._maps.put_beside, self._maps.beside_changed
        )
        save = self._button("large_map_save", self.tr("Save"), self.tr("Save this map to a file"))
        save.clicked.connect(self._on_save)
        back = self._button("large_map_back", self.tr("Back"), self.tr("Back to the 3D view (Esc)"))
        back.clicked.connect(self._maps.leave)
        for button in (fit, beside, save, back):
            tools.addWidget(button)
        self._body.setContentsMargins(10, 0, 6, 8)
        self._body.addWidget(self._tile, 1)
        self._body.addWidget(self._bar)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        self._heads.addLayout(head, 2)
        self._heads.addLayout(tools, 4)
        rows.addLayout(self._heads)
        rows.addLayout(self._body, 1)

    def _button(self, name: str, text: str, tooltip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setText(text)
        made.setToolTip(tooltip)
        made.setAccessibleName(tooltip)
        return made

    def _connect(self) -> None:
        state = self._state
        self._photo.activated.connect(self._on_photo_chosen)
        self._map.activated.connect(self._on_map_chosen)
        for changed in (
            self._maps.chosen_changed,
            self._maps.large_changed,
            state.display.depths_changed,
            state.display.layers_shown_changed,
            state.view.selected_view_changed,
            state.view.maps_changed,
            state.view.layout_changed,
            state.maps.overlay_changed,
            state.remix.shown_changed,
            state.truth.changed,
            state.comparison.swipe_changed,
            state.comparison.flipped_changed,
            state.work.plain_changed,
        ):
            changed.connect(self._show)
        state.cursor.changed.connect(self._show_cursor)
        for changed in (state.profile.armed_changed, state.profile.line_changed):
            changed.connect(self._show_line)

    @Slot()
    def _show(self) -> None:
        saved = self._maps.saved
        if saved is None or not self._maps.is_large:
            return
        prediction = saved.source.prediction
        height, width = prediction.depth.shape[1:]
        self._fill(self._photo, [(str(i), name) for i, name in enumerate(prediction.names)])
        keys = dict.fromkeys((*self._maps.on_screen.offered_keys, saved.key))
        self._fill(self._map, [(key, self._title(key)) for key in keys])
        self._photo.setCurrentIndex(saved.source.view_index)
        self._map.setCurrentIndex(self._map.findData(saved.key))
        self._reading = MapReading(saved)
        self._tile.set_size(QSize(width, height))
        self._tile.set_title(self._title(saved.key))
        self._tile.set_picture(pixmap_from_rgb(map_picture(saved.source, saved.key, saved.style)))
        hint = self.tr("Wheel zooms, drag moves, double-click shows all, Esc goes back")
        self._tile.setToolTip("\n".join((self._title(saved.key), hint)))
        scale = saved.style.scale(saved.key)
        self._bar.setVisible(self._reading.has_scale)
        self._bar.set_scale(saved.key, scale.ends, scale.color_map, scale.near_is_warm)
        self._show_cursor()
        self._show_line()

    def _title(self, key: str) -> str:
        return tile_title(key, self._maps.on_screen.plain_depth)

    @staticmethod
    def _fill(box: QComboBox, entries: list[tuple[str, str]]) -> None:
        if [(box.itemData(i), box.itemText(i)) for i in range(box.count())] != entries:
            box.clear()
            for key, text in entries:
                box.addItem(text, key)

    @Slot()
    def _show_cursor(self) -> None:
        pixel, view = self._state.cursor.pixel, self._state.view.selected_view
        if not self._maps.is_large:
            return
        is_here = pixel is not None and pixel.view_index == view
        self._tile.set_cross(QPoint(pixel.x, pixel.y) if pixel is not None and is_here else None)
        text = ""
        if pixel is not None and is_here and self._reading is not None:
            text = f"x {pixel.x}  y {pixel.y}   {self._reading.text(pixel.x, pixel.y)}"
        self._values.setText(text)

    @Slot()
    def _show_line(self) -> None:
        profile = self._state.profile
        line = profile.line
        is_here = line is not None and line.view_index == self._state.view.selected_view
        self._tile.set_draws_lines(profile.is_armed)
        ends = (QPoint(*line.start), QPoint(*line.end)) if line is not None and is_here else None
        self._tile.set_line(ends)

    @Slot(int, int)
    def _on_hovered(self, x: int, y: int) -> None:
        layer = self._maps.on_screen.layer_at(self._maps.chosen, x)
        self._state.cursor.move_to(CursorPixel(self._state.view.selected_view, x, y, layer))

    @Slot()
    def _on_left(self) -> None:
        self._state.cursor.move_to(None)

    @Slot(QPoint, QPoint)
    def _on_line_dragged(self, start: QPoint, end: QPoint) -> None:
        view = self._state.view.selected_view
        self._state.profile.draw(view, (start.x(), start.y()), (end.x(), end.y()))

    @Slot(int)
    def _on_photo_chosen(self, index: int) -> None:
        self._state.view.select_view(index)

    @Slot(int)
    def _on_map_chosen(self, index: int) -> None:
        self._maps.choose(str(self._map.itemData(index)))

    @Slot(QPoint)
    def _open_menu(self, place: QPoint) -> None:
        MapMenu(self._maps, self).popup(place)

    @Slot()
    def _on_save(self) -> None:
        button = self.findChild(QToolButton, "large_map_save")
        if button is not None:
            self._open_menu(button.mapToGlobal(QPoint(0, button.height())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The lists and the tools share a line where they can: the map gets the other one."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        self._heads.setDirection(
            ways.LeftToRight if self.width() >= ONE_LINE_PX else ways.TopToBottom
        )

    def showEvent(self, event: QShowEvent) -> None:
        """The arrow keys and Esc are this view's at once."""
        super().showEvent(event)
        self._tile.setFocus()
