"""Left dock: the photos, what is odd about them, and which the next run takes."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.control_help import EFFECT
from app.widgets.icons import icon
from app.widgets.parts import label
from app.widgets.photo_list import PhotoList
from app.widgets.refused_strip import RefusedStrip
from app.widgets.theme import Theme
from app.widgets.video_rate import VideoRate

SMALLEST_PX = 204
"""A card with its tick, and the scroll bar."""
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
        self._list.current_changed.connect(self._show_buttons)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show()

    def _button(self, name: str, tooltip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"photo_{name}")
        made.setToolTip(tooltip)
        made.setAccessibleName(tooltip)
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
