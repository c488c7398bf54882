"""What the prediction, and a what-if on it, say of the pixel under the cursor."""

from moe3d_viewer.rendering.pictures.readout import PixelReadout, Shown, read_pixel
from moe3d_viewer.state.app_state import AppState


def readout_at_cursor(state: AppState) -> PixelReadout | None:
    """The numbers of the pixel; None while the mouse is over none."""
    pixel, prediction = state.cursor.pixel, state.display.prediction
    if pixel is None or prediction is None:
        return None
    what_if = state.remix.shown
    shown = Shown(what_if.remix, what_if.depth, state.truth.depth)
    return read_pixel(prediction, pixel.view_index, pixel.x, pixel.y, shown)
