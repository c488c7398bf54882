"""Which files become objects, and where an object goes as a file."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QWidget

from moe3d import OBJECT_ENDINGS
from moe3d_viewer.state.app_state import AppState

FILTER = " ".join(f"*{ending}" for ending in OBJECT_ENDINGS)


class ObjectDialogs(QObject):
    """Opened, never executed."""

    def __init__(self, state: AppState, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._state, self._over = state, window
        self._object_id = 0

    def stand_over(self, widget: QWidget) -> None:
        """Belong to a widget; questions stand over its window."""
        self.setParent(widget)
        self._over = widget

    @property
    def _window(self) -> QWidget | None:
        return None if self._over is None else self._over.window()

    @Slot()
    def add(self) -> None:
        """Choose clouds and meshes."""
        dialog = self._file_dialog(self.tr("Add clouds or meshes"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(
            [self.tr("Clouds and meshes ({})").format(FILTER), self.tr("All files (*)")]
        )
        dialog.filesSelected.connect(self._on_chosen)
        dialog.open()

    def save(self, object_id: int) -> None:
        """Choose where an object goes; the file dialog asks before it overwrites."""
        item = self._state.objects.find(object_id)
        if item is None:
            return
        self._object_id = object_id
        dialog = self._file_dialog(self.tr("Save the object"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PLY (*.ply)")])
        dialog.setDefaultSuffix("ply")
        dialog.selectFile(f"{Path(item.name).stem}.ply")
        dialog.fileSelected.connect(self._on_save_chosen)
        dialog.open()

    def color(self, object_id: int) -> None:
        """Choose the one colour of an object."""
        item = self._state.objects.find(object_id)
        if item is None:
            return
        self._object_id = object_id
        dialog = QColorDialog(self._window)
        dialog.setObjectName("object_color_dialog")
        dialog.setWindowTitle(self.tr("Colour of {}").format(item.name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._on_color_chosen)
        dialog.open()

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._state.settings.last_folder)
        dialog.setObjectName("object_file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot(list)
    def _on_chosen(self, texts: list[str]) -> None:
        paths = [Path(text) for text in texts]
        if paths:
            self._state.settings.set_last_folder(paths[0].parent)
            self._state.object_files.open(paths)

    @Slot(str)
    def _on_save_chosen(self, text: str) -> None:
        self._state.settings.set_last_folder(Path(text).parent)
        self._state.object_files.save(self._object_id, Path(text))

    @Slot(object)
    def _on_color_chosen(self, color: QColor) -> None:
        rgb = (color.red(), color.green(), color.blue())
        self._state.objects.set_color(self._object_id, rgb)
