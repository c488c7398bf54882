"""Choose a network: built in, known, or a checkpoint file. Only here a download can start."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.state.app_state import AppState
from app.state.backend import ModelInfo
from app.widgets.parts import button, label
from app.widgets.run_progress import show_report, stage_text

GB = 1_000_000_000
CHECKPOINT_FILTER = "*.safetensors *.pt *.pth *.json"


def size_text(size_bytes: int) -> str:
    """A size as people say it: "4.7 GB", "18 MB"; empty for 0."""
    if size_bytes <= 0:
        return ""
    if size_bytes >= GB:
        return f"{size_bytes / GB:.1f} GB"
    return f"{max(size_bytes / 1e6, 1):.0f} MB"


class ModelDialog(QDialog):
    """One card a model, with size, licence and source before any download."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("model_dialog")
        self.setWindowTitle(self.tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._state, self._models = state, state.models
        self._cards = QVBoxLayout()
        self._cards.setSpacing(10)
        self._chosen = label(role="muted", name="model_chosen", wrap=True)
        self._bar = QProgressBar()
        self._bar.setObjectName("download_bar")
        self._bar.setTextVisible(False)
        self._stage = label(role="muted", name="download_stage")
        self._stop = button(
            self.tr("Stop download"),
            "download_cancel",
            self.tr("Stop; what has come is kept for the next try"),
        )
        self._stop.clicked.connect(self._models.cancel_download)
        self._lay_out()
        self._models.models_changed.connect(self._show_models)
        self._models.download_changed.connect(self._show_download)
        state.run_options.changed.connect(self._show_models)
        self._show_models()
        self._show_download()

    def _lay_out(self) -> None:
        file_button = button(
            self.tr("Choose a checkpoint file…"),
            "model_file",
            self.tr("A .safetensors or official .pt file on this machine"),
        )
        file_button.clicked.connect(self._on_file_clicked)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(file_button)
        foot.addStretch(1)
        foot.addWidget(close)
        download = QHBoxLayout()
        download.addWidget(self._bar, 1)
        download.addWidget(self._stage)
        download.addWidget(self._stop)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(12)
        rows.addWidget(label(self.tr("Model of the next run"), "heading"))
        rows.addWidget(self._chosen)
        rows.addLayout(self._cards)
        rows.addLayout(download)
        rows.addLayout(foot)

    @Slot()
    def _show_models(self) -> None:
        self._chosen.setText(self.tr("Chosen: {}").format(self._state.run_options.model))
        while (item := self._cards.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for model in self._models.models:
            self._cards.addWidget(self._card(model))
        if not self._models.models:
            self._cards.addWidget(label(self.tr("Looking for models…"), "muted"))

    def _card(self, model: ModelInfo) -> QWidget:
        card = QFrame()
        card.setObjectName("card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        facts = [size_text(model.size_bytes), model.licence]
        facts.append(self.tr("on this machine") if model.is_here else model.source)
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addWidget(label(model.title, "value"))
        texts.addWidget(label(" · ".join(fact for fact in facts if fact), "muted", wrap=True))
        row = QHBoxLayout(card)
        row.setContentsMargins(14, 10, 12, 10)
        row.addLayout(texts, 1)
        action = self._use_button(model) if model.is_here else self._download_button(model)
        action.setProperty("model", model.key)
        row.addWidget(action)
        return card

    def _use_button(self, model: ModelInfo) -> QWidget:
        chosen = model.key == self._state.run_options.model
        made = button(
            self.tr("Chosen") if chosen else self.tr("Use"),
            f"use_{model.key}",
            self.tr("Use {} for the next run").format(model.title),
        )
        made.setEnabled(not chosen)
        made.clicked.connect(self._on_use_clicked)
        return made

    def _download_button(self, model: ModelInfo) -> QWidget:
        text = self.tr("Download {}").format(size_text(model.size_bytes)).strip()
        made = button(
            text,
            f"download_{model.key}",
            self.tr("Fetch {} from {}; licence: {}").format(
                model.title, model.source, model.licence
            ),
        )
        made.setEnabled(not self._models.downloading)
        made.clicked.connect(self._on_download_clicked)
        return made

    @Slot()
    def _on_use_clicked(self) -> None:
        self._models.choose(str(self.sender().property("model")))

    @Slot()
    def _on_download_clicked(self) -> None:
        self._models.download(str(self.sender().property("model")))
        self._show_models()

    @Slot()
    def _on_file_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a checkpoint"))
        dialog.setNameFilters([self.tr("Checkpoints ({})").format(CHECKPOINT_FILTER)])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_file_chosen)
        dialog.open()

    @Slot(str)
    def _on_file_chosen(self, text: str) -> None:
        self._models.choose_file(Path(text))

    @Slot()
    def _show_download(self) -> None:
        running = bool(self._models.downloading)
        for part in (self._bar, self._stage, self._stop):
            part.setVisible(running)
        report = self._models.download_report
        show_report(self._bar, report)
        if report is not None and report.total > GB // 100:
            done, total = size_text(report.done) or "0 MB", size_text(report.total)
            self._stage.setText(self.tr("{} of {}").format(done, total))
        else:
            self._stage.setText(stage_text(report) if report is not None else "")
        if not running:
            self._show_models()
