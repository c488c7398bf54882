"""Stands where the 3D view would be on machines without OpenGL, and says so."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.state.app_state import AppState
from app.widgets.layer_titles import layer_title
from app.widgets.parts import label
from app.widgets.what_if_badge import WhatIfBadge


class PlainSceneView(QWidget):
    """Names the layers, and how many points each would show."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.setObjectName("no_gl_view")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self._counts = label(role="muted", name="no_gl_counts")
        self._counts.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text = label(self.tr("The 3D view needs OpenGL, which this display does not offer."))
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        rows = QVBoxLayout(self)
        rows.addStretch(1)
        rows.addWidget(text)
        rows.addWidget(self._counts)
        self._badge = WhatIfBadge(self)
        rows.addStretch(1)
        state.display.filter_changed.connect(self._show_counts)
        state.display.layers_shown_changed.connect(self._show_counts)
        state.remix.shown_changed.connect(self._show_what_if)
        self._show_counts()

    @property
    def widget(self) -> QWidget:
        """Itself."""
        return self

    @property
    def is_settled(self) -> bool:
        """Nothing to wait for."""
        return True

    def frame_all(self) -> None:
        """There is no camera."""

    @Slot()
    def _show_what_if(self) -> None:
        self._badge.show_if(self._state.remix.shown.is_active)

    @Slot()
    def _show_counts(self) -> None:
        display = self._state.display
        lines = [
            self.tr("{}: {} of {} points").format(
                layer_title(layer), f"{display.kept(layer):,}", f"{display.total(layer):,}"
            )
            for layer in display.layers_shown
        ]
        self._counts.setText("\n".join(lines))
