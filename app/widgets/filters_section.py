"""Filters beside confidence: support, depth edges, flying points, sky, black, white, photos."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.state.app_state import AppState
from app.state.filters import LARGEST_EDGE_RTOL, MOST_SUPPORT, SMALLEST_EDGE_RTOL
from app.widgets.parts import label
from app.widgets.points_section import NO_SUPPORT
from app.widgets.section import Section
from app.widgets.sliders import Scale, ScaledSlider

SUPPORT_TIP = "Show only points that at least so many other photos confirm"


class FiltersSection(Section):
    """Each acts at once in the 3D view, and on the next export."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("filters_section", self.tr("FILTERS"), parent)
        self._state, self._filters = state, state.scene.filters
        self._kept = label(role="muted", name="filters_kept", wrap=True)
        self._support = self._box(
            "support_filter",
            self.tr("Confirmed by"),
            self.tr(SUPPORT_TIP),
            self._on_support_toggled,
        )
        self._photos_needed = self._make_photos_needed()
        self._edges = self._box(
            "edge_filter",
            self.tr("Depth edges"),
            self.tr("Hide points where depth jumps by more than this share of itself"),
            self._filters.set_edge_on,
        )
        self._rtol = ScaledSlider(
            "edge_rtol",
            self.tr("Largest depth jump"),
            self.tr("Largest relative jump in 3 x 3 pixels that stays; 0.03 is usual"),
            Scale(SMALLEST_EDGE_RTOL, LARGEST_EDGE_RTOL, logarithmic=True),
            self._filters.set_edge_rtol,
        )
        self._rtol_value = label(role="muted", name="edge_rtol_value")
        self._flying = self._box(
            "flying_filter",
            self.tr("Flying points"),
            self.tr("Hide points that hang between two surfaces"),
            self._filters.set_flying_hidden,
        )
        self._sky = self._box(
            "sky_filter",
            self.tr("Sky"),
            self.tr("Hide the sky; on by itself where it is more than a hundredth of the points"),
            self._filters.set_sky_hidden,
        )
        self._black = self._box(
            "black_filter",
            self.tr("Black"),
            self.tr("Hide points as black as a masked background"),
            self._filters.set_black_hidden,
        )
        self._white = self._box(
            "white_filter",
            self.tr("White"),
            self.tr("Hide points as white as a masked background"),
            self._filters.set_white_hidden,
        )
        self._photos = self._make_photos()
        self._lay_out()
        self._filters.changed.connect(self._show)
        state.scene.filter_list.changed.connect(self._show_kept)
        state.display.changed.connect(self._show)
        state.display.layers_shown_changed.connect(self._show)
        self._show()

    def _box(self, name: str, text: str, tip: str, take: Callable[[bool], None]) -> QCheckBox:
        made = QCheckBox(text)
        made.setObjectName(name)
        made.setToolTip(tip)
        made.toggled.connect(take)
        return made

    def _make_photos_needed(self) -> QSpinBox:
        made = QSpinBox()
        made.setObjectName("min_support")
        made.setAccessibleName(self.tr("Photos that must confirm a point"))
        made.setToolTip(self.tr("How many other photos must see a point at the same place"))
        made.setRange(1, MOST_SUPPORT)
        made.valueChanged.connect(self._filters.set_min_support)
        return made

    @Slot(bool)
    def _on_support_toggled(self, on: bool) -> None:
        self._filters.set_min_support(self._photos_needed.value() if on else 0)

    def _make_photos(self) -> QToolButton:
        made = QToolButton()
        made.setObjectName("photo_filter")
        made.setAccessibleName(self.tr("Photos whose points are shown"))
        made.setToolTip(self.tr("Show or hide the points that each photo saw"))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(made)
        menu.setObjectName("photo_filter_menu")
        menu.aboutToShow.connect(self._fill_photos)
        made.setMenu(menu)
        return made

    def _lay_out(self) -> None:
        edge = QHBoxLayout()
        edge.setSpacing(8)
        edge.addWidget(self._rtol, 1)
        edge.addWidget(self._rtol_value)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.addRow(self._support, self._photos_needed)
        form.addRow(self._edges, edge)
        form.addRow(self._flying, self._sky)
        form.addRow(self._black, self._white)
        form.addRow(label(self.tr("Photos")), self._photos)
        self.rows.addLayout(form)
        self.rows.addWidget(self._kept)

    @Slot()
    @Slot(str)
    def _show(self, _name: str = "") -> None:
        filters = self._filters
        self.setVisible(self._state.display.prediction is not None)
        for box, on in (
            (self._support, filters.min_support > 0),
            (self._edges, filters.edge_on),
            (self._flying, filters.flying_hidden),
            (self._sky, self._state.scene.filter_list.now.hide_sky),
            (self._black, filters.black_hidden),
            (self._white, filters.white_hidden),
        ):
            blocker = QSignalBlocker(box)
            box.setChecked(on)
            blocker.unblock()
        self._show_support()
        self._rtol.show_value(filters.edge_rtol)
        self._rtol.setEnabled(filters.edge_on)
        self._rtol_value.setText(f"{filters.edge_rtol:.3f}")
        self._flying.setEnabled(self._state.display.has_flying)
        self._sky.setEnabled(self._state.display.sky_share > 0)
        count = self._num_photos
        shown = count - len([index for index in filters.hidden_photos if index < count])
        self._photos.setText(self.tr("{} of {} shown").format(shown, count))
        self._photos.setEnabled(count > 1)

    def _show_support(self) -> None:
        photos, is_known = self._filters.min_support, self._state.display.has_support
        blocker = QSignalBlocker(self._photos_needed)
        if photos > 0:
            self._photos_needed.setValue(photos)
        needed = self._photos_needed.value()
        self._photos_needed.setSuffix(self.tr(" other" if needed == 1 else " others"))
        blocker.unblock()
        self._support.setEnabled(is_known)
        self._photos_needed.setEnabled(is_known and photos > 0)
        self._support.setToolTip(self.tr(SUPPORT_TIP if is_known else NO_SUPPORT))

    @Slot()
    def _show_kept(self) -> None:
        counts = self._state.scene.filter_list.counts(self._state.display.layer)
        if counts is not None:
            self._kept.setText(
                self.tr("All filters leave {:,} of {:,} points").format(counts.kept, counts.total)
            )
        else:
            self._kept.setText(self.tr("Counting…"))

    @property
    def _num_photos(self) -> int:
        prediction = self._state.display.prediction
        return 0 if prediction is None else prediction.num_views

    @Slot()
    def _fill_photos(self) -> None:
        menu, prediction = self._photos.menu(), self._state.display.prediction
        menu.clear()
        if prediction is None:
            return
        selected, count = self._state.view.selected_view, prediction.num_views
        only = menu.addAction(self.tr("Only the selected photo"))
        only.triggered.connect(lambda: self._filters.show_only_photo(selected, count))
        everything = menu.addAction(self.tr("All photos"))
        everything.triggered.connect(lambda: self._filters.set_hidden_photos(frozenset()))
        menu.addSeparator()
        for index, name in enumerate(prediction.names):
            action = menu.addAction(f"{index + 1}  {name}".replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(index not in self._filters.hidden_photos)
            action.toggled.connect(
                lambda shown, index=index: self._filters.show_photo(index, shown)
            )
