"""Saving a picture of the 3D view, of any size."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QProgressBar,
    QWidget,
)

from moe3d import ProgressReport
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.viewport.camera_requests import PictureRequest
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.progress_bar import show_report
from moe3d_viewer.widgets.export.picture_fields import (
    lay_out_recording,
    legend_box,
    overlays_box,
    pixel_box,
)

FIRST_SIZE = (3840, 2160)


class PictureDialog(QDialog):
    """Asks for the size, then for the file; stays open while the picture is drawn."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("picture_dialog")
        self.setWindowTitle(self.tr("Picture of the 3D view"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._drawing = state.scene.picture
        self._width = pixel_box("picture_width", self.tr("Width, pixels"), FIRST_SIZE[0])
        self._height = pixel_box("picture_height", self.tr("Height, pixels"), FIRST_SIZE[1])
        self._overlays = overlays_box("picture_overlays")
        self._legend = legend_box("picture_legend", state.scene.look.legend_shown)
        self._bar = QProgressBar()
        self._bar.setObjectName("picture_bar")
        self._bar.setAccessibleName(self.tr("Share of the points that is drawn"))
        self._bar.setTextVisible(False)
        self._save = button(
            self.tr("Save…"),
            "picture_save",
            self.tr("Choose the file and draw the picture"),
            "primary",
        )
        self._save.clicked.connect(self._on_save)
        self._cancel = button(
            self.tr("Cancel"), "picture_cancel", self.tr("Stop drawing; nothing is written")
        )
        self._cancel.clicked.connect(self.reject)
        self._lay_out()
        self._drawing.running_changed.connect(self._show)
        self._drawing.progressed.connect(self._on_progressed)
        self._drawing.saved.connect(self.accept)
        self._show()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(label(self.tr("Width")), self._width)
        form.addRow(label(self.tr("Height")), self._height)
        parts = (form, self._overlays, self._legend)
        lay_out_recording(self, parts, self._bar, self._cancel, self._save, spacing=14)

    def reject(self) -> None:
        """While the picture is drawn: stop that; else close."""
        if self._drawing.is_running:
            self._drawing.cancel()
        else:
            super().reject()

    @Slot()
    def _show(self) -> None:
        running = self._drawing.is_running
        for part in (self._width, self._height, self._overlays, self._legend):
            part.setEnabled(not running)
        self._save.setEnabled(self._drawing.can_start)
        self._bar.setVisible(running)
        self._bar.setValue(0)

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        show_report(self._bar, report)

    @Slot()
    def _on_save(self) -> None:
        dialog = QFileDialog(self, self.tr("Save picture of the 3D view"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setObjectName("picture_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PNG picture (*.png)")])
        dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, text: str) -> None:
        size = self._width.value(), self._height.value()
        shown = self._overlays.isChecked(), self._legend.isChecked()
        request = PictureRequest(Path(text), *size, *shown)
        self._drawing.start(request)
