"""A map's value at the cursor, for the status bar."""

from moe3d import map_values, scale_text
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.layer_titles import tile_title


def map_value_text(state: AppState) -> str:
    """Name and value of the map under the mouse; empty where it holds a depth, or no number."""
    shown = state.map_view.on_screen
    pixel, style, source = state.cursor.pixel, shown.style, shown.source
    if pixel is None or style is None or source is None or pixel.view_index != source.view_index:
        return ""
    key = pixel.layer
    if key not in style.other_ranges or key in ("confidence", "support"):
        return ""
    return f"{tile_title(key)} {scale_text(key, float(map_values(source, key)[pixel.y, pixel.x]))}"
