"""The numbers of both sides beside each other."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from moe3d import Comparison, MeasureRow
from moe3d.scene.comparison import PAIR
from moe3d.scene.layers import RAW_OF, TITLES

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
GROUPS = {
    "points": "Points",
    "flying": "Flying points",
    "difference": "Disagreement",
    "boundary": "Edges",
    "truth: depth": "Against truth: depth",
    "truth: boundary": "Against truth: edges",
    "truth: flying": "Against truth: flying points",
    "truth: cameras": "Against truth: cameras",
    "truth: cloud": "Against truth: cloud",
}


class CompareTable(QTableWidget):
    """Read only; the better side of a row is bold. Ctrl+C copies everything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setObjectName("compare_table")
        self.setAccessibleName(self.tr("Numbers of both sides"))
        self.setToolTip(self.tr("The better side is bold; Ctrl+C copies the table"))
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(True)  # a label that does not fit goes on in a second line
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(21)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._fit = QTimer(self)  # once the columns have found their widths
        self._fit.setSingleShot(True)
        self._fit.setInterval(0)
        self._fit.timeout.connect(self.resizeRowsToContents)
        header.sectionResized.connect(self._on_column_resized)
        self._report: Comparison | None = None

    def show_report(self, report: Comparison | None, sides: tuple[str, str]) -> None:
        """Show these numbers, or none yet of these layers."""
        self._report = report
        self.clearSpans()
        self.setRowCount(0)
        if report is None:
            titles = (TITLES.get(side, side) for side in sides)
            self.setHorizontalHeaderLabels(self._headings(sides, tuple(titles)))
            return
        self.setHorizontalHeaderLabels(self._headings(report.sides, report.titles))
        group = ""
        for row in report.rows:
            if row.group != group:
                group = row.group
                self._add_heading(self.tr(GROUPS.get(group, group)))
            self._add_row(row, report)
        self._fit.start()

    @Slot()
    def _on_column_resized(self) -> None:
        """Labels wrap otherwise in another width."""
        self._fit.start()

    def _headings(self, sides: tuple[str, str], titles: tuple[str, ...]) -> list[str]:
        """What both sides have in common stands over the titles: there is little room."""
        if not all(side in RAW_OF for side in sides):
            return [self.tr("Own depth"), *titles]
        return [self.tr("Refined"), *(TITLES[RAW_OF[side]] for side in sides)]

    @Slot()
    def copy(self) -> None:
        """Put the table into the clipboard, for a spreadsheet."""
        if self._report is not None:
            QGuiApplication.clipboard().setText(self._report.to_text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def _add_heading(self, text: str) -> None:
        place = self.rowCount()
        self.insertRow(place)
        item = QTableWidgetItem(text)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = QFont(self.font())
        font.setBold(True)
        item.setFont(font)
        self.setItem(place, 0, item)
        self.setSpan(place, 0, 1, 3)

    def _add_row(self, row: MeasureRow, report: Comparison) -> None:
        place = self.rowCount()
        self.insertRow(place)
        texts, better = row.texts(report.sides), row.better_side(report.sides)
        of_both = PAIR in row.values
        title = QTableWidgetItem(row.title)
        title.setToolTip(f"{row.title}: {row.note}" if row.note else row.title)
        self.setItem(place, 0, title)
        for side, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter if of_both else RIGHT)
            item.setToolTip(title.toolTip())
            if side == better:
                font = QFont(self.font())
                font.setBold(True)
                item.setFont(font)
            self.setItem(place, 1 + side, item)
        if of_both:
            self.setSpan(place, 1, 1, 2)
