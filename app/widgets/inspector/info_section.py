"""Where the result comes from, what it cost, and how well its photos agree."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFormLayout, QWidget

from moe3d import PredictionMetadata, summary_text
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.inspector.agreement_table import AgreementTable
from moe3d_viewer.widgets.inspector.section import Section

GIB = 1024**3
OF_RESEARCH = ("Cameras", "VGGT", "Not exact")
"""Facts of how the network was built and run."""


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

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("info_section", self.tr("THIS RESULT"), parent)
        self._display, self._work = state.display, state.work
        self._photos = state.result_photos
        self._older = label(role="warning", name="result_photos", wrap=True)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(4)
        self._agreement = label(name="agreement_summary", wrap=True)
        self._agreement.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._notes = label(role="muted", name="info_notes", wrap=True)
        self.rows.addWidget(self._older)
        self.rows.addWidget(self._agreement)
        self.rows.addWidget(AgreementTable(state.display, state.view))
        self.rows.addLayout(self._form)
        self.rows.addWidget(self._notes)
        state.display.depths_changed.connect(self._show)
        state.work.plain_changed.connect(self._show)
        state.result_photos.changed.connect(self._show_older)
        self._show()
        self._show_older()

    @Slot()
    def _show_older(self) -> None:
        self._older.setText(self._photos.text)
        self._older.setVisible(bool(self._photos.text))

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
            if self._work.is_plain and name in OF_RESEARCH:
                continue
            value = label(text, wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(label(self.tr(name), "muted"), value)
        self._notes.setText("\n".join(prediction.metadata.notes))
        self._notes.setVisible(bool(prediction.metadata.notes))
