"""The interactive view with everything about how its points look."""

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from app.rendering.color_mode import COLORLESS_MODES, ColorMode
from app.rendering.point_buffer import PointBuffer
from app.rendering.point_style import PointStyle
from app.widgets.backdrop import Lighting
from app.widgets.interactive_view import InteractiveView

LIGHTING_STRENGTH = 4.0


class StyledView(InteractiveView):
    """Colours, filters and sizes: each setter changes a uniform, never the buffer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lighting: bool | None = None

    @property
    def buffer(self) -> PointBuffer | None:
        """What is shown, without its vertices once they are on the GPU."""
        return self._points.buffer

    @property
    def style(self) -> PointStyle:
        """Colours, filters and sizes."""
        return self._points.style

    def set_style(self, style: PointStyle) -> None:
        """Everything at once; the setters below change one field."""
        self._points.set_style(style)
        self._apply_lighting()
        self.update()

    def set_color_mode(self, mode: ColorMode) -> None:
        """What the colours say."""
        self.set_style(replace(self.style, color_mode=mode))

    def set_confidence_threshold(self, value: float) -> None:
        """Hide points of lower confidence."""
        self.set_style(replace(self.style, confidence_threshold=value))

    def set_hidden_experts(self, experts: Collection[int]) -> None:
        """Hide points whose winner is one of these experts, 0-based."""
        self.set_style(replace(self.style, hidden_experts=frozenset(experts)))

    def set_hidden_photos(self, photos: Collection[int]) -> None:
        """Hide points that these photos saw."""
        self.set_style(replace(self.style, hidden_photos=frozenset(photos)))

    def set_hide_flying(self, hidden: bool) -> None:
        """Hide flying points."""
        self.set_style(replace(self.style, hide_flying=hidden))

    def set_point_size(self, size_px: float) -> None:
        """Smallest size of a point, pixels."""
        self.set_style(replace(self.style, size_px=size_px))

    def set_size_follows_depth(self, follows: bool) -> None:
        """Let near points grow so that surfaces stay closed."""
        self.set_style(replace(self.style, size_follows_depth=follows))

    def set_depth_range(self, depth_range: tuple[float, float] | None) -> None:
        """Depths at the ends of the colour map; None: the scene's 2nd and 98th percentile."""
        self.set_style(replace(self.style, depth_range=depth_range))

    @property
    def depth_range(self) -> tuple[float, float]:
        """Depths at the ends of the colour map, for a colour bar."""
        return self._points.depth_range

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
                style.hide_flying,
            )
        self.makeCurrent()
        points = self._points
        count = sum(
            int(points.read_visible(block, points.read_block(block)).sum())
            for block in range(len(buffer.block_lower))
        )
        self.doneCurrent()
        return count

    def set_lighting(self, on: bool | None) -> None:
        """Eye-dome lighting; None: in the modes that hide the photo's own shading."""
        self._lighting = on
        self._apply_lighting()
        self.update()

    def _apply_lighting(self) -> None:
        wanted = self.style.color_mode in COLORLESS_MODES
        on = wanted if self._lighting is None else self._lighting
        self._renderer.lighting = Lighting(LIGHTING_STRENGTH if on else 0.0)
