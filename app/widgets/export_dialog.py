"""Choose purpose, formats, points and folder; says what will be written before it is."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.state.app_state import AppState
from app.state.export_plan import OWN_CHOICE
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.control_help import EFFECT
from app.widgets.export_formats import ExportFormats
from app.widgets.export_frame import ExportFrame
from app.widgets.export_points import ExportPoints
from app.widgets.model_dialog import size_text
from app.widgets.parts import button, label
from app.widgets.run_progress import show_report, stage_text
from moe3d.io.export_presets import PRESETS
from moe3d.progress import ProgressReport


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
        self._export.formats_changed.connect(self._show)
        self._export.choices.changed.connect(self._on_chosen)
        self._export.forecast_changed.connect(self._show)
        self._export.running_changed.connect(self._show)
        self._export.progressed.connect(self._on_progressed)
        self._export.exported.connect(self.accept)
        self._export.overwrite_needed.connect(self._on_overwrite_needed)
        self._export.ask_forecast()
        self._show()

    def _make_fields(self) -> None:
        entries = [(preset.key, preset.title) for preset in PRESETS]
        self._preset = choice(
            "export_preset",
            self.tr("What the files are for"),
            [*entries, (OWN_CHOICE, self.tr("Own choice"))],
        )
        on_chosen(self._preset, self._export.choices.choose_preset)
        self._hint = label(role="muted", name="export_hint", wrap=True)
        self._folder = QLineEdit(str(self._export.suggested_folder()))
        self._folder.setObjectName("export_folder")
        self._folder.setToolTip(self.tr("Folder the files go to; made if it is not there"))
        self._folder.setAccessibleName(self.tr("Folder"))
        self._folder.textChanged.connect(self._show)
        self._browse = button(
            self.tr("Browse…"), "export_browse", self.tr("Choose the folder in a dialog")
        )
        self._browse.clicked.connect(self._on_browse_clicked)
        self._summary = label(role="muted", name="export_summary", wrap=True)
        self._bar = QProgressBar()
        self._bar.setObjectName("export_bar")
        self._bar.setTextVisible(False)
        self._stage = label(role="muted", name="export_stage")
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
        show_choice(self._preset, choices.preset)
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
            return self.tr("Counting…")
        if forecast.refusal:
            return forecast.refusal
        times = self.tr(" times {:g}").format(choices.scale) if choices.scale != 1 else ""
        return self.tr("{:,} points, about {} and {:.0f} s, {} units{}.").format(
            forecast.num_written,
            size_text(forecast.size_bytes),
            max(forecast.seconds, 1),
            self._export.units,
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
        self._start(overwrite=False)

    def _start(self, *, overwrite: bool) -> None:
        self._export.export(Path(self._folder.text().strip()).expanduser(), overwrite=overwrite)

    @Slot(str)
    def _on_overwrite_needed(self, text: str) -> None:
        box = QMessageBox(self)
        box.setObjectName("overwrite_box")
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Replace the files that are there?"))
        box.setInformativeText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        replace = box.addButton(self.tr("Replace"), QMessageBox.ButtonRole.AcceptRole)
        replace.setObjectName("replace_button")
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.accepted.connect(self._on_replace)
        box.open()

    @Slot()
    def _on_replace(self) -> None:
        self._start(overwrite=True)

    @Slot()
    def _on_rejected(self) -> None:
        self._export.cancel()
        self.reject()
