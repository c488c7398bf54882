"""How well the photos agree, a row a photo: what its camera rests on, and in numbers how far."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QBrush, QColor, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from moe3d import Agreement
from moe3d.scene.agreement_text import (
    HEADINGS,
    MEANINGS,
    SHORT_CAMERAS,
    photo_marks,
    photo_sentences,
    photo_texts,
)
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.view_options import ViewOptionsState

SHORT_HEADINGS = ("By", "Matches", "px", "Conf.", "Diff.")
"""HEADINGS where there is little room."""
ROW_PX, MOST_ROWS = 20, 8
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MARKED_RGB = (214, 120, 20)
"""Orange that can be read on a dark and on a light window."""


class AgreementTable(QTableWidget):
    """Hidden where photos were not compared; a row that is chosen shows the photo's maps."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__(0, 1 + len(SHORT_HEADINGS), parent)
        self._display, self._view = display, view
        self._is_filled = False
        self.setObjectName("agreement_table")
        self.setAccessibleName(self.tr("How each photo agrees with the others"))
        self.setToolTip(self.tr("How each photo agrees with the others; a click shows its maps"))
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self._set_headings()
        display.result_changed.connect(self._show)
        view.selected_view_changed.connect(self._show_selected)
        self.currentCellChanged.connect(self._on_row)
        self._show()

    def _set_headings(self) -> None:
        self.setHorizontalHeaderItem(0, QTableWidgetItem(self.tr("Photo")))
        for column, (title, meaning) in enumerate(zip(HEADINGS, MEANINGS, strict=True), 1):
            item = QTableWidgetItem(self.tr(SHORT_HEADINGS[column - 1]))
            item.setToolTip(f"{title}: {meaning}")
            self.setHorizontalHeaderItem(column, item)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(ROW_PX)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    @Slot()
    def _show(self) -> None:
        prediction = self._display.prediction
        agreement = prediction.agreement if prediction is not None else None
        self.setVisible(agreement is not None)
        self.blockSignals(True)
        self.setRowCount(0)
        if prediction is not None and agreement is not None:
            self.setRowCount(prediction.num_views)
        rows = min(self.rowCount(), MOST_ROWS)
        heading = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(heading + rows * ROW_PX + 2 * self.frameWidth())
        self.blockSignals(False)
        self._is_filled = False
        if self.isVisible():
            self._fill_rows()
        self._show_selected(self._view.selected_view)

    def showEvent(self, event: QShowEvent) -> None:
        """The rows of many photos take a while: they wait until somebody looks."""
        super().showEvent(event)
        self._fill_rows()

    def _fill_rows(self) -> None:
        prediction = self._display.prediction
        agreement = prediction.agreement if prediction is not None else None
        if self._is_filled or prediction is None or agreement is None:
            return
        self._is_filled = True
        self.blockSignals(True)
        for row, name in enumerate(prediction.names):
            self._fill(row, name, agreement)
        self.blockSignals(False)

    def _fill(self, row: int, name: str, agreement: Agreement) -> None:
        source = agreement.camera_sources[row]
        _, matches, residual, *shares = photo_texts(agreement, row)
        marks = photo_marks(agreement, row)
        texts = [f"⚠ {name}" if marks else name, SHORT_CAMERAS.get(source, source), matches]
        tip = "\n".join([name, *photo_sentences(agreement, row)])
        for column, text in enumerate([*texts, residual.removesuffix(" px"), *shares]):
            item = QTableWidgetItem(text)
            item.setToolTip(tip)
            if column > 1:
                item.setTextAlignment(RIGHT)
            if marks:
                item.setForeground(QBrush(QColor(*MARKED_RGB)))
            self.setItem(row, column, item)

    @Slot(int)
    def _show_selected(self, index: int) -> None:
        if index < self.rowCount() and index != self.currentRow():
            self.blockSignals(True)
            self.selectRow(index)
            self.blockSignals(False)

    @Slot(int, int, int, int)
    def _on_row(self, row: int, _column: int, _row_before: int, _column_before: int) -> None:
        if row >= 0:
            self._view.select_view(row)
