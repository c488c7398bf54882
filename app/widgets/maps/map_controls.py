"""The row over the maps: photo, which maps, range, colours, and the overlay's options."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from moe3d import map_keys
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.layers.scene_display import RangeLock
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice, bind_value
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.layer_titles import tile_title
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.help.control_help import RANGE

GAP_PX = 8
NARROW_PX = 64
"""Width to which the lists shrink."""
NAME_PX = 70
"""Room that the photo's name keeps before labels are shown."""


def menu_button(name: str, text: str, tooltip: str) -> QToolButton:
    """A button with an empty menu."""
    made = QToolButton()
    made.setObjectName(name)
    made.setText(text)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(made)
    menu.setObjectName(f"{name}_menu")
    menu.setToolTipsVisible(True)
    made.setMenu(menu)
    return made


def add_tick(button: QToolButton, name: str, text: str, tooltip: str) -> QAction:
    """One tick in the menu."""
    tick = button.menu().addAction(text)
    tick.setObjectName(name)
    tick.setToolTip(tooltip)
    tick.setCheckable(True)
    return tick


class MapControls(QWidget):
    """Follows and changes the options of the strip."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display, self._view, self._maps = state.display, state.view, state.maps
        self._truth, self._work = state.truth, state.work
        view = state.view
        self._name = ElidedLabel("strip_photo_name", "value", self.tr("Photo of these maps"))
        self._range = choice(
            "range_lock",
            self.tr(
                "Over what the depth colours are spread; your own ends are typed at the colour "
                "bar, or dragged in the inspector's histogram"
            ),
            [
                (RangeLock.BOTH, self.tr("Both networks")),
                (RangeLock.SCENE, self.tr("This scene")),
                (RangeLock.PHOTO, self.tr("This photo")),
                (RangeLock.OWN, self.tr("My own")),
            ],
        )
        self._map = choice(
            "color_map",
            self.tr("Colours of depth"),
            [
                ("turbo", self.tr("Turbo")),
                ("viridis", self.tr("Viridis")),
                ("grey", self.tr("Grey")),
            ],
        )
        self._palette = choice(
            "palette",
            self.tr("Colours of the experts: safe for the colour-blind, or the paper's"),
            [
                ("okabe-ito", self.tr("Safe colours")),
                ("paper", self.tr("Paper's colours")),
            ],
        )
        self._which = menu_button(
            "which_maps", self.tr("Maps"), self.tr("Which maps stand in the strip")
        )
        self._marks = menu_button(
            "overlay_marks", self.tr("Marks"), self.tr("Borders and fading of the gating overlay")
        )
        self._contours = add_tick(
            self._marks,
            "overlay_contours",
            self.tr("Borders between experts"),
            self.tr("A line where the winner changes, so that colour is not the only sign"),
        )
        self._fades = add_tick(
            self._marks,
            "overlay_fades",
            self.tr("Fade undecided pixels"),
            self.tr("The larger the winner's weight, the stronger its colour"),
        )
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setObjectName("overlay_opacity")
        self._opacity.setAccessibleName(self.tr("Overlay opacity"))
        self._opacity.setToolTip(self.tr("Opacity of the gating colours over the photo"))
        self._opacity.setProperty(RANGE, self.tr("0 to 100 %"))
        self._opacity.setRange(0, 100)
        self._opacity.setFixedWidth(72)
        self._bind(state)
        self._lay_out()
        view.selected_view_changed.connect(self._show_name)
        self._display.result_changed.connect(self._fill_which)
        self._truth.changed.connect(self._fill_which)
        state.work.plain_changed.connect(self._show_parts)
        self._fill_which()

    def _bind(self, state: AppState) -> None:
        view, maps, redrawn = self._view, self._maps, self._view.maps_changed
        bind_choice(
            self._range,
            lambda: view.range_lock,
            lambda key: state.depth_range.choose(RangeLock(key)),
            redrawn,
        )
        bind_choice(self._map, lambda: view.color_map, view.set_color_map, redrawn)
        bind_choice(self._palette, lambda: view.palette, view.set_palette, redrawn)
        bind_value(
            self._opacity,
            lambda: view.overlay_opacity,
            view.set_overlay_opacity,
            redrawn,
            to_control=lambda opacity: 100 * opacity,
            from_control=lambda place: place / 100,
        )
        overlay = maps.overlay_changed
        bind_checked(self._contours, lambda: maps.contours, maps.show_contours, overlay)
        bind_checked(self._fades, lambda: maps.fades, maps.fade_undecided, overlay)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        row.addWidget(self._name, 1)
        row.addWidget(self._which)
        self._of_research: list[QWidget] = [self._which, self._range]
        self._pairs: list[tuple[QLabel, QWidget]] = [
            (label(self.tr("Range"), "muted"), self._range),
            (label(self.tr("Depth"), "muted"), self._map),
            (label(self.tr("Overlay"), "muted"), self._palette),
        ]
        for text, box in self._pairs:
            box.setMinimumWidth(NARROW_PX)
            row.addWidget(text)
            row.addWidget(box)
        row.addWidget(self._opacity)
        row.addWidget(self._marks)

    @Slot()
    def _fill_which(self) -> None:
        self._which.menu().clear()
        prediction = self._display.prediction
        has_truth = self._truth.depth is not None
        sides = self._display.sides
        keys = map_keys(prediction, has_truth, sides) if prediction is not None else ()
        for key in dict.fromkeys(key.partition(":")[0] for key in keys):
            self._add_map(key)
        self._show_parts()
        self._show_name(self._view.selected_view)

    @Slot()
    def _show_parts(self) -> None:
        is_plain = self._work.is_plain
        for part in self._of_research:
            part.setVisible(not is_plain)
        for part in (self._palette, self._opacity, self._marks):
            part.setVisible(self._display.has_experts and not is_plain)
        self._show_labels()

    def _add_map(self, key: str) -> None:
        maps = self._maps
        bind_checked(
            add_tick(self._which, f"show_map_{key}", tile_title(key), ""),
            lambda: maps.is_shown(key),
            lambda shown: maps.show_map(key, shown),
            maps.tiles_changed,
        )

    @Slot(int)
    def _show_name(self, index: int) -> None:
        prediction = self._display.prediction
        known = prediction is not None and index < prediction.num_views
        self._name.setText(prediction.names[index] if prediction is not None and known else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow panel the labels go first, then the lists get narrower: nothing is cut."""
        super().resizeEvent(event)
        self._show_labels()

    def _show_labels(self) -> None:
        boxes = (self._which, self._opacity, self._marks, *(box for _, box in self._pairs))
        parts = [part for part in (*boxes, *(text for text, _ in self._pairs)) if self._needs(part)]
        wanted = sum(part.sizeHint().width() + GAP_PX for part in parts)
        has_room = self.width() >= wanted + NAME_PX
        for text, box in self._pairs:
            text.setVisible(has_room and not box.isHidden())

    def _needs(self, part: QWidget) -> bool:
        """Whether a part, or the list that a label stands before, is there."""
        return not next((box for text, box in self._pairs if text is part), part).isHidden()
