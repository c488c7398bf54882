"""Every message since the start, with a report that can be copied into a bug report."""

import platform
from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.state.notices import ErrorNotice, Toast
from app.widgets.parts import button
from app.widgets.theme import Theme
from moe3d import __version__


class LogPanel(QWidget):
    """Errors do not vanish with their box."""

    def __init__(self, state: AppState, _theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log_panel")
        self._state = state
        self._text = QPlainTextEdit()
        self._text.setObjectName("log_text")
        self._text.setReadOnly(True)
        self._text.setAccessibleName(self.tr("Messages"))
        self._text.setToolTip(self.tr("Messages since the start, oldest first"))
        self._text.setPlaceholderText(self.tr("No message yet"))
        self._text.setMaximumBlockCount(2000)
        copy = button(
            self.tr("Copy report"),
            "copy_report",
            self.tr("Copy the messages and what is known of machine, model and result"),
        )
        copy.clicked.connect(self.copy_report)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(copy)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 6, 10, 8)
        rows.addWidget(self._text, 1)
        rows.addLayout(row)
        for notice in state.notices.errors:
            self._add_error(notice)
        state.notices.error_raised.connect(self._add_error)
        state.notices.toast_raised.connect(self._add_toast)

    def report(self) -> str:
        """What a developer wants to know; holds paths only where a message names one."""
        run = self._state.run_options
        lines = [
            f"MoE3D Viewer {__version__}, Python {platform.python_version()}, "
            f"{platform.system()} {platform.release()} {platform.machine()}",
            f"model {run.model_title}, device {run.device}, precision {run.precision}",
        ]
        prediction = self._state.display.prediction
        if prediction is not None:
            facts = prediction.metadata
            lines.append(
                f"result: {prediction.num_views} photos, {prediction.num_experts} experts, "
                f"{facts.model} on {facts.device} ({facts.precision})"
            )
        return "\n".join([*lines, "", self._text.toPlainText()])

    @Slot()
    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report())

    @Slot(object)
    def _add_error(self, notice: ErrorNotice) -> None:
        self._add(self.tr("ERROR  {}: {}").format(notice.title, notice.text))

    @Slot(object)
    def _add_toast(self, toast: Toast) -> None:
        self._add(toast.text)

    def _add(self, text: str) -> None:
        self._text.appendPlainText(f"{datetime.now():%H:%M:%S}  {text}")
