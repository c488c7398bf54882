"""The scene view without OpenGL: stands where the 3D views would be, and says why they are not."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.viewport.floating_bars import WhatIfBadge


class PlainSceneView(QWidget):
    """Names the layers, and how many points each would show."""

    retry_wanted = Signal()
    """The user asks for the 3D view once more."""

    def __init__(self, state: AppState, problem: str, *, can_retry: bool = False) -> None:
        super().__init__()
        self.setObjectName("no_gl_view")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self._counts = label(role="muted", name="no_gl_counts")
        self._counts.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text = label(name="no_gl_text", wrap=True)
        advice = label(
            self.tr(
                "Maps, profile, comparison and exports work; `moe3d check` names the graphics."
            ),
            role="muted",
            wrap=True,
        )
        rows = QVBoxLayout(self)
        rows.addStretch(1)
        for text in (self._text, advice):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            rows.addWidget(text)
        self.say(problem)
        if can_retry:
            again = button(self.tr("Try again"), "retry_3d", self.tr("Draw the 3D view once more"))
            again.clicked.connect(self.retry_wanted)
            rows.addWidget(again, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addWidget(self._counts)
        self._badge = WhatIfBadge(self)
        rows.addStretch(1)
        state.display.filter_changed.connect(self._show_counts)
        state.display.layers_shown_changed.connect(self._show_counts)
        state.meshes.changed.connect(self._show_counts)
        state.remix.shown_changed.connect(self._show_what_if)
        self._show_counts()

    def say(self, problem: str) -> None:
        """Why there is no 3D view."""
        self._text.setText(self.tr("The 3D view cannot be drawn: {}.").format(problem))

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
        counts = self._state.meshes.counts
        if counts is not None:
            text = self.tr("A mesh of {} triangles, which needs the 3D view to be seen")
            lines.append(text.format(f"{counts[0]:,}"))
        self._counts.setText("\n".join(lines))
