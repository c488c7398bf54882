"""Run on: this computer, or a server that `moe3d serve` started on another one."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.parts import button, label

WIDTH_PX = 480


class ServerDialog(QDialog):
    """Takes a server only after it has answered."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("server_dialog")
        self.setWindowTitle(self.tr("Run on"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH_PX)
        self._server = state.server
        options = state.run_options
        self._here = self._round_button(
            "computer_here", self.tr("This computer"), self.tr("This computer does the next run")
        )
        self._there = self._round_button(
            "computer_server",
            self.tr("A server"),
            self.tr("Another computer does the next run: photos go there, the result comes back"),
        )
        self._address = QLineEdit(options.server)
        self._address.setObjectName("server_address")
        self._address.setPlaceholderText("http://workstation:8765")
        self._address.setToolTip(self.tr("Address that moe3d serve printed when it started"))
        self._address.setAccessibleName(self.tr("Address of the server"))
        self._token = QLineEdit(options.token)
        self._token.setObjectName("server_token")
        self._token.setEchoMode(QLineEdit.EchoMode.Password)
        self._token.setToolTip(self.tr("Token that moe3d serve printed when it started"))
        self._token.setAccessibleName(self.tr("Token of the server"))
        self._said = label(role="muted", name="server_said", wrap=True)
        self._use = button(
            self.tr("Use"), "server_use", self.tr("Ask the server, and use it"), "primary"
        )
        self._use.setDefault(True)
        (self._there if options.server else self._here).setChecked(True)
        self._lay_out()
        self._here.toggled.connect(self._show)
        self._use.clicked.connect(self._on_use_clicked)
        self._server.changed.connect(self._show)
        self._server.chosen.connect(self.accept)
        self.finished.connect(self._server.stop)
        self._show()

    def _round_button(self, name: str, text: str, tooltip: str) -> QRadioButton:
        made = QRadioButton(text)
        made.setObjectName(name)
        made.setToolTip(tooltip)
        return made

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setContentsMargins(22, 0, 0, 0)
        form.addRow(label(self.tr("Address")), self._address)
        form.addRow(label(self.tr("Token")), self._token)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self._use, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(12)
        rows.addWidget(label(self.tr("Computer of the next run"), "heading"))
        rows.addWidget(self._here)
        rows.addWidget(self._there)
        rows.addLayout(form)
        rows.addWidget(self._said)
        rows.addStretch(1)
        rows.addWidget(buttons)

    @Slot()
    def _show(self) -> None:
        is_server, is_asking = self._there.isChecked(), self._server.is_asking
        self._address.setEnabled(is_server and not is_asking)
        self._token.setEnabled(is_server and not is_asking)
        self._use.setEnabled(not is_asking)
        error = self._server.error if is_server else ""
        self._said.setText(error or self._explanation(is_asking))
        self._said.setProperty("role", "danger" if error else "muted")
        self._said.style().polish(self._said)

    def _explanation(self, is_asking: bool) -> str:
        if is_asking:
            return self.tr("Asking the server…")
        return self.tr(
            "Start moe3d serve on the other computer; it prints address and token. Photos and "
            "results are sent unencrypted: over an open network use an SSH tunnel."
        )

    @Slot()
    def _on_use_clicked(self) -> None:
        if self._here.isChecked():
            self._server.choose_here()
        else:
            self._server.choose(self._address.text(), self._token.text())
