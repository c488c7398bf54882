"""Choose layer, formats and folder; says what will be written before it is."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.state.app_state import AppState
from app.widgets.choices import choice, on_chosen
from app.widgets.layer_titles import layer_title
from app.widgets.parts import button, label


class ExportDialog(QDialog):
    """Stays open while it writes; closes when the files are there."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setWindowTitle(self.tr("Export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._state, self._export = state, state.export
        self._boxes: dict[str, QCheckBox] = {}
        self._layer = choice("export_layer", self.tr("Depth layer that is written"), [])
        for layer in state.display.layers:
            self._layer.addItem(layer_title(layer), layer)
        on_chosen(self._layer, self._on_layer_chosen)
        self._folder = QLineEdit(str(state.export.suggested_folder()))
        self._folder.setObjectName("export_folder")
        self._folder.setToolTip(self.tr("Folder the files go to; made if it is not there"))
        self._folder.textChanged.connect(self._show)
        self._browse = button(
            self.tr("Browse…"), "export_browse", self.tr("Choose the folder in a dialog")
        )
        self._browse.clicked.connect(self._on_browse_clicked)
        self._summary = label(role="muted", name="export_summary", wrap=True)
        self._formats = QVBoxLayout()
        self._buttons = self._make_buttons()
        self._lay_out()
        self._export.formats_changed.connect(self._show_formats)
        self._export.running_changed.connect(self._show)
        self._export.exported.connect(self.accept)
        self._export.overwrite_needed.connect(self._on_overwrite_needed)
        self._show_formats()

    def _make_buttons(self) -> QDialogButtonBox:
        made = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._write = QPushButton(self.tr("Export"))
        self._write.setObjectName("export_button")
        self._write.setToolTip(self.tr("Write the files"))
        self._write.setProperty("kind", "primary")
        self._write.setDefault(True)
        self._write.clicked.connect(self._on_write_clicked)
        made.addButton(self._write, QDialogButtonBox.ButtonRole.ActionRole)
        made.rejected.connect(self._on_rejected)
        return made

    def _lay_out(self) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._browse)
        listed = QWidget()
        listed.setLayout(self._formats)
        self._formats.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(listed)
        scroll.setMinimumHeight(180)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(14)
        form.addRow(label(self.tr("Layer")), self._layer)
        form.addRow(label(self.tr("Folder")), folder)
        form.addRow(label(self.tr("Formats")), scroll)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(14)
        rows.addLayout(form)
        rows.addWidget(self._summary)
        rows.addWidget(self._buttons)

    @Slot()
    def _show_formats(self) -> None:
        chosen = self._chosen() or ("ply",)
        while (item := self._formats.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._boxes = {}
        for offered in self._export.formats:
            box = QCheckBox(offered.title)
            box.setObjectName(f"format_{offered.key}")
            box.setToolTip(offered.description or offered.title)
            box.setChecked(offered.key in chosen)
            box.toggled.connect(self._show)
            self._boxes[offered.key] = box
            self._formats.addWidget(box)
        self._formats.addStretch(1)
        self._show()

    def _chosen(self) -> tuple[str, ...]:
        return tuple(key for key, box in self._boxes.items() if box.isChecked())

    def _chosen_layer(self) -> str:
        return str(self._layer.currentData() or "fused")

    def _on_layer_chosen(self, _layer: str) -> None:
        self._show()

    @Slot()
    @Slot(bool)
    @Slot(str)
    def _show(self, _value: object = None) -> None:
        layer, display = self._chosen_layer(), self._state.display
        running = self._export.is_running
        ready = bool(self._chosen()) and bool(self._folder.text().strip())
        self._write.setEnabled(ready and self._export.can_export)
        self._write.setText(self.tr("Writing…") if running else self.tr("Export"))
        percentile = self._state.view.percentile
        counted = layer if display.total(layer) else "fused"
        self._summary.setText(
            self.tr("{:,} of {:,} points (lowest {:g} % of confidence dropped), {} units.").format(
                display.kept(counted), display.total(counted), percentile, self._export.units
            )
        )

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
        folder = Path(self._folder.text().strip()).expanduser()
        self._export.export(folder, self._chosen(), self._chosen_layer(), overwrite=overwrite)

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
