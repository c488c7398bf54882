"""The first thing a user sees: what can be dropped, recent scenes, model and device."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.icons import icon, pixmap
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.shell.drop_zone import DropZone
from moe3d_viewer.widgets.shell.recent_cards import RecentCards

WIDEST_PX = 1240
KINDS = (
    ("photos", "Photos"),
    ("folder", "A folder"),
    ("run", "Videos"),
    ("download", "A zip of photos"),
    ("save", "A session"),
    ("model", "A saved result"),
    ("points", "Clouds and meshes"),
)
"""What can be dropped: icon and name."""


class StartPage(QWidget):
    """The empty state of the window."""

    open_clicked = Signal()
    """A folder is to be chosen."""
    photos_clicked = Signal()
    """Files are to be chosen."""
    model_clicked = Signal()

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start_page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state, self._theme = state, theme
        self._picture = QLabel()
        self._kinds: list[tuple[str, QLabel]] = []
        self._recents = RecentCards(theme)
        self._foot = label(role="muted", name="model_line")
        middle = QWidget()
        middle.setMaximumWidth(WIDEST_PX)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addStretch(1)
        column.addWidget(self._make_title())
        column.addWidget(self._make_zone(), 6)
        column.addWidget(self._recents, 5)
        column.addStretch(1)
        column.addLayout(self._make_foot())
        row = QHBoxLayout(self)
        row.setContentsMargins(28, 20, 28, 14)
        row.addStretch(1)
        row.addWidget(middle, 20)
        row.addStretch(1)
        self._recents.opened.connect(state.open_recent)
        self._recents.forgotten.connect(state.recents.forget)
        state.recents.changed.connect(self._show_recents)
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
            "Turn photos or a video of a place into a 3D scene that you can walk through, measure "
            "and export."
        )
        rows.addWidget(label(text, "muted", wrap=True))
        return made

    def _make_zone(self) -> QWidget:
        zone = DropZone()
        zone.setMinimumHeight(250)
        zone.setMaximumHeight(420)
        zone.dropped.connect(self._on_dropped)
        zone.linked.connect(self._state.refuse_links)
        rows = QVBoxLayout(zone)
        rows.setSpacing(10)
        rows.addStretch(1)
        rows.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        heading = label(self.tr("Drop photos, a folder or a video here"), "heading")
        rows.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addLayout(self._make_kinds())
        rows.addSpacing(6)
        rows.addLayout(self._make_buttons())
        note = label(self.tr("Nothing leaves this machine."), "muted")
        rows.addWidget(note, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addStretch(1)
        return zone

    def _make_kinds(self) -> QHBoxLayout:
        """What can be dropped, one after the other."""
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        for shape, text in KINDS:
            sign = QLabel()
            sign.setFixedSize(QSize(18, 18))
            self._kinds.append((shape, sign))
            row.addWidget(sign)
            row.addWidget(label(self.tr(text), "muted", f"accepts_{shape}"))
            row.addSpacing(8)
        row.addStretch(1)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        self._open = button(
            self.tr("Open photos…"),
            "open_files_button",
            self.tr("Choose photos or videos, several at once (Ctrl+Alt+O)"),
            "primary",
        )
        self._open.clicked.connect(self.photos_clicked)
        self._folder = button(
            self.tr("Open folder…"),
            "open_button",
            self.tr("Choose a folder of photos (Ctrl+O)"),
        )
        self._folder.clicked.connect(self.open_clicked)
        self._sample = button(
            self.tr("Open sample"),
            "sample_button",
            self.tr("Open the photos that come with the program"),
        )
        self._sample.clicked.connect(self._state.open_sample)
        self._sample.setEnabled(self._state.sample_path is not None)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        for made in (self._open, self._folder, self._sample):
            row.addWidget(made)
        row.addStretch(1)
        return row

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
        device = options.server_title if options.server else device
        self._foot.setText(self.tr("Model: {}    Device: {}").format(options.model_title, device))

    @Slot()
    def _show_recents(self) -> None:
        recents = self._state.recents
        self._recents.show_scenes(recents.entries, recents.samples)

    def showEvent(self, event: QShowEvent) -> None:
        """See which of the recent scenes are still there."""
        super().showEvent(event)
        self._state.recents.look()

    @Slot(list)
    def _on_dropped(self, paths: list[Path]) -> None:
        self._state.open_paths(paths)

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        self._picture.setPixmap(pixmap("photos", tokens.accent, 52, self.devicePixelRatioF()))
        for shape, sign in self._kinds:
            sign.setPixmap(pixmap(shape, tokens.muted, 18, self.devicePixelRatioF()))
        self._open.setIcon(icon("photos", tokens.on_accent))
        self._folder.setIcon(icon("folder", tokens.text, tokens.disabled))
        self._sample.setIcon(icon("sample", tokens.text, tokens.disabled))
