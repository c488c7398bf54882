"""Says over the views that what they show is a what-if, and leads back.

It floats: a view that changed its size with every solo could not be compared with itself.
"""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from moe3d import Remix
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.parts import button, label

MARGIN_PX = 12


class WhatIfBanner(QFrame):
    """Over its parent's lower edge; hidden while the model's own result is shown."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("what_if_banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state, self._host = state, parent
        self._text = label(name="what_if_text")
        back = button(
            self.tr("Back to the model's own"),
            "what_if_back",
            self.tr("Let every expert in, weighted as the model weights them (0)"),
        )
        back.clicked.connect(state.remix.reset)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(back)
        parent.installEventFilter(self)
        state.remix.wish_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        remix = self._state.remix.remix
        self.setVisible(not remix.is_models_own)
        text = self.tr("What-if, not the model's result: {}. Never exported or measured.")
        if self._state.display.choice.has_refined:
            text = self.tr("What-if of the network's own depth: {}. Never exported or measured.")
        self._text.setText(text.format(self._description(remix)))
        self._place()

    def _place(self) -> None:
        area = self._host.rect()
        self.resize(self.sizeHint().boundedTo(area.size()))
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - MARGIN_PX)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the parent's lower edge, over whatever comes into it."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _description(self, remix: Remix) -> str:
        said = []
        heard = sorted(self._state.remix.soloed)
        if remix.muted:
            if heard and len(heard) <= len(remix.muted):
                numbers = ", ".join(str(index + 1) for index in heard)
                said.append(self.tr("only expert {}").format(numbers))
            else:
                numbers = ", ".join(str(index + 1) for index in remix.muted)
                said.append(self.tr("without expert {}").format(numbers))
        if remix.hard:
            said.append(self.tr("the winner alone"))
        if remix.temperature is not None:
            said.append(self.tr("temperature {:.3g}").format(remix.temperature))
        return ", ".join(said)
