"""Every message since the start, with a report that can be copied into a bug report."""

import platform
from collections import deque
from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from moe3d import __version__
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.notices import ErrorNotice, Toast
from moe3d_viewer.widgets.controls.parts import button
from moe3d_viewer.widgets.controls.theme import Theme

MOST_MESSAGES = 500


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
        self._text.setToolTip(self.tr("Messages since the start, newest first"))
        self._text.setPlaceholderText(self.tr("No message yet"))
        self._messages: deque[str] = deque(maxlen=MOST_MESSAGES)
        self._dock: QDockWidget | None = None
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
            f"model {run.model_title}, device {run.device}, precision {run.precision}, "
            f"on {'a server' if run.server else 'this computer'}",
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
        self._messages.appendleft(f"{datetime.now():%H:%M:%S}  {text}")
        self._text.setPlainText("\n".join(self._messages))
        self._mark_read()

    def showEvent(self, event: QShowEvent) -> None:
        """Listen to the dock: behind another tab a panel counts as shown, but nobody sees it."""
        super().showEvent(event)
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget) and self._dock is None:
            self._dock = dock
            dock.visibilityChanged.connect(self._mark_read)
        self._mark_read()

    @Slot()
    @Slot(bool)
    def _mark_read(self, _is_seen: bool = True) -> None:
        if not self.visibleRegion().isEmpty():
            self._state.notices.mark_read()
