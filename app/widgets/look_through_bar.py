"""While the views look through a photo: its name, its opacity, and the way out."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.widgets.overlay_bar import OverlayBar
from app.widgets.parts import button, label
from app.widgets.sliders import Scale, ScaledSlider

SLIDER_PX = 120


class LookThroughBar(OverlayBar):
    """Follows the camera requests."""

    def __init__(self, state: AppState, host: QWidget) -> None:
        super().__init__("look_through_bar", host)
        self._state, self._camera, self._look = state, state.scene.camera, state.scene.look
        self._name = label(role="value", name="looked_through")
        self._opacity = ScaledSlider(
            "photo_opacity",
            self.tr("Opacity of the photo"),
            self.tr("How much of the points the photo covers"),
            Scale(0.0, 1.0),
            self._look.set_photo_opacity,
        )
        self._opacity.setFixedWidth(SLIDER_PX)
        leave = button(self.tr("Leave (Esc)"), "leave_photo", self.tr("Take the photo away"))
        leave.clicked.connect(self._camera.leave)
        for part in (self._name, label(self.tr("Photo"), "muted"), self._opacity, leave):
            self.row.addWidget(part)
        self._camera.looked_through_changed.connect(self._show)
        self._look.look_changed.connect(self._show_opacity)
        self._show()

    @Slot()
    def _show(self) -> None:
        index, prediction = self._camera.looked_through, self._state.display.prediction
        if index is None or prediction is None:
            self.hide()
            return
        self._name.setText(f"{index + 1}  {prediction.names[index]}")
        self._show_opacity()
        self.show()
        self.place()

    @Slot()
    def _show_opacity(self) -> None:
        self._opacity.show_value(self._look.photo_opacity)
