"""Where the result comes from, what it cost, and how well its photos agree."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFormLayout, QWidget

from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.agreement_table import AgreementTable
from app.widgets.parts import label
from app.widgets.section import Section
from moe3d.scene.agreement_text import summary_text
from moe3d.scene.records import PredictionMetadata

GIB = 1024**3


def facts_of(metadata: PredictionMetadata) -> list[tuple[str, str]]:
    """Facts about a run, as pairs of name and text."""
    seconds = sum(metadata.seconds_by_stage.values())
    facts = [
        ("Model", metadata.model),
        ("Weights", metadata.licence),
        ("Device", f"{metadata.device}, {metadata.precision}"),
        ("Time", f"{seconds:.1f} s" if seconds else ""),
        (
            "Memory",
            f"{metadata.peak_memory_bytes / GIB:.2f} GB" if metadata.peak_memory_bytes else "",
        ),
        ("Cameras", metadata.pose_source),
        ("VGGT", "same backbone pass" if metadata.shared_backbone else "a second network"),
        ("Units", metadata.units),
        ("Not exact", ", ".join(metadata.approximations)),
    ]
    return [(name, text) for name, text in facts if text]


class InfoSection(Section):
    """Facts and notes of the prediction on the screen."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__("info_section", self.tr("THIS RESULT"), parent)
        self._display = display
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(4)
        self._agreement = label(name="agreement_summary", wrap=True)
        self._agreement.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._notes = label(role="muted", name="info_notes", wrap=True)
        self.rows.addWidget(self._agreement)
        self.rows.addWidget(AgreementTable(display, view))
        self.rows.addLayout(self._form)
        self.rows.addWidget(self._notes)
        display.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        prediction = self._display.prediction
        self.setVisible(prediction is not None)
        if prediction is None:
            return
        agreement = prediction.agreement
        self._agreement.setText(summary_text(agreement) if agreement is not None else "")
        self._agreement.setVisible(agreement is not None)
        for name, text in facts_of(prediction.metadata):
            value = label(text, wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(label(self.tr(name), "muted"), value)
        self._notes.setText("\n".join(prediction.metadata.notes))
        self._notes.setVisible(bool(prediction.metadata.notes))
