"""One run on one bar: what is done now, how far the whole is, how long it goes on, and Cancel.

It never changes its size: every line has its place whether or not there is something to say.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.progress_bar import show_share
from moe3d_viewer.widgets.controls.theme import Theme

CARD_WIDTH_PX, SMALL_WIDTH_PX = 420, 360
NOTE_LINES = 2
TICK_MS = 250
MARGIN_PX = 16


class RunWatch(QWidget):
    """Follows the run; Cancel is its only control."""

    def __init__(
        self, state: AppState, theme: Theme, prefix: str, *, is_small: bool = False
    ) -> None:
        """Set up.

        Args:
            state: whose run is shown.
            theme: colours of the icon.
            prefix: of the object names, since a window has two of these.
            is_small: without a heading, not to cover much.
        """
        super().__init__()
        self._is_small = is_small
        self._progress, self._run, self._theme = state.run_progress, state.reconstruction, theme
        self._heading = label(role="heading", name=f"{prefix}_heading")
        self._line = ElidedLabel(f"{prefix}_line", elide=Qt.TextElideMode.ElideRight)
        self._bar = QProgressBar()
        self._bar.setObjectName(f"{prefix}_bar")
        self._bar.setAccessibleName(self.tr("Share of the run that is over"))
        self._bar.setTextVisible(False)
        self._time = label(role="muted", name=f"{prefix}_time")
        self._note = label(role="muted", name=f"{prefix}_note", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._cancel = button(
            self.tr("Cancel"), f"{prefix}_cancel", self.tr("Stop at the next safe point (Esc)")
        )
        self._cancel.clicked.connect(self._run.cancel)
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._progress.look_at_clock)
        self._progress.changed.connect(self._show)
        self._run.phase_changed.connect(self._show_phase)
        theme.changed.connect(self._show_icon)
        self._show_icon()
        self._show()

    def _lay_out(self) -> None:
        self._note.setFixedHeight(NOTE_LINES * self._note.fontMetrics().lineSpacing() + 2)
        last = QHBoxLayout()
        last.addWidget(self._time, 1)
        last.addWidget(self._cancel)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4 if self._is_small else 8)
        for row in (self._heading, self._line, self._bar):
            rows.addWidget(row)
        self._heading.setVisible(not self._is_small)
        rows.addLayout(last)
        rows.addWidget(self._note)

    @Slot(object)
    def _show_phase(self, _phase: object) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._progress.is_shown is not self._clock.isActive():
            (self._clock.start if self._progress.is_shown else self._clock.stop)()
        self._cancel.setEnabled(self._run.can_cancel)
        if not self._progress.is_shown:
            return
        self._heading.setText(self._progress.heading)
        self._line.setText(self._progress.line)
        show_share(self._bar, self._progress.share)
        self._time.setText(self._progress.time_text)
        self._note.setText(self._progress.note)

    @Slot()
    def _show_icon(self) -> None:
        tokens = self._theme.tokens
        self._cancel.setIcon(icon("stop", tokens.text, tokens.disabled))


class FloatingRunWatch(QFrame):
    """The same over the 3D view, while a result is there already: the view keeps its size."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("run_watch")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(SMALL_WIDTH_PX)
        self._state, self._host = state, parent
        rows = QVBoxLayout(self)
        rows.setContentsMargins(14, 8, 14, 6)
        rows.addWidget(RunWatch(state, theme, "watch", is_small=True))
        parent.installEventFilter(self)
        state.reconstruction.phase_changed.connect(self._show_phase)
        state.display.presence_changed.connect(self._show)
        self._show()

    @Slot(object)
    def _show_phase(self, _phase: object) -> None:
        self._show()

    @Slot()
    @Slot(bool)
    def _show(self, _is_there: bool = True) -> None:
        has_result = self._state.display.prediction is not None
        self.setVisible(has_result and self._state.run_progress.is_shown)
        self._place()

    def _place(self) -> None:
        area = self._host.rect()
        self.adjustSize()
        self.move(MARGIN_PX, area.height() - self.height() - MARGIN_PX)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the parent's corner, over whatever comes into it."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
