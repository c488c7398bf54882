"""What the maps of the selected photo are computed from, and a map's value at the cursor."""

from app.rendering.scalar_maps import MapSource, map_values
from app.state.app_state import AppState
from app.widgets.layer_titles import scale_text, tile_title


def map_source(state: AppState) -> MapSource | None:
    """The selected photo with a what-if, truth and flying points; None without a result."""
    prediction, index = state.display.prediction, state.view.selected_view
    if prediction is None or index >= prediction.num_views:
        return None
    what_if, scene = state.remix.shown, state.display.scene
    return MapSource(
        prediction,
        index,
        what_if.fused(prediction),
        what_if.remix,
        state.truth.depth,
        scene.flying if scene is not None else {},
        state.display.sides,
    )


def map_value_text(state: AppState) -> str:
    """Name and value of the map under the mouse; empty where it holds a depth, or no number."""
    pixel, scene, source = state.cursor.pixel, state.display.scene, map_source(state)
    if pixel is None or scene is None or source is None or pixel.view_index != source.view_index:
        return ""
    key = pixel.layer
    with_values = {*scene.ranges.other_maps, *state.truth.error_ranges}
    if key not in with_values or key in ("confidence", "support"):
        return ""
    return f"{tile_title(key)} {scale_text(key, float(map_values(source, key)[pixel.y, pixel.x]))}"
