"""The pixel under the cursor and the 3D views: a hovered point tells it, its experts are marked."""

from PySide6.QtCore import QObject, Slot

from moe3d_viewer.rendering.points.point_picking import PickedPoint
from moe3d_viewer.rendering.space.hypotheses import Hypotheses, pixel_hypotheses
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.cursor import CursorPixel
from moe3d_viewer.widgets.controls.cursor_readout import readout_at_cursor
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView


class ViewCursor(QObject):
    """Follows the cursor, wherever it is."""

    def __init__(self, state: AppState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._state, self._split = state, split
        for changed in (
            state.cursor.changed,
            state.remix.shown_changed,
            state.view.maps_changed,
            state.display.depths_changed,
            state.truth.changed,
        ):
            changed.connect(self._show_hypotheses)
        for view in split.views:
            view.point_hovered.connect(self._on_point_hovered)

    @Slot(object)
    def _on_point_hovered(self, picked: PickedPoint | None) -> None:
        prediction = self._state.display.prediction
        if picked is None or prediction is None or picked.pixel_index < 0:
            self._state.cursor.move_to(None)
            return
        y, x = divmod(picked.pixel_index, prediction.depth.shape[2])
        layers = self._state.display.layers_shown
        layer = layers[-1] if self.sender() is self._split.right else layers[0]
        self._state.cursor.move_to(CursorPixel(picked.view_index, x, y, layer))

    @Slot()
    def _show_hypotheses(self) -> None:
        hypotheses = self._hypotheses()
        for view in self._split.views:
            if view.isVisible() and not (hypotheses is None and view.overlays.hypotheses is None):
                view.overlays.show_hypotheses(hypotheses)

    def _hypotheses(self) -> Hypotheses | None:
        """Where every expert puts the pixel; None without one."""
        pixel, prediction = self._state.cursor.pixel, self._state.display.prediction
        readout = readout_at_cursor(self._state)
        if pixel is None or prediction is None or readout is None:
            return None
        place = (pixel.view_index, pixel.x, pixel.y)
        return pixel_hypotheses(prediction, place, readout, self._state.view.palette)
