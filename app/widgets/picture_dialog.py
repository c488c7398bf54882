"""Saving a picture of the 3D view, of any size."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.state.app_state import AppState
from app.state.camera_requests import PictureRequest
from app.widgets.parts import label
from app.widgets.picture_fields import overlays_box, pixel_box

FIRST_SIZE = (3840, 2160)


class PictureDialog(QDialog):
    """Asks for the size, then for the file."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("picture_dialog")
        self.setWindowTitle(self.tr("Picture of the 3D view"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state = state
        self._width = pixel_box("picture_width", self.tr("Width, pixels"), FIRST_SIZE[0])
        self._height = pixel_box("picture_height", self.tr("Height, pixels"), FIRST_SIZE[1])
        self._overlays = overlays_box("picture_overlays")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        save = QPushButton(self.tr("Save…"))
        save.setObjectName("picture_save")
        save.setToolTip(self.tr("Choose the file and draw the picture"))
        save.setProperty("kind", "primary")
        save.clicked.connect(self._on_save)
        buttons.addButton(save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow(label(self.tr("Width")), self._width)
        form.addRow(label(self.tr("Height")), self._height)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(14)
        rows.addLayout(form)
        rows.addWidget(self._overlays)
        rows.addWidget(buttons)
        save.setDefault(True)  # outside the dialog it would not be Enter's

    @Slot()
    def _on_save(self) -> None:
        dialog = QFileDialog(self, self.tr("Save picture of the 3D view"))
        dialog.setObjectName("picture_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PNG picture (*.png)")])
        dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, text: str) -> None:
        size = self._width.value(), self._height.value()
        request = PictureRequest(Path(text), *size, self._overlays.isChecked())
        self.accept()
        self._state.scene.camera.picture_wanted.emit(request)
