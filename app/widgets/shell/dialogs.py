"""Every dialog is opened, never executed: the window behind it keeps working."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from moe3d import __version__
from moe3d.io.photos.image_files import PHOTO_EXTENSIONS, RAW_EXTENSIONS, VIDEO_EXTENSIONS
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.notices import ErrorNotice
from moe3d_viewer.state.scene.saved_results import SUFFIX
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.export.export_dialog import ExportDialog
from moe3d_viewer.widgets.export.figure_dialog import FigureDialog
from moe3d_viewer.widgets.export.overwrite_box import OverwriteBox
from moe3d_viewer.widgets.export.picture_dialog import PictureDialog
from moe3d_viewer.widgets.export.turntable_dialog import TurntableDialog
from moe3d_viewer.widgets.inspector.server_dialog import ServerDialog
from moe3d_viewer.widgets.shell.model_dialog import ModelDialog


class AboutDialog(QDialog):
    """Name, version, sources."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle(self.tr("About MoE3D Viewer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(460)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(26, 24, 26, 18)
        rows.setSpacing(10)
        rows.addWidget(label(self.tr("MoE3D Viewer"), "title"))
        rows.addWidget(label(self.tr("Version {}").format(__version__), "muted"))
        for text in (
            self.tr(
                "Turns photos into cameras, depth and a coloured point cloud with MoE-enhanced "
                "VGGT, and shows which expert decides at every pixel."
            ),
            self.tr(
                "After the papers VGGT (Wang et al., CVPR 2025) and MoE3D (arXiv 2601.05208); both "
                "networks are written from their description. Program: Apache-2.0. Weights carry "
                "their own licences, shown before a download and beside each result."
            ),
            self.tr(
                "Photos and results stay on this machine, unless you let another one compute "
                "(Run on)."
            ),
        ):
            rows.addWidget(label(text, wrap=True))
        rows.addStretch(1)
        rows.addWidget(buttons)


PHOTO_FILTER = " ".join(
    f"*{ending}"
    for ending in sorted(PHOTO_EXTENSIONS | RAW_EXTENSIONS | VIDEO_EXTENSIONS | {".zip"})
)


class Dialogs(QObject):
    """Opens dialogs over one window and hands their answers to the state."""

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        state.notices.error_raised.connect(self.show_error)
        state.export.overwrite_needed.connect(self._on_overwrite_needed)

    @Slot(object)
    def show_error(self, notice: ErrorNotice) -> None:
        """Show a failure in the words of the command line."""
        box = QMessageBox(self._window)
        box.setObjectName("error_box")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(notice.title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(notice.title)
        box.setInformativeText(notice.text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.open()

    @Slot()
    def figure(self) -> None:
        """Choose what a figure for a paper shows, and save it."""
        FigureDialog(self._state, self._window).open()

    @Slot()
    def picture(self) -> None:
        """Save a picture of the 3D view."""
        PictureDialog(self._state, self._window).open()

    @Slot()
    def turntable(self) -> None:
        """Save a video that goes once round the pivot."""
        TurntableDialog(self._state, self._window).open()

    @Slot()
    def open_folder(self) -> None:
        """Choose a folder of photos."""
        dialog = self._file_dialog(self.tr("Open a folder of photos"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.filesSelected.connect(self._on_scene_chosen)
        dialog.open()

    @Slot()
    def open_photos(self) -> None:
        """Choose photo files."""
        dialog = self._file_dialog(self.tr("Open photos"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(
            [self.tr("Photos and videos ({})").format(PHOTO_FILTER), self.tr("All files (*)")]
        )
        dialog.filesSelected.connect(self._on_scene_chosen)
        dialog.open()

    @Slot()
    def save_result(self) -> None:
        """Choose where the prediction goes; the file dialog asks before it overwrites."""
        dialog = self._file_dialog(self.tr("Save the result"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Saved results (*{})").format(SUFFIX)])
        dialog.setDefaultSuffix(SUFFIX.lstrip("."))
        dialog.selectFile(f"{self._state.session.title or 'scene'}{SUFFIX}")
        dialog.fileSelected.connect(self._on_save_chosen)
        dialog.open()

    @Slot()
    def export(self) -> None:
        """Choose formats and folder."""
        self._state.export.prepare()
        ExportDialog(self._state, self._window).open()

    @Slot(str)
    def _on_overwrite_needed(self, names: str) -> None:
        if self._window.findChild(ExportDialog) is None:  # else it asks itself
            OverwriteBox(self._state.export, names, self._window).open()

    @Slot()
    def choose_model(self) -> None:
        """Choose or fetch a model."""
        self._state.models.ask_models()
        ModelDialog(self._state, self._window).open()

    @Slot()
    def choose_computer(self) -> None:
        """Choose the machine that computes."""
        ServerDialog(self._state, self._window).open()

    @Slot()
    def about(self) -> None:
        """Say what this is."""
        AboutDialog(self._window).open()

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._state.settings.last_folder)
        dialog.setObjectName("file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot(list)
    def _on_scene_chosen(self, texts: list[str]) -> None:
        paths = [Path(text) for text in texts]
        if paths:
            self._state.settings.set_last_folder(paths[0].parent)
            self._state.open_paths(paths)

    @Slot(str)
    def _on_save_chosen(self, text: str) -> None:
        self._state.settings.set_last_folder(Path(text).parent)
        self._state.saved.save(Path(text))
