"""A yellow strip that counts the refused files and lists them on a click."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.state.session import SessionState


class RefusedStrip(QFrame):
    """Hidden while every file is used."""

    def __init__(self, session: SessionState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refused_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._button = QPushButton()
        self._button.setObjectName("refused_button")
        self._button.setToolTip(self.tr("Show or hide the refused files, with the reason for each"))
        self._button.setCheckable(True)
        self._button.toggled.connect(self._on_toggled)
        self._list = QPlainTextEdit()
        self._list.setObjectName("refused_list")
        self._list.setToolTip(self.tr("Refused files and the reason for each"))
        self._list.setReadOnly(True)
        self._list.setAccessibleName(self.tr("Refused files"))
        self._list.setMaximumHeight(140)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 6, 8, 6)
        rows.setSpacing(4)
        rows.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(self._list)
        session.views_changed.connect(self._show_refused)
        self._show_refused()

    @Slot()
    def _show_refused(self) -> None:
        refused = self._session.refused
        self.setVisible(bool(refused))
        count = len(refused)
        one, many = self.tr("1 file refused"), self.tr("{} files refused").format(count)
        self._button.setText(one if count == 1 else many)
        lines = [f"{file.path.name}: {file.reason}" for file in refused]
        self._list.setPlainText("\n".join(lines))
        self._button.setChecked(False)
        self._list.setVisible(False)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        self._list.setVisible(shown)
