"""The row over the maps: photo, which maps, range, colours, and the overlay's options."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.rendering.layer_keys import tile_keys
from app.state.app_state import AppState
from app.state.scene_display import RangeLock
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.control_help import RANGE
from app.widgets.elided_label import ElidedLabel
from app.widgets.layer_titles import tile_title
from app.widgets.menu_button import add_tick, menu_button
from app.widgets.parts import label


class MapControls(QWidget):
    """Follows and changes the options of the strip."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display, self._view, self._maps = state.display, state.view, state.maps
        self._truth = state.truth
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
        self._ticks: dict[str, QAction] = {}
        self._marks = menu_button(
            "overlay_marks", self.tr("Marks"), self.tr("Borders and fading of the gating overlay")
        )
        self._contours = add_tick(
            self._marks,
            "overlay_contours",
            self.tr("Borders between experts"),
            self.tr("A line where the winner changes, so that colour is not the only sign"),
            self._maps.show_contours,
        )
        self._fades = add_tick(
            self._marks,
            "overlay_fades",
            self.tr("Fade undecided pixels"),
            self.tr("The larger the winner's weight, the stronger its colour"),
            self._maps.fade_undecided,
        )
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setObjectName("overlay_opacity")
        self._opacity.setAccessibleName(self.tr("Overlay opacity"))
        self._opacity.setToolTip(self.tr("Opacity of the gating colours over the photo"))
        self._opacity.setProperty(RANGE, self.tr("0 to 100 %"))
        self._opacity.setRange(0, 100)
        self._opacity.setFixedWidth(72)
        on_chosen(self._range, lambda key: state.depth_range.choose(RangeLock(key)))
        on_chosen(self._map, view.set_color_map)
        on_chosen(self._palette, view.set_palette)
        self._opacity.valueChanged.connect(self._on_opacity)
        self._lay_out()
        view.maps_changed.connect(self._show)
        self._maps.overlay_changed.connect(self._show)
        self._maps.tiles_changed.connect(self._show)
        view.selected_view_changed.connect(self._show_name)
        self._display.changed.connect(self._fill_which)
        self._truth.changed.connect(self._fill_which)
        self._fill_which()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        row.addWidget(self._which)
        self._overlay_label = label(self.tr("Overlay"), "muted")
        pairs: list[tuple[QLabel, QWidget]] = [
            (label(self.tr("Range"), "muted"), self._range),
            (label(self.tr("Depth"), "muted"), self._map),
            (self._overlay_label, self._palette),
        ]
        for text, box in pairs:
            row.addWidget(text)
            row.addWidget(box)
        row.addWidget(self._opacity)
        row.addWidget(self._marks)

    @Slot()
    def _fill_which(self) -> None:
        self._which.menu().clear()
        self._ticks = {}
        prediction = self._display.prediction
        has_truth = self._truth.depth is not None
        sides = self._display.sides
        keys = tile_keys(prediction, has_truth, sides) if prediction is not None else ()
        for key in dict.fromkeys(key.partition(":")[0] for key in keys):
            self._ticks[key] = add_tick(
                self._which, f"show_map_{key}", tile_title(key), "", self._on_map
            )
            self._ticks[key].setData(key)
        self._show()

    @Slot(bool)
    def _on_map(self, shown: bool) -> None:
        tick = self.sender()
        if isinstance(tick, QAction):
            self._maps.show_map(str(tick.data()), shown)

    @Slot(int)
    def _on_opacity(self, value: int) -> None:
        self._view.set_overlay_opacity(value / 100)

    @Slot()
    def _show(self) -> None:
        show_choice(self._range, self._view.range_lock)
        show_choice(self._map, self._view.color_map)
        show_choice(self._palette, self._view.palette)
        self._opacity.setValue(round(self._view.overlay_opacity * 100))
        for key, tick in self._ticks.items():
            tick.setChecked(self._maps.is_shown(key))
        self._contours.setChecked(self._maps.contours)
        self._fades.setChecked(self._maps.fades)
        for part in (self._overlay_label, self._palette, self._opacity, self._marks):
            part.setVisible(self._display.has_experts)
        self._show_name(self._view.selected_view)

    @Slot(int)
    def _show_name(self, index: int) -> None:
        prediction = self._display.prediction
        known = prediction is not None and index < prediction.num_views
        self._name.setText(prediction.names[index] if prediction is not None and known else "")
