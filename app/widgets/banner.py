"""Sentences that must be read before the result is believed."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.state.display import DisplayState
from app.widgets.icons import pixmap
from app.widgets.parts import label
from app.widgets.theme import Theme
from moe3d.scene.records import PredictionMetadata


def warnings_of(metadata: PredictionMetadata, num_experts: int) -> list[str]:
    """What is wrong with believing this result, one sentence each."""
    found = []
    if num_experts > 1 and not metadata.experts_trained:
        found.append(
            "Experts untrained: they are noisy copies of VGGT's head, and the gating map is noise."
        )
    if metadata.demonstration:
        found.append(
            "Demonstration model: small and trained on synthetic rooms; expect rough depth. "
            "Choose VGGT-1B for real work."
        )
    if metadata.approximations:
        found.append("Approximate: " + ", ".join(metadata.approximations) + ".")
    return found


class Banner(QFrame):
    """A yellow line over the views; hidden while there is nothing to say."""

    def __init__(self, display: DisplayState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._display, self._theme = display, theme
        self._sign = QLabel()
        self._text = label(name="banner_text", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        display.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        prediction = self._display.prediction
        sentences = (
            warnings_of(prediction.metadata, prediction.num_experts)
            if prediction is not None
            else []
        )
        if prediction is not None and prediction.agreement is not None:
            sentences += [prediction.agreement.sentence] * bool(prediction.agreement.sentence)
        self._text.setText("  ".join(self.tr(sentence) for sentence in sentences))
        self._sign.setPixmap(
            pixmap("warning", self._theme.tokens.warning, 18, self.devicePixelRatioF())
        )
        self.setVisible(bool(sentences))
