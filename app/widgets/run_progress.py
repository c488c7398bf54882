"""Stage and bar of the running reconstruction; hidden while nothing runs."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.state.reconstruction import Phase, ReconstructionState
from app.widgets.parts import label
from moe3d.progress import ProgressReport

STEPS = 1000


def stage_text(report: ProgressReport) -> str:
    """A stage with its count, as shown: "backbone 12/24"."""
    return f"{report.stage} {report.done}/{report.total}" if report.total > 1 else report.stage


def show_report(bar: QProgressBar, report: ProgressReport | None) -> None:
    """Set a bar to a stage's share; a bar that swings to and fro when the share is unknown."""
    fraction = report.fraction if report is not None else None
    bar.setRange(0, STEPS if fraction is not None else 0)
    if fraction is not None:
        bar.setValue(round(fraction * STEPS))


class RunProgress(QWidget):
    """One line, for the tool bar."""

    def __init__(self, reconstruction: ReconstructionState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_progress")
        self._reconstruction = reconstruction
        self._label = label(role="muted", name="run_stage")
        self._label.setMinimumWidth(130)
        self._bar = QProgressBar()
        self._bar.setObjectName("run_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(8)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._label)
        reconstruction.phase_changed.connect(self._show_phase)
        reconstruction.progressed.connect(self._show_report)
        self._show_phase(reconstruction.phase)

    @Slot(object)
    def _show_phase(self, phase: Phase) -> None:
        self._label.setVisible(self._reconstruction.is_running)
        self._bar.setVisible(self._reconstruction.is_running)
        if phase is Phase.RUNNING:
            self._label.setText(self.tr("starting"))
            show_report(self._bar, None)
        elif phase is Phase.CANCELLING:
            self._label.setText(self.tr("stopping…"))
            show_report(self._bar, None)

    @Slot(object)
    def _show_report(self, report: ProgressReport) -> None:
        if self._reconstruction.phase is Phase.RUNNING:
            self._label.setText(stage_text(report))
            show_report(self._bar, report)
