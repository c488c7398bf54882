"""Right dock, beside the inspector: MoE3D against VGGT in numbers and places."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QDockWidget, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.compare_table import CompareTable
from app.widgets.parts import button, label
from app.widgets.place_list import PlaceList


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
        self._mask.toggled.connect(state.comparison.set_same_mask)
        self._status = label(role="muted", name="compare_status", wrap=True)
        self._table, self._places = CompareTable(), PlaceList()
        self._copy = button(
            self.tr("Copy table"), "copy_table", self.tr("Copy all numbers for a spreadsheet")
        )
        self._copy.clicked.connect(self._table.copy)
        self._places.place_chosen.connect(state.comparison_report.show_place)
        self._lay_out()
        state.comparison_report.changed.connect(self._show)
        state.comparison.mask_changed.connect(self._show_mask)
        self._show()
        self._show_mask(state.comparison.same_mask)

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
        rows.addLayout(head)
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

    @Slot(bool)
    def _show_mask(self, same: bool) -> None:
        self._mask.setChecked(same)

    @Slot()
    def _show(self) -> None:
        measured, display = self._state.comparison_report, self._state.display
        report = measured.report
        self._table.show_report(report)
        self._places.show_places(report, display.prediction)
        self._copy.setEnabled(report is not None)
        self._mask.setEnabled(display.has_baseline)
        self._status.setText(self._status_text())
        self._status.setVisible(bool(self._status.text()))

    def _status_text(self) -> str:
        measured = self._state.comparison_report
        if not self._state.display.has_baseline:
            return self.tr(
                "This result has no VGGT side. Run again with the comparison switched on."
            )
        if measured.error:
            return measured.error
        if measured.is_measuring:
            return self.tr("Measuring…")
        return "\n".join(measured.report.notes) if measured.report is not None else ""
