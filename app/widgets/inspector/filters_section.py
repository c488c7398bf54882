"""Filters beside confidence: support, photos, and those that say themselves how they are chosen."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QMenu,
    QSpinBox,
    QToolButton,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.points.filters import MOST_SUPPORT
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_value
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.inspector.filter_rows import FilterRows
from moe3d_viewer.widgets.inspector.points_section import NO_SUPPORT
from moe3d_viewer.widgets.inspector.section import Section

SUPPORT_TIP = "Show only points that at least so many other photos confirm"


class FiltersSection(Section):
    """Each acts at once in the 3D view, and on the next export."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("filters_section", self.tr("FILTERS"), parent)
        self._state, self._filters = state, state.scene.filters
        filters = self._filters
        self._kept = label(role="muted", name="filters_kept", wrap=True)
        self._support = QCheckBox(self.tr("Confirmed by"))
        self._support.setObjectName("support_filter")
        self._support.setToolTip(self.tr(SUPPORT_TIP))
        self._photos_needed = self._make_photos_needed()
        bind_checked(
            self._support,
            lambda: filters.min_support > 0,
            lambda on: filters.set_min_support(self._photos_needed.value() if on else 0),
            filters.changed,
        )
        filter_list = state.scene.filter_list
        self._rows = FilterRows(filters, state.scene.scale, lambda: vars(filter_list.now))
        self._photos = self._make_photos()
        self._lay_out()
        self._filters.changed.connect(self._show)
        state.scene.filter_list.changed.connect(self._show_kept)
        state.scene.scale.scale_changed.connect(self._show)
        state.display.result_changed.connect(self._show)
        state.display.layers_shown_changed.connect(self._show)
        state.display.told.connect(self._show)
        self._show()

    def _make_photos_needed(self) -> QSpinBox:
        made = QSpinBox()
        made.setObjectName("min_support")
        made.setAccessibleName(self.tr("Photos that must confirm a point"))
        made.setToolTip(self.tr("How many other photos must see a point at the same place"))
        made.setRange(1, MOST_SUPPORT)
        filters = self._filters
        bind_value(
            made,
            lambda: filters.min_support or made.value(),  # off: the number waits
            filters.set_min_support,
            filters.changed,
        )
        return made

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
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.addRow(self._support, self._photos_needed)
        self._rows.add_to(form)
        form.addRow(label(self.tr("Photos")), self._photos)
        self.rows.addLayout(form)
        self.rows.addWidget(self._kept)

    @Slot()
    @Slot(str)
    def _show(self, _name: str = "") -> None:
        if self._state.display.is_changing:
            return
        filters = self._filters
        self.setVisible(self._state.display.prediction is not None)
        self._rows.show()
        self._show_support()
        self._rows.ticks["hide_flying"].setEnabled(self._state.display.has_flying)
        self._rows.ticks["hide_sky"].setEnabled(self._state.display.sky_share > 0)
        count = self._num_photos
        shown = count - len([index for index in filters.hidden_photos if index < count])
        self._photos.setText(self.tr("{} of {} shown").format(shown, count))
        self._photos.setEnabled(count > 1)

    def _show_support(self) -> None:
        photos, is_known = self._filters.min_support, self._state.display.has_support
        needed = self._photos_needed.value()
        self._photos_needed.setSuffix(self.tr(" other" if needed == 1 else " others"))
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
