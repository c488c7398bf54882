"""The card in the middle of the window before there is a result: Run, its way, its failure."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.run.photo_selection import PREVIEW_PHOTOS
from moe3d_viewer.state.run.reconstruction import Phase
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.shell.run_watch import CARD_WIDTH_PX, RunWatch


class RunCard(QFrame):
    """Says what will be run, runs it, and shows how far it is."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(CARD_WIDTH_PX)
        self._state, self._theme = state, theme
        self._heading = label(role="heading", name="card_heading")
        self._text = label(role="muted", name="card_text", wrap=True)
        self._run = button(
            self.tr("Run"), "run_button", self.tr("Reconstruct these photos (Ctrl+R)"), "primary"
        )
        self._run.setMinimumHeight(38)
        self._run.setDefault(True)
        self._run.setAutoDefault(True)
        self._run.clicked.connect(state.leaving.run)
        self._preview = button(
            self.tr("Preview on 8"),
            "preview_button",
            self.tr("Reconstruct 8 evenly spaced photos, for a quick look (Ctrl+Shift+R)"),
        )
        self._preview.setMinimumHeight(38)
        self._preview.clicked.connect(state.leaving.run_preview)
        self._before = QWidget()
        self._watch = RunWatch(state, theme, "card_run")
        self._pages = QStackedWidget()
        self._lay_out()
        state.reconstruction.phase_changed.connect(self._show_phase)
        for signal in (
            state.session.views_changed,
            state.run_options.changed,
            state.selection.selection_changed,
            state.plan.changed,
        ):
            signal.connect(self._show)
        state.session.loading_changed.connect(self._show)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self._run, 1)
        buttons.addWidget(self._preview)
        before = QVBoxLayout(self._before)
        before.setContentsMargins(0, 0, 0, 0)
        before.setSpacing(12)
        before.addWidget(self._heading)
        before.addWidget(self._text)
        before.addStretch(1)
        before.addLayout(buttons)
        self._could_start = False
        self._pages.addWidget(self._before)
        self._pages.addWidget(self._watch)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 22, 24, 22)
        rows.addWidget(self._pages)

    @Slot(object)
    def _show_phase(self, _phase: object) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        run = self._state.reconstruction
        self._pages.setCurrentWidget(self._watch if run.is_running else self._before)
        self._heading.setText(self._heading_text())
        self._text.setText(self._explanation())
        self._text.setProperty("role", "danger" if run.phase is Phase.FAILED else "muted")
        self._text.style().polish(self._text)
        self._run.setEnabled(run.can_start)
        self._run.setText(self.tr("Run again") if run.phase is Phase.FAILED else self.tr("Run"))
        self._preview.setVisible(len(self._state.selection.chosen) > PREVIEW_PHOTOS)
        self._preview.setEnabled(run.can_start)
        is_in_view = self._state.display.prediction is None
        if run.can_start and not self._could_start and is_in_view:  # later it is the user's
            self._run.setFocus()
        self._could_start = run.can_start

    def _heading_text(self) -> str:
        run, count = self._state.reconstruction, len(self._state.selection.chosen)
        if run.phase is Phase.FAILED:
            return self.tr("The reconstruction failed")
        return (
            self.tr("1 photo is ready")
            if count == 1
            else self.tr("{} photos are ready").format(count)
        )

    def _explanation(self) -> str:
        run, options = self._state.reconstruction, self._state.run_options
        if run.phase is Phase.FAILED:
            return run.error
        device = self.tr("device chosen automatically")
        if options.server:
            device = self.tr("on {}").format(options.server_title)
        elif options.device != "auto":
            device = options.device
        if not self._state.session.can_run:
            return self.tr("This scene came from a saved result.")
        compared = self.tr(", compared with plain VGGT") if options.compare else ""
        text = self.tr("Model {}, {}{}.").format(options.model_title, device, compared)
        plan = self._state.plan
        if plan.memory_text:
            text += " " + self.tr("Memory: {}.").format(plan.memory_text)
        if plan.is_too_big:
            text += " " + self.tr("That will not fit: take fewer photos or another device.")
        return text

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        self._run.setIcon(icon("run", tokens.on_accent, tokens.disabled))
