"""Choose purpose, formats, points and folder; says what will be written before it is."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from moe3d import EXPORT_PRESETS, ProgressReport
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.exports.export import ExportState
from moe3d_viewer.state.exports.export_plan import OWN_CHOICE
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.distance_text import units_text
from moe3d_viewer.widgets.controls.parts import button, keep_room, label
from moe3d_viewer.widgets.controls.progress_bar import show_report, size_text, stage_text
from moe3d_viewer.widgets.export.export_frame import ExportFrame
from moe3d_viewer.widgets.export.export_points import ExportPoints
from moe3d_viewer.widgets.export.overwrite_box import OverwriteBox
from moe3d_viewer.widgets.help.control_help import EFFECT


class ExportFormats(QScrollArea):
    """A box for every format; ticks follow the choices."""

    def __init__(self, export: ExportState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_formats")
        self._export = export
        listed = QWidget()
        rows = QVBoxLayout(listed)
        rows.setContentsMargins(10, 8, 10, 8)
        rows.setSpacing(6)
        boxes = []
        for offered in export.formats:
            box = QCheckBox(offered.title)
            box.setObjectName(f"format_{offered.key}")
            box.setToolTip(offered.description or offered.title)
            box.setAccessibleName(offered.title)
            self._bind(box, offered.key)
            boxes.append(box)
            rows.addWidget(box)
        rows.addStretch(1)
        self.setWidget(listed)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        for box in boxes:
            box.ensurePolished()
        self.setMinimumWidth(max(box.sizeHint().width() for box in boxes) + 44)

    def _bind(self, box: QCheckBox, key: str) -> None:
        choices = self._export.choices
        bind_checked(
            box,
            lambda: key in choices.formats,
            lambda ticked: choices.tick(key, ticked),
            choices.changed,
        )


class ExportDialog(QDialog):
    """Stays open while it writes; closes when the files are there."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setWindowTitle(self.tr("Export"))
        self.setProperty(EFFECT, self.tr("Acts on the files that are written"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state, self._export = state, state.export
        self._make_fields()
        self._lay_out()
        self._export.choices.changed.connect(self._on_chosen)
        self._export.forecast_changed.connect(self._show)
        self._export.running_changed.connect(self._show)
        self._export.progressed.connect(self._on_progressed)
        self._export.exported.connect(self.accept)
        self._export.overwrite_needed.connect(self._on_overwrite_needed)
        self._export.ask_forecast()
        self._show()

    def _make_fields(self) -> None:
        entries = [(preset.key, preset.title) for preset in EXPORT_PRESETS]
        self._preset = choice(
            "export_preset",
            self.tr("What the files are for"),
            [*entries, (OWN_CHOICE, self.tr("Own choice"))],
        )
        choices = self._export.choices
        bind_choice(self._preset, lambda: choices.preset, choices.choose_preset, choices.changed)
        self._hint = _two_lines("export_hint")
        self._folder = QLineEdit(str(self._export.suggested_folder(choices.preset)))
        self._folder.setObjectName("export_folder")
        self._folder.setToolTip(self.tr("Folder the files go to; made if it is not there"))
        self._folder.setAccessibleName(self.tr("Folder"))
        self._folder.textChanged.connect(self._show)
        self._browse = button(
            self.tr("Browse…"), "export_browse", self.tr("Choose the folder in a dialog")
        )
        self._browse.clicked.connect(self._on_browse_clicked)
        self._summary = _two_lines("export_summary")
        self._bar = QProgressBar()
        self._bar.setObjectName("export_bar")
        self._bar.setTextVisible(False)
        self._stage = label(role="muted", name="export_stage")
        for part in (self._bar, self._stage):
            keep_room(part)
        self._buttons = self._make_buttons()

    def _make_buttons(self) -> QDialogButtonBox:
        made = QDialogButtonBox()
        stop = button(
            self.tr("Cancel"), "export_cancel", self.tr("Write nothing; stop what is being written")
        )
        self._write = QPushButton(self.tr("Export"))
        self._write.setObjectName("export_button")
        self._write.setToolTip(self.tr("Write the files"))
        self._write.setAccessibleName(self.tr("Export"))
        self._write.setProperty("kind", "primary")
        self._write.clicked.connect(self._on_write_clicked)
        made.addButton(stop, QDialogButtonBox.ButtonRole.RejectRole)
        made.addButton(self._write, QDialogButtonBox.ButtonRole.ActionRole)
        made.rejected.connect(self._on_rejected)
        return made

    def _lay_out(self) -> None:
        purpose = QHBoxLayout()
        purpose.addWidget(label(self.tr("For")))
        purpose.addWidget(self._preset)
        purpose.addWidget(self._hint, 1)
        right = QVBoxLayout()
        right.setSpacing(14)
        right.addWidget(ExportPoints(self._state))
        right.addWidget(ExportFrame(self._export))
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(18)
        middle.addWidget(ExportFormats(self._export))
        middle.addLayout(right, 1)
        folder = QHBoxLayout()
        folder.addWidget(label(self.tr("Folder")))
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._browse)
        last = QHBoxLayout()
        last.addWidget(self._bar)
        last.addWidget(self._stage)
        last.addStretch(1)
        last.addWidget(self._buttons)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 14)
        rows.setSpacing(12)
        for part in (purpose, middle, folder):
            rows.addLayout(part)
        rows.addWidget(self._summary)
        rows.addLayout(last)
        self._write.setDefault(True)  # outside the dialog it would not be Enter's

    @Slot(str)
    def _on_chosen(self, _what: str) -> None:
        self._export.ask_forecast()
        self._show()

    @Slot()
    @Slot(bool)
    @Slot(str)
    def _show(self, _value: object = None) -> None:
        choices, forecast = self._export.choices, self._export.forecast
        running = self._export.is_running
        self._hint.setText(choices.hint)
        refused = forecast is not None and bool(forecast.refusal)
        ready = bool(choices.formats) and bool(self._folder.text().strip()) and not refused
        self._write.setEnabled(ready and self._export.can_export)
        self._write.setText(self.tr("Writing…") if running else self.tr("Export"))
        self._bar.setVisible(running)
        self._stage.setVisible(running)
        self._summary.setText(self._summary_text())

    def _summary_text(self) -> str:
        forecast, choices = self._export.forecast, self._export.choices
        if not choices.formats:
            return self.tr("Tick at least one format.")
        if forecast is None:
            return self.tr("Counting points, size and time…")
        if forecast.refusal:
            return forecast.refusal
        times = self.tr(", times {:g}").format(choices.scale) if choices.scale != 1 else ""
        return self.tr("{:,} points, about {} and {:.0f} s, {}{}.").format(
            forecast.num_written,
            size_text(forecast.size_bytes),
            max(forecast.seconds, 1),
            units_text(self._export.units),
            times,
        )

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        show_report(self._bar, report)
        self._stage.setText(stage_text(report))

    @Slot()
    def _on_browse_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Export to"), self._folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._folder.setText)
        dialog.open()

    @Slot()
    def _on_write_clicked(self) -> None:
        self._export.export(Path(self._folder.text().strip()).expanduser())

    @Slot(str)
    def _on_overwrite_needed(self, text: str) -> None:
        OverwriteBox(self._export, text, self).open()

    @Slot()
    def _on_rejected(self) -> None:
        self._export.cancel()
        self.reject()


def _two_lines(name: str) -> QLabel:
    """A text that may be one line or two, and takes the same room."""
    made = label(role="muted", name=name, wrap=True)
    made.ensurePolished()
    made.setFixedHeight(2 * made.fontMetrics().lineSpacing() + 2)
    made.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return made
