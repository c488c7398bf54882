"""Every dialog is opened, never executed: the window behind it keeps working."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.state.app_state import AppState
from app.state.notices import ErrorNotice
from app.state.saved_results import SUFFIX
from app.widgets.about_dialog import AboutDialog
from app.widgets.export_dialog import ExportDialog
from app.widgets.model_dialog import ModelDialog
from app.widgets.picture_dialog import PictureDialog
from app.widgets.turntable_dialog import TurntableDialog
from moe3d.io.image_files import PHOTO_EXTENSIONS, RAW_EXTENSIONS, VIDEO_EXTENSIONS

PHOTO_FILTER = " ".join(
    f"*{ending}" for ending in sorted(PHOTO_EXTENSIONS | RAW_EXTENSIONS | VIDEO_EXTENSIONS)
)


class Dialogs(QObject):
    """Opens dialogs over one window and hands their answers to the state."""

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        state.notices.error_raised.connect(self.show_error)

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

    @Slot()
    def choose_model(self) -> None:
        """Choose or fetch a model."""
        self._state.models.ask_models()
        ModelDialog(self._state, self._window).open()

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
