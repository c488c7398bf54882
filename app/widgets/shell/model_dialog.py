"""Choose a network: built in, known, or a checkpoint file. Only here a download can start."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.run.models import ModelInfo
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.progress_bar import show_report, size_text, stage_text

LEAST_BYTES = 10_000_000  # a total above this is a size, below it a count of steps
CHECKPOINT_FILTER = "*.safetensors *.pt *.pth *.json"
SIZE = QSize(680, 560)
AROUND = QSize(40, 80)
"""Of the screen, for the desktop's bars."""


class ModelCard(QFrame):
    """One model: what it is, whether it is here, its size, its licence; and one button."""

    def __init__(self, model: ModelInfo, action: QPushButton, is_fetched_now: bool) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        facts = QFormLayout()
        facts.setContentsMargins(0, 0, 0, 0)
        facts.setHorizontalSpacing(12)
        facts.setVerticalSpacing(3)
        for name, title, text in (
            ("state", self.tr("State"), self._state(model, is_fetched_now)),
            ("size", self.tr("Size"), size_text(model.size_bytes)),
            ("licence", self.tr("Licence"), model.licence),
            ("source", self.tr("From"), "" if model.is_here else model.source),
        ):
            if text:
                value = label(text, name=f"{name}_of_{model.key}", wrap=True)
                facts.addRow(label(title, "muted"), value)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(label(model.title, "value", wrap=True))
        texts.addLayout(facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 12, 10)
        row.setSpacing(14)
        row.addLayout(texts, 1)
        row.addWidget(action)

    def _state(self, model: ModelInfo, is_fetched_now: bool) -> str:
        if model.is_here:
            return self.tr("on this machine, ready to use")
        if is_fetched_now:
            return self.tr("on its way")
        return self.tr("not on this machine; must be downloaded once")


class ModelDialog(QDialog):
    """One card a model, with size, licence and source before any download."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("model_dialog")
        self.setWindowTitle(self.tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state, self._models = state, state.models
        self._shown: object = None
        self._cards = QVBoxLayout()
        self._cards.setContentsMargins(0, 0, 8, 0)
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
        self.resize(SIZE.boundedTo(self.screen().availableSize() - AROUND))

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
        rows.addWidget(self._list(), 1)
        rows.addLayout(download)
        rows.addLayout(foot)

    def _list(self) -> QScrollArea:
        """The cards: however many there are and however small the screen, none is cut."""
        listed, made = QWidget(), QScrollArea()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._cards)
        column.addStretch(1)
        made.setObjectName("model_list")
        made.setAccessibleName(self.tr("Models"))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setWidget(listed)
        made.setWidgetResizable(True)
        return made

    @Slot()
    def _show_models(self) -> None:
        chosen = self._state.run_options.model
        shown = (self._models.models, chosen, self._models.downloading)
        if shown == self._shown:
            return  # the cards keep their focus
        self._shown = shown
        self._chosen.setText(self.tr("Chosen: {}").format(chosen))
        while (item := self._cards.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for model in self._models.models:
            self._cards.addWidget(self._card(model))
        if not self._models.models:
            self._cards.addWidget(label(self.tr("Looking for models…"), "muted"))

    def _card(self, model: ModelInfo) -> QWidget:
        action = self._use_button(model) if model.is_here else self._download_button(model)
        action.setProperty("model", model.key)
        return ModelCard(model, action, model.key == self._models.downloading)

    def _use_button(self, model: ModelInfo) -> QPushButton:
        chosen = model.key == self._state.run_options.model
        made = button(
            self.tr("Chosen") if chosen else self.tr("Use"),
            f"use_{model.key}",
            self.tr("Use {} for the next run").format(model.title),
        )
        made.setEnabled(not chosen)
        made.clicked.connect(self._on_use_clicked)
        return made

    def _download_button(self, model: ModelInfo) -> QPushButton:
        made = button(
            self.tr("Download {}").format(size_text(model.size_bytes)).strip(),
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
        if report is not None and report.total > LEAST_BYTES:
            done, total = size_text(report.done) or "0 MB", size_text(report.total)
            self._stage.setText(self.tr("{} of {}").format(done, total))
        else:
            self._stage.setText(stage_text(report) if report is not None else "")
        self._show_models()
