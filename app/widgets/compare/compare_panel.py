"""Right dock, beside the inspector: MoE3D against VGGT in numbers and places."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QIcon, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from moe3d import Comparison, Place, ScenePrediction
from moe3d_viewer.rendering.pictures.place_picture import place_picture
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.compare.compare_table import CompareTable
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb
from moe3d_viewer.widgets.photos.photo_picture import SHARP

THUMBNAIL = QSize(72, 54)


class PlaceList(QListWidget):
    """Ranked; click or Enter goes to a place in the maps and in the 3D view."""

    place_chosen = Signal(object)
    """Place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("place_list")
        self.setAccessibleName(self.tr("Places of greatest disagreement"))
        self.setToolTip(self.tr("Click, or press Enter, to go there in the maps and in 3D"))
        self.setIconSize(THUMBNAIL)
        self.setSpacing(2)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._places: tuple[Place, ...] = ()
        self.itemClicked.connect(self._on_chosen)
        self.itemActivated.connect(self._on_chosen)

    def show_places(self, report: Comparison | None, prediction: ScenePrediction | None) -> None:
        """List the places of a comparison."""
        places = () if report is None else report.places
        if places == self._places and self.count() == len(places):
            return
        self.clear()
        self._places = places
        if prediction is None:
            return
        for number, place in enumerate(places, 1):
            picture = place_picture(prediction.images[place.view_index], place)
            side = self.tr("nearer") if place.difference < 0 else self.tr("farther")
            text = self.tr("{}. {}\n{:.0f} % {} than VGGT\n{} pixels").format(
                number, place.photo, 100 * abs(place.difference), side, f"{place.num_pixels:,}"
            )
            icon = pixmap_from_rgb(picture).scaled(
                THUMBNAIL * SHARP,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            item = QListWidgetItem(QIcon(icon), text)
            item.setToolTip(
                self.tr(
                    "{}\nMoE3D is {:.1f} % {} than VGGT here, in the median of {} pixels"
                ).format(place.photo, 100 * abs(place.difference), side, place.num_pixels)
            )
            self.addItem(item)

    @Slot(QListWidgetItem)
    def _on_chosen(self, item: QListWidgetItem) -> None:
        self.place_chosen.emit(self._places[self.row(item)])


class ComparePanel(QWidget):
    """Measures only while it is seen."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self._dock: QDockWidget | None = None
        self._mask = QCheckBox(self.tr("Same pixels on both sides"))
        self._mask.setObjectName("same_mask")
        self._mask.setToolTip(
            self.tr(
                "Show only pixels that are valid and confident enough in both networks, so that "
                "the filter does not decide the comparison"
            )
        )
        sides = state.comparison
        bind_checked(self._mask, lambda: sides.same_mask, sides.set_same_mask, sides.mask_changed)
        self._status = label(role="muted", name="compare_status", wrap=True)
        self._table, self._places = CompareTable(), PlaceList()
        self._copy = button(
            self.tr("Copy table"), "copy_table", self.tr("Copy all numbers for a spreadsheet")
        )
        self._copy.clicked.connect(self._table.copy)
        self._places.place_chosen.connect(state.comparison_report.show_place)
        self._beside = label(
            self.tr("These photos come with true depth or cameras."),
            "muted",
            "truth_beside",
            wrap=True,
        )
        self._load = button(
            self.tr("Load truth"),
            "load_truth_beside",
            self.tr("Load what lies beside the photos, and measure both sides against it"),
        )
        self._load.clicked.connect(state.truth.load_beside)
        self._lay_out()
        state.truth.loading_changed.connect(self._show)
        state.truth.changed.connect(self._show)
        state.display.result_changed.connect(self._show)
        state.comparison_report.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._mask, 1)
        head.addWidget(self._copy)
        below = QWidget()
        places = QVBoxLayout(below)
        places.setContentsMargins(0, 4, 0, 0)
        places.addWidget(label(self.tr("PLACES OF GREATEST DISAGREEMENT"), "section"))
        places.addWidget(self._places, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setObjectName("compare_parts")
        parts.setChildrenCollapsible(False)
        parts.addWidget(self._table)
        parts.addWidget(below)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 2)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 8, 12, 10)
        rows.setSpacing(6)
        truth = QHBoxLayout()
        truth.addWidget(self._beside, 1)
        truth.addWidget(self._load)
        rows.addLayout(head)
        rows.addLayout(truth)
        rows.addWidget(self._status)
        rows.addWidget(parts, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Listen to the dock: behind another tab a panel counts as shown, but nobody sees it."""
        super().showEvent(event)
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget) and self._dock is None:
            self._dock = dock
            dock.visibilityChanged.connect(self._state.comparison_report.want)
        self._state.comparison_report.want(not self.visibleRegion().isEmpty())

    def hideEvent(self, event: QHideEvent) -> None:
        """Numbers are no longer wanted."""
        self._state.comparison_report.want(False)
        super().hideEvent(event)

    @Slot()
    @Slot(bool)
    def _show(self, _value: object = None) -> None:
        measured, display = self._state.comparison_report, self._state.display
        report = measured.report
        self._table.show_report(report, display.sides)
        self._places.show_places(report, display.prediction)
        self._copy.setEnabled(report is not None)
        self._mask.setEnabled(display.has_baseline)
        truth = self._state.truth
        offers = display.prediction is not None and truth.truth is None and truth.beside is not None
        for part in (self._beside, self._load):
            part.setVisible(offers)
        self._load.setEnabled(not truth.is_loading)
        self._status.setText(self._status_text())
        self._status.setVisible(bool(self._status.text()))

    def _status_text(self) -> str:
        measured = self._state.comparison_report
        if self._state.truth.is_loading:
            return self.tr("Reading the truth…")
        if not self._state.display.has_baseline:
            return self.tr(
                "This result has no VGGT side. Run again with the comparison switched on."
            )
        if measured.error:
            return measured.error
        if measured.is_measuring:
            return self.tr("Measuring…")
        return "\n".join(measured.report.notes) if measured.report is not None else ""
