"""Shows in the 3D views where every expert puts the pixel under the cursor."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from app.rendering.hypotheses import Hypotheses, pixel_hypotheses
from app.state.app_state import AppState
from app.widgets.cloud_view import CloudView
from app.widgets.cursor_readout import readout_at_cursor


class HypothesisMarks(QObject):
    """Follows the cursor, wherever it is."""

    def __init__(self, state: AppState, views: Sequence[CloudView], parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._views = state, views
        for changed in (
            state.cursor.changed,
            state.remix.shown_changed,
            state.view.maps_changed,
            state.display.changed,
            state.truth.changed,
        ):
            changed.connect(self._show)

    @Slot()
    def _show(self) -> None:
        hypotheses = self._hypotheses()
        for view in self._views:
            if view.isVisible() and not (hypotheses is None and view.hypotheses is None):
                view.show_hypotheses(hypotheses)

    def _hypotheses(self) -> Hypotheses | None:
        pixel, prediction = self._state.cursor.pixel, self._state.display.prediction
        readout = readout_at_cursor(self._state)
        if pixel is None or prediction is None or readout is None:
            return None
        place = (pixel.view_index, pixel.x, pixel.y)
        return pixel_hypotheses(prediction, place, readout, self._state.view.palette)
