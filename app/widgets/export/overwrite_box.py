"""Asks what happens to files that an export would replace."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from moe3d_viewer.state.exports.export import ExportState


class OverwriteBox(QMessageBox):
    """Replace, keep both, or nothing; the answer goes to the export that stopped."""

    def __init__(self, export: ExportState, names: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("overwrite_box")
        self.setIcon(QMessageBox.Icon.Question)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWindowTitle(self.tr("Export"))
        self.setText(self.tr("Replace the files that are there?"))
        self.setInformativeText(names)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        both = self._answer(
            self.tr("Keep both"),
            "keep_both_button",
            self.tr("Leave them, and write into a new folder beside"),
        )
        replace = self._answer(
            self.tr("Replace"), "replace_button", self.tr("Write over the files that are there")
        )
        self.addButton(QMessageBox.StandardButton.Cancel)
        both.clicked.connect(export.keep_both)
        replace.clicked.connect(export.replace_files)
        self.setDefaultButton(both)

    def _answer(self, text: str, name: str, help_text: str) -> QPushButton:
        made = self.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        made.setObjectName(name)
        made.setToolTip(help_text)
        made.setAccessibleName(text)
        return made
