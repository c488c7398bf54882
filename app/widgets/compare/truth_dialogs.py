"""Asks for the truth of the open scene."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from moe3d_viewer.state.app_state import AppState


class TruthDialogs(QObject):
    """Opened, never executed: the window behind keeps working."""

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window

    @Slot()
    def choose_folder(self) -> None:
        """Choose a folder of depth, cameras or a cloud."""
        dialog = self._dialog(self.tr("Load truth: folder with depth, cameras or a cloud"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.open()

    @Slot()
    def choose_file(self) -> None:
        """Choose one file: depth, cameras or a cloud."""
        dialog = self._dialog(self.tr("Load truth: one file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                self.tr("Depth, cameras or cloud (*.npy *.png *.json *.ply)"),
                self.tr("All files (*)"),
            ]
        )
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._state.settings.last_folder)
        dialog.setObjectName("truth_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_chosen)
        return dialog

    @Slot(str)
    def _on_chosen(self, text: str) -> None:
        self._state.settings.set_last_folder(Path(text).parent)
        self._state.truth.load(Path(text))
