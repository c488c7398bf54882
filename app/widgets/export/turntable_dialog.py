"""Saving a video that goes once round the pivot of the 3D view."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QProgressBar,
    QSpinBox,
    QWidget,
)

from moe3d import ProgressReport
from moe3d.io.videos.video_writer import VIDEO_CODECS
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.viewport.turntable import TurntableRequest
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.progress_bar import show_report
from moe3d_viewer.widgets.export.export_fields import as_wide, said
from moe3d_viewer.widgets.export.picture_fields import (
    lay_out_recording,
    legend_box,
    overlays_box,
    pixel_box,
)

FIRST_SIZE = (1920, 1080)


class TurntableDialog(QDialog):
    """Stays open while the video is drawn; closes when the file is there."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("turntable_dialog")
        self.setWindowTitle(self.tr("Turntable video"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._turntable = state.scene.turntable
        self._settings, self._look = state.settings, state.scene.look
        self._make_fields()
        self._lay_out()
        self._turntable.running_changed.connect(self._show)
        self._turntable.progressed.connect(self._on_progressed)
        self._turntable.saved.connect(self.accept)
        self._show()

    def _make_fields(self) -> None:
        width, height = FIRST_SIZE
        self._width = pixel_box("turntable_width", self.tr("Width, pixels"), width, even=True)
        self._height = pixel_box("turntable_height", self.tr("Height, pixels"), height, even=True)
        self._seconds = QDoubleSpinBox()
        self._seconds.setRange(0.5, 120.0)
        self._seconds.setDecimals(1)
        self._seconds.setValue(8.0)
        self._seconds.setSuffix(self.tr(" s"))
        self._rate = QSpinBox()
        self._rate.setRange(1, 60)
        self._rate.setValue(30)
        self._rate.setSuffix(self.tr(" frames/s"))
        for box, name, tip in (
            (self._seconds, "turntable_seconds", self.tr("How long one turn takes")),
            (self._rate, "turntable_rate", self.tr("How many pictures a second")),
        ):
            said(box, name, tip)
            as_wide(box)
            box.valueChanged.connect(self._show)
        self._direction = choice(
            "turntable_direction",
            self.tr("Where the front of the scene goes"),
            [("right", self.tr("To the right")), ("left", self.tr("To the left"))],
        )
        self._about = choice(
            "turntable_about",
            self.tr("What stays in its place"),
            [("pivot", self.tr("The pivot")), ("middle", self.tr("The middle of the scene"))],
        )
        self._overlays = overlays_box("turntable_overlays")
        self._legend = legend_box("turntable_legend", self._look.legend_shown)
        self._told = label(role="muted", name="turntable_told")
        self._bar = QProgressBar()
        self._bar.setObjectName("turntable_bar")
        self._bar.setAccessibleName(self.tr("Frames that are drawn"))
        self._bar.setTextVisible(False)
        self._save = button(
            self.tr("Save…"), "turntable_save", self.tr("Choose the file, then draw"), "primary"
        )
        self._save.clicked.connect(self._on_save)
        self._cancel = button(
            self.tr("Cancel"), "turntable_cancel", self.tr("Stop drawing; nothing is written")
        )
        self._cancel.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(7)
        form.addRow(label(self.tr("Width")), self._width)
        form.addRow(label(self.tr("Height")), self._height)
        form.addRow(label(self.tr("One turn")), self._seconds)
        form.addRow(label(self.tr("Smoothness")), self._rate)
        form.addRow(label(self.tr("Scene turns")), self._direction)
        form.addRow(label(self.tr("Turns about")), self._about)
        self._fields = QWidget()
        self._fields.setLayout(form)
        form.setContentsMargins(0, 0, 0, 0)
        parts = (self._fields, self._overlays, self._legend, self._told)
        lay_out_recording(self, parts, self._bar, self._cancel, self._save, spacing=12)

    def reject(self) -> None:
        """While a video is drawn: stop that; else close."""
        if self._turntable.is_running:
            self._turntable.cancel()
        else:
            super().reject()

    @property
    def _request(self) -> TurntableRequest:
        return TurntableRequest(
            Path(),
            self._width.value(),
            self._height.value(),
            self._seconds.value(),
            self._rate.value(),
            self._direction.currentData() == "right",
            self._about.currentData() == "middle",
            self._overlays.isChecked(),
            self._legend.isChecked(),
        )

    @Slot()
    def _show(self) -> None:
        running = self._turntable.is_running
        for part in (self._fields, self._overlays, self._legend, self._save):
            part.setEnabled(not running)
        self._bar.setVisible(running)
        self._told.setText(self.tr("{} frames").format(self._request.num_frames))

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        show_report(self._bar, report)
        self._told.setText(self.tr("Frame {} of {}").format(report.done, report.total))

    @Slot()
    def _on_save(self) -> None:
        dialog = QFileDialog(self, self.tr("Save turntable video"), self._settings.last_folder)
        dialog.setObjectName("turntable_file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        titles = {".mp4": self.tr("MPEG-4 video"), ".avi": self.tr("Motion JPEG video")}
        dialog.setNameFilters([f"{titles[ending]} (*{ending})" for ending in VIDEO_CODECS])
        dialog.setDefaultSuffix("mp4")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix("avi" if ".avi" in chosen else "mp4")
        )
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, text: str) -> None:
        self._settings.set_last_folder(Path(text).parent)
        self._turntable.start(replace(self._request, path=Path(text)))
