"""The first thing a user sees: drop zone, sample, recent scenes, model and device."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.drop_zone import DropZone
from app.widgets.icons import icon, pixmap
from app.widgets.parts import button, label
from app.widgets.theme import Theme

SHOWN_RECENTS = 4


class StartPage(QWidget):
    """The empty state of the window."""

    open_clicked = Signal()
    model_clicked = Signal()

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start_page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state, self._theme = state, theme
        self._picture = QLabel()
        self._recents = QVBoxLayout()
        self._foot = label(role="muted", name="model_line")
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self._make_title())
        column.addWidget(self._make_zone(), 6)
        column.addWidget(self._make_recents())
        column.addStretch(1)
        column.addLayout(self._make_foot())
        row = QHBoxLayout(self)
        row.setContentsMargins(28, 20, 28, 14)
        row.addStretch(1)
        row.addLayout(column, 6)
        row.addStretch(1)
        state.settings.recents_changed.connect(self._show_recents)
        state.run_options.changed.connect(self._show_model)
        theme.changed.connect(self._show_icons)
        self._show_recents()
        self._show_model()
        self._show_icons()

    def _make_title(self) -> QWidget:
        made = QWidget()
        rows = QVBoxLayout(made)
        rows.setContentsMargins(4, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(label(self.tr("MoE3D Viewer"), "title"))
        text = self.tr(
            "Turn photos of a place into a 3D point cloud, and see which expert decides at every "
            "pixel."
        )
        rows.addWidget(label(text, "muted", wrap=True))
        return made

    def _make_zone(self) -> QWidget:
        zone = DropZone()
        zone.setMinimumHeight(230)
        zone.setMaximumHeight(420)
        zone.dropped.connect(self._on_dropped)
        self._open = button(
            self.tr("Open photos…"),
            "open_button",
            self.tr("Choose a folder of photos (Ctrl+O)"),
            "primary",
        )
        self._open.clicked.connect(self.open_clicked)
        self._sample = button(
            self.tr("Open sample"),
            "sample_button",
            self.tr("Open the photos that come with the program"),
        )
        self._sample.clicked.connect(self._state.open_sample)
        self._sample.setEnabled(self._state.sample_path is not None)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        buttons.addWidget(self._sample)
        buttons.addStretch(1)
        rows = QVBoxLayout(zone)
        rows.setSpacing(12)
        rows.addStretch(1)
        rows.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        heading = label(self.tr("Drop a folder of photos here"), "heading")
        rows.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        hint = label(
            self.tr(
                "Photos, videos or a saved result (.npz) do as well. Nothing leaves this machine."
            ),
            "muted",
        )
        rows.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addSpacing(6)
        rows.addLayout(buttons)
        rows.addStretch(1)
        return zone

    def _make_recents(self) -> QWidget:
        made = QWidget()
        made.setObjectName("recents")
        made.setMinimumHeight(130)
        rows = QVBoxLayout(made)
        rows.setContentsMargins(4, 0, 0, 0)
        rows.setSpacing(2)
        rows.addWidget(label(self.tr("RECENT SCENES"), "section"))
        rows.addLayout(self._recents)
        rows.addStretch(1)
        return made

    def _make_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        change = button(
            self.tr("Change model…"),
            "model_button",
            self.tr("Choose the network, or fetch another one"),
            "link",
        )
        change.clicked.connect(self.model_clicked)
        row.addWidget(self._foot)
        row.addWidget(change)
        row.addStretch(1)
        return row

    @Slot()
    def _show_model(self) -> None:
        options = self._state.run_options
        device = self.tr("chosen automatically") if options.device == "auto" else options.device
        self._foot.setText(self.tr("Model: {}    Device: {}").format(options.model_title, device))

    @Slot()
    def _show_recents(self) -> None:
        while (item := self._recents.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        recents = self._state.settings.recents[:SHOWN_RECENTS]
        for index, path in enumerate(recents):
            self._recents.addWidget(self._recent_button(index, path))
        if not recents:
            self._recents.addWidget(label(self.tr("None yet."), "muted"))

    def _recent_button(self, index: int, path: Path) -> QPushButton:
        made = button(
            f"{path.name}   —   {path.parent}",
            f"recent_{index}",
            self.tr("Open {} again").format(path),
            "link",
        )
        made.setProperty("path", str(path))
        made.clicked.connect(self._on_recent_clicked)
        return made

    @Slot()
    def _on_recent_clicked(self) -> None:
        self._state.open_paths([Path(str(self.sender().property("path")))])

    @Slot(list)
    def _on_dropped(self, paths: list[Path]) -> None:
        self._state.open_paths(paths)

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        self._picture.setPixmap(pixmap("photos", tokens.accent, 56, self.devicePixelRatioF()))
        self._open.setIcon(icon("folder", tokens.on_accent))
        self._sample.setIcon(icon("sample", tokens.text, tokens.disabled))
