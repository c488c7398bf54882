"""The card in the middle of the window before there is a result: Run, its stages, its failure."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.state.photo_selection import PREVIEW_PHOTOS
from app.state.reconstruction import Phase
from app.widgets.icons import icon
from app.widgets.parts import button, label
from app.widgets.run_progress import show_report, stage_text
from app.widgets.theme import Theme


class RunCard(QFrame):
    """Says what will be run, runs it, and shows how far it is."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(420)
        self._state, self._theme = state, theme
        self._heading = label(role="heading", name="card_heading")
        self._text = label(role="muted", name="card_text", wrap=True)
        self._stages = label(name="card_stages", wrap=True)
        self._bar = QProgressBar()
        self._bar.setObjectName("card_bar")
        self._bar.setTextVisible(False)
        self._run = button(
            self.tr("Run"), "run_button", self.tr("Reconstruct these photos (Ctrl+R)"), "primary"
        )
        self._run.setMinimumHeight(38)
        self._run.setDefault(True)
        self._run.setAutoDefault(True)
        self._run.clicked.connect(state.reconstruction.start)
        self._preview = button(
            self.tr("Preview on 8"),
            "preview_button",
            self.tr("Reconstruct 8 evenly spaced photos, for a quick look (Ctrl+Shift+R)"),
        )
        self._preview.setMinimumHeight(38)
        self._preview.clicked.connect(state.reconstruction.start_preview)
        self._cancel = button(
            self.tr("Cancel"), "cancel_button", self.tr("Stop at the next safe point (Esc)")
        )
        self._cancel.clicked.connect(state.reconstruction.cancel)
        self._lay_out()
        state.reconstruction.phase_changed.connect(self._show_phase)
        state.reconstruction.progressed.connect(self._show_stages)
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
        buttons.addWidget(self._cancel)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 22, 24, 22)
        rows.setSpacing(12)
        rows.addWidget(self._heading)
        rows.addWidget(self._text)
        rows.addWidget(self._stages)
        rows.addWidget(self._bar)
        rows.addSpacing(4)
        rows.addLayout(buttons)

    @Slot(object)
    def _show_phase(self, _phase: object) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        run = self._state.reconstruction
        self._heading.setText(self._heading_text())
        self._text.setText(self._explanation())
        self._text.setProperty("role", "danger" if run.phase is Phase.FAILED else "muted")
        self._text.style().polish(self._text)
        self._run.setVisible(not run.is_running)
        self._run.setEnabled(run.can_start)
        self._run.setText(self.tr("Run again") if run.phase is Phase.FAILED else self.tr("Run"))
        more = len(self._state.selection.chosen) > PREVIEW_PHOTOS
        self._preview.setVisible(more and not run.is_running)
        self._preview.setEnabled(run.can_start)
        self._cancel.setVisible(run.is_running)
        self._cancel.setEnabled(run.can_cancel)
        self._stages.setVisible(run.is_running)
        self._bar.setVisible(run.is_running)
        if run.can_start and not self._run.hasFocus():
            self._run.setFocus()
        self._show_stages()

    def _heading_text(self) -> str:
        run, count = self._state.reconstruction, len(self._state.selection.chosen)
        if run.phase is Phase.FAILED:
            return self.tr("The reconstruction failed")
        if run.phase is Phase.CANCELLING:
            return self.tr("Stopping…")
        if run.phase is Phase.RUNNING:
            return self.tr("Reconstructing…")
        if run.phase is Phase.READY:
            return self.tr("Preparing the view…")
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
        if options.device != "auto":
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
    @Slot(object)
    def _show_stages(self, _report: object = None) -> None:
        run = self._state.reconstruction
        if not run.is_running:
            return
        stages = run.stages
        lines = [f"✓  {report.stage}" for report in stages[:-1]]
        lines += [f"●  {stage_text(report)}" for report in stages[-1:]]
        self._stages.setText("\n".join(lines))
        show_report(self._bar, stages[-1] if stages and run.phase is Phase.RUNNING else None)

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        self._run.setIcon(icon("run", tokens.on_accent, tokens.disabled))
        self._cancel.setIcon(icon("stop", tokens.text, tokens.disabled))
