"""How the points of a 3D view look, and how many of them are seen."""

from moe3d_viewer.rendering.pictures.color_mode import COLORLESS_MODES
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.widgets.viewport.drawing.backdrop import Lighting
from moe3d_viewer.widgets.viewport.drawing.cloud_renderer import CloudRenderer
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.drawing.point_item import PointItem

LIGHTING_STRENGTH = 4.0


class PointLook:
    """Colours, filters, sizes and light: each change costs uniforms, never an upload."""

    def __init__(self, canvas: GlCanvas, points: PointItem, renderer: CloudRenderer) -> None:
        self._canvas, self._points, self._renderer = canvas, points, renderer
        self._lighting: bool | None = None

    @property
    def style(self) -> PointStyle:
        """Colours, filters and sizes."""
        return self._points.style

    def set_style(self, style: PointStyle) -> None:
        """Everything at once."""
        self._points.set_style(style)
        self._apply_lighting()
        self._canvas.update()

    def visible_count(self) -> int:
        """Points that the filters leave, wherever the camera looks.

        At once where confidence, photos, experts and flying points decide; else every block is read
        back and counted, which takes a moment.
        """
        buffer, style = self._points.buffer, self.style
        if buffer is None:
            return 0
        if style.only_counted_filters:
            return buffer.visible_count(
                style.confidence_threshold,
                style.hidden_experts,
                style.hidden_photos,
                style.filters.hide_flying,
            )
        points = self._points
        with self._canvas.current():
            return sum(
                int(points.read_visible(block, points.read_block(block)).sum())
                for block in range(len(buffer.block_lower))
            )

    def set_lighting(self, on: bool | None) -> None:
        """Eye-dome lighting; None: in the modes that hide the photo's own shading."""
        self._lighting = on
        self._apply_lighting()
        self._canvas.update()

    def _apply_lighting(self) -> None:
        wanted = self.style.color_mode in COLORLESS_MODES
        on = wanted if self._lighting is None else self._lighting
        self._renderer.lighting = Lighting(LIGHTING_STRENGTH if on else 0.0)
