"""Everything that a 3D view draws around its points; none of it restarts them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from moe3d import OrientedBox
from moe3d_viewer.rendering.pictures.legend import Legend
from moe3d_viewer.rendering.space.camera import Viewport
from moe3d_viewer.rendering.space.grid import grid_segments
from moe3d_viewer.rendering.space.hypotheses import Hypotheses
from moe3d_viewer.rendering.space.line_vertices import pivot_segments
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.controls.legend_picture import LegendPicture
from moe3d_viewer.widgets.viewport.drawing.axes_gizmo import AxesGizmo
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.drawing.line_item import HypothesisItem, LineItem
from moe3d_viewer.widgets.viewport.drawing.measure_layer import MeasureLayer
from moe3d_viewer.widgets.viewport.drawing.photo_layer import FRUSTUM_SHARE, PhotoLayer
from moe3d_viewer.widgets.viewport.input.camera_controller import CameraController
from moe3d_viewer.widgets.viewport.input.section_handles import SectionHandles
from moe3d_viewer.widgets.viewport.legend_view import MARGIN_PX, legend_font

NOTE_MARGIN = 16
GIZMO_MARGIN = 10
LEGEND_HEIGHT, SMALLEST_LEGEND = 560, 0.5
"""In pictures of views that are lower than this many pixels, legends shrink with them; down to a
share of their size on the screen."""


class Overlays:
    """Grid, section box, photos, distances, marks, pivot; and the axes in the corner."""

    def __init__(self, canvas: GlCanvas, controller: CameraController) -> None:
        self._canvas, self._controller = canvas, controller
        self.note = ""
        """What must be known of the points; stands in every saved picture."""
        self.legends: tuple[Legend, ...] = ()
        """What the colours mean; for saved pictures that are to say it."""
        self.colors: ViewColors = DARK
        """Of grid, lines and letters."""
        self._frustum_scale = 1.0
        self._frustum_size: float | None = None
        self.gizmo = AxesGizmo(canvas)
        self.photos = PhotoLayer()
        self.section = SectionHandles(canvas)
        self._grid = LineItem(1.0)
        self._measures = MeasureLayer(canvas)
        self._marks = HypothesisItem()
        self.pivot = LineItem(1.8, hidden_by_points=False)
        items = (
            self._grid,
            self.section.edges,
            self.photos.frusta,
            self.photos.overlay,
            self._measures.lines,
            self._marks,
            self.section.handles,
            self.pivot,
        )
        for order, item in enumerate(items):
            item.setDepthValue(order)
            canvas.addItem(item)
        for lines in (self._grid, self._measures.lines, self.pivot):
            lines.setVisible(False)

    def set_colors(self, colors: ViewColors) -> None:
        """Grid, lines and letters, for a dark or a light window."""
        self.colors = colors
        self.gizmo.set_colors(colors)
        self.photos.set_colors(colors)
        self.fit_grid()
        self.follow_camera()

    def fit_scene(self) -> None:
        """The controller knows another scene."""
        self._resize_frusta()
        self.fit_grid()

    def fit_grid(self) -> None:
        """The controller knows another floor."""
        segments = grid_segments(self._controller.bounds, self._controller.frame)
        self._grid.set_segments(segments, self.colors.grid, 0.45)

    def fit_canvas(self) -> None:
        """The canvas has another size."""
        bottom = self._canvas.height() - self.gizmo.height() - GIZMO_MARGIN
        self.gizmo.move(GIZMO_MARGIN, bottom)
        self.follow_camera()

    def follow_camera(self) -> None:
        """Bring what Qt draws over the picture where the camera has it."""
        controller = self._controller
        self.gizmo.show_camera(controller.camera)
        self._measures.place_labels(controller.camera, controller.viewport, self.colors)

    def prepare(self, frame: ViewFrame) -> None:
        """Bring what faces the camera up to date for a picture."""
        if self.pivot.visible():
            segments = pivot_segments(frame.camera, frame.viewport)
            self.pivot.set_segments(segments, self.colors.pivot, 0.95)
        self.photos.frusta.hide_near(frame.camera.eye)
        self._measures.update(frame, self.colors)
        self._marks.face(frame)
        self.section.update(frame, self.colors)

    # what is shown

    def show_grid(self, shown: bool) -> None:
        """The floor grid."""
        self._grid.setVisible(shown)

    def show_gizmo(self, shown: bool) -> None:
        """The axes in the corner."""
        self.gizmo.setVisible(shown)

    def show_cameras(self, shown: bool) -> None:
        """The photos' frusta."""
        self.photos.frusta.setVisible(shown)

    def show_section(self, box: OrientedBox | None) -> None:
        """The section box with its handles, or none."""
        self.section.show_box(box, self.colors)
        self._canvas.update()

    def show_distances(
        self,
        pairs: Sequence[Float[np.ndarray, "2 3"]],
        texts: Sequence[str],
        points: Sequence[Float[np.ndarray, "3"]] = (),
    ) -> None:
        """Lines between pairs of points, with a label each, and points that wait for a partner."""
        self._measures.show(pairs, texts, points)
        self.follow_camera()
        self._canvas.update()

    @property
    def hypotheses(self) -> Hypotheses | None:
        """The points that are marked."""
        return self._marks.hypotheses

    def show_hypotheses(self, hypotheses: Hypotheses | None) -> None:
        """Mark where the experts put a pixel, over everything else; None takes the marks away."""
        self._marks.show_hypotheses(hypotheses)
        self._canvas.update()

    def set_frustum_size(self, size: float | None) -> None:
        """Length of the frusta in scene units, with the next scene; None: a share of it."""
        self._frustum_size = size

    def set_frustum_scale(self, factor: float) -> None:
        """Make the frusta this many times their usual size."""
        if factor != self._frustum_scale:
            self._frustum_scale = factor
            self._resize_frusta()

    # saved pictures

    def paint_labels(self, painter: QPainter, frame: ViewFrame) -> None:
        """The labels of a saved picture; the painter's units are those of the frame's viewport."""
        self._measures.paint_on(painter, frame, self.colors)

    def paint_note(self, painter: QPainter) -> QRectF:
        """The note of a saved picture; tells where it stands."""
        if not self.note:
            return QRectF()
        text = painter.boundingRect(QRectF(0, 0, 4000, 100), 0, self.note)
        box = text.translated(NOTE_MARGIN, NOTE_MARGIN).adjusted(-6, -4, 6, 4)
        painter.fillRect(box, QColor(*self.colors.panel))
        painter.setPen(QColor(*self.colors.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.note)
        return box

    def paint_legends(self, painter: QPainter, viewport: Viewport, taken: QRectF) -> None:
        """The legends of a saved picture, in its upper right corner, clear of what is taken."""
        scale = min(max(viewport.height / LEGEND_HEIGHT, SMALLEST_LEGEND), 1.0)
        width, height = viewport.width / scale, viewport.height / scale
        font, room = legend_font(self._canvas.font()), height - 2 * MARGIN_PX
        drawn = LegendPicture(self.legends, self.colors, font, room)
        left = max(width - MARGIN_PX - drawn.size.width(), 0.0)
        box = QRectF(QPointF(left, MARGIN_PX), drawn.size)
        taken = QRectF(taken.topLeft() / scale, taken.size() / scale)
        if box.intersects(taken):
            box.moveTop(taken.bottom() + MARGIN_PX)
        painter.save()
        painter.scale(scale, scale)
        drawn.paint(painter, box.topLeft())
        painter.restore()

    def _resize_frusta(self) -> None:
        size = self._frustum_size or FRUSTUM_SHARE * self._controller.bounds.diagonal
        self.photos.set_frustum_depth(size * self._frustum_scale)
