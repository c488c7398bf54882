"""Left dock: the photos, what is odd about them, and which the next run takes."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.run.video_frames import HIGHEST_RATE, LOWEST_RATE, VideoFramesState
from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.widgets.controls.binding import bind_value
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.help.control_help import EFFECT
from moe3d_viewer.widgets.photos.photo_list import PhotoList


class VideoRate(QWidget):
    """Hidden while no video is open."""

    def __init__(self, frames: VideoFramesState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("video_rate_row")
        self._frames = frames
        self._rate = QDoubleSpinBox()
        self._rate.setObjectName("video_rate")
        self._rate.setAccessibleName(self.tr("Frames a second of the video"))
        self._rate.setRange(LOWEST_RATE, HIGHEST_RATE)
        self._rate.setDecimals(2)
        self._rate.setSingleStep(0.5)
        self._rate.setSuffix(self.tr(" / s"))
        self._rate.setKeyboardTracking(False)
        bind_value(self._rate, lambda: frames.rate, frames.set_rate, frames.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._count = label(role="muted", name="video_frames")
        row.addWidget(label(self.tr("Video")))
        row.addWidget(self._rate, 1)
        row.addWidget(self._count)
        frames.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.setVisible(self._frames.has_video)
        count = self._frames.num_frames
        self._count.setText(
            self.tr("1 frame") if count == 1 else self.tr("{} frames").format(count)
        )
        can_change = self._frames.can_change
        self._rate.setEnabled(can_change)
        self._rate.setToolTip(
            self.tr("How many frames of the video are photos: the sharpest of every interval")
            if can_change
            else self.tr("The video is not here: only the frames that were taken of it are open")
        )


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


SMALLEST_PX = 204
"""A card with its tick, and the scroll bar."""
BUTTON_PX = 28
"""What leaves "7 of 8 photos" one line beside three of them."""
SHAPES = {"reference": "sample", "up": "up", "down": "down"}


class PhotosPanel(QWidget):
    """Summary, refused files, order, and the list itself."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photos_panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(SMALLEST_PX)
        self.setProperty(EFFECT, self.tr("Acts in the next run"))
        self._state, self._theme = state, theme
        self._summary = label(role="muted", name="photos_summary", wrap=True)
        self._odd = label(role="warning", name="photos_warning", wrap=True)
        self._older = label(role="warning", name="photos_of_result", wrap=True)
        self._list = PhotoList(state)
        self._reference = self._button(
            "reference",
            self.tr("Use as the reference: the scene is seen from its camera (next run)"),
        )
        self._up = self._button("up", self.tr("Move the photo up in the next run (Alt+Up)"))
        self._down = self._button("down", self.tr("Move the photo down in the next run (Alt+Down)"))
        self._reference.clicked.connect(self._on_reference)
        self._up.clicked.connect(self._on_up)
        self._down.clicked.connect(self._on_down)
        self._lay_out()
        for signal in (state.selection.selection_changed, state.selection.warnings_changed):
            signal.connect(self._show)
        state.plan.changed.connect(self._show)
        state.result_photos.changed.connect(self._show)
        self._list.current_changed.connect(self._show_buttons)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show()

    def _button(self, name: str, tooltip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"photo_{name}")
        made.setToolTip(tooltip)
        made.setAccessibleName(tooltip)
        made.setProperty("narrow", "true")
        made.setFixedWidth(BUTTON_PX)
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._summary, 1)
        for made in (self._reference, self._up, self._down):
            head.addWidget(made)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 8, 6, 8)
        rows.setSpacing(6)
        rows.addLayout(head)
        rows.addWidget(VideoRate(self._state.video_frames))
        rows.addWidget(self._older)
        rows.addWidget(self._odd)
        rows.addWidget(RefusedStrip(self._state.session))
        rows.addWidget(self._list, 1)

    @Slot()
    def _show(self) -> None:
        selection = self._state.selection
        count, used = self._state.session.num_views, len(selection.chosen)
        text = self.tr("1 photo") if count == 1 else self.tr("{} photos").format(count)
        if used < count:
            text = self.tr("{} of {} photos").format(used, count)
        self._summary.setText(text)
        self._odd.setText(selection.scene_warning())
        self._odd.setVisible(bool(selection.scene_warning()))
        self._older.setText(self._state.result_photos.text)
        self._older.setVisible(bool(self._state.result_photos.text))
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        name, selection = self._list.current_name, self._state.selection
        place = selection.names.index(name) if name in selection.names else -1
        can_run = self._state.session.can_run and place >= 0
        self._reference.setEnabled(can_run and name != selection.reference)
        self._up.setEnabled(can_run and selection.place_for(name, place - 1) is not None)
        self._down.setEnabled(can_run and selection.place_for(name, place + 1) is not None)

    @Slot()
    def _on_reference(self) -> None:
        self._state.selection.use_as_reference(self._list.current_name)

    @Slot()
    def _on_up(self) -> None:
        self._state.selection.move(self._list.current_name, -1)

    @Slot()
    def _on_down(self) -> None:
        self._state.selection.move(self._list.current_name, 1)

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        for name, button in (
            ("reference", self._reference),
            ("up", self._up),
            ("down", self._down),
        ):
            button.setIcon(icon(SHAPES[name], tokens.text, tokens.disabled))
