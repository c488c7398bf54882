"""The styled view with everything that is drawn around the points."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.rendering.camera import Camera, Viewport
from app.rendering.grid import grid_segments
from app.rendering.hypotheses import Hypotheses
from app.rendering.view_colors import ViewColors
from app.rendering.view_frame import ViewFrame
from app.widgets.drawing_steps import Drawing, finished
from app.widgets.hypothesis_item import HypothesisItem
from app.widgets.line_item import LineItem
from app.widgets.measure_layer import MeasureLayer
from app.widgets.photo_layer import FRUSTUM_SHARE, PhotoLayer
from app.widgets.styled_view import StyledView
from moe3d.geometry.box import OrientedBox

NOTE_MARGIN = 16


class SurroundedView(StyledView):
    """Grid, section box, camera frusta, distances; none of them restarts the points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = ""
        """What must be known of the points; stands in every saved picture."""
        self._frustum_scale = 1.0
        self._frustum_size: float | None = None
        self._photos = PhotoLayer()
        self._measures = MeasureLayer(self)
        self._marks = HypothesisItem()
        self._grid = LineItem(1.0)
        items = (
            self._grid,
            self.section_handles.edges,
            self._photos.frusta,
            self._photos.overlay,
            self._measures.lines,
            self._marks,
            self.section_handles.handles,
        )
        for order, item in enumerate(items):
            item.setDepthValue(order)
            self.addItem(item)
        for lines in (self._grid, self._measures.lines):
            lines.setVisible(False)
        self.camera_changed.connect(self._place_labels)

    def set_colors(self, colors: ViewColors) -> None:
        """Background, grid, lines and letters, for a dark or a light window."""
        super().set_colors(colors)
        self._photos.set_colors(colors)
        self._rebuild_grid()
        self._place_labels()

    def set_background(
        self, top: tuple[int, int, int], bottom: tuple[int, int, int] | None = None
    ) -> None:
        """Only the background; one colour, or from the top to the bottom."""
        self.set_colors(replace(self._colors, background_top=top, background_bottom=bottom or top))

    def show_grid(self, shown: bool) -> None:
        """The floor grid."""
        self._grid.setVisible(shown)

    def show_cameras(self, shown: bool) -> None:
        """The photos' frusta."""
        self._photos.frusta.setVisible(shown)

    def show_section(self, box: OrientedBox | None) -> None:
        """The section box with its handles, or none."""
        self.section_handles.show_box(box, self._colors)
        self.update()

    def show_distances(
        self,
        pairs: Sequence[Float[np.ndarray, "2 3"]],
        texts: Sequence[str],
        points: Sequence[Float[np.ndarray, "3"]] = (),
    ) -> None:
        """Lines between pairs of points, with a label each, and points that wait for a partner."""
        self._measures.show(pairs, texts, points)
        self._place_labels()
        self.update()

    @property
    def hypotheses(self) -> Hypotheses | None:
        """The points that are marked."""
        return self._marks.hypotheses

    def show_hypotheses(self, hypotheses: Hypotheses | None) -> None:
        """Mark where the experts put a pixel, over everything else; None takes the marks away."""
        self._marks.show_hypotheses(hypotheses)
        self.update()

    def set_frustum_scale(self, factor: float) -> None:
        """Make the frusta this many times their usual size."""
        if factor != self._frustum_scale:
            self._frustum_scale = factor
            self._resize_frusta()

    def set_selected_camera(self, index: int | None) -> None:
        """Light one photo's frustum."""
        self._photos.frusta.set_selected(index)

    def lay_photo_over(self, index: int) -> None:
        """Lay a photo over the view, wherever the camera is."""
        self._photos.begin_look_through(index, self.controller.bounds)
        self.update()

    def set_photo_opacity(self, opacity: float) -> None:
        """Of the photo over the view, 0..1."""
        self._photos.set_opacity(opacity)

    def picture(
        self, width: int, height: int, overlays: bool = True, camera: Camera | None = None
    ) -> QImage:
        """The whole cloud as a picture of any size, with the labels of distances, and always with
        the note of what it shows; from the view's camera or another one."""
        return finished(self.picture_steps(width, height, overlays, camera))

    def picture_steps(
        self, width: int, height: int, overlays: bool = True, camera: Camera | None = None
    ) -> Drawing:
        """As `picture`, part by part, with the event loop in between."""
        camera = camera or self.camera
        self.section_handles.is_on, could_grab = False, self.section_handles.is_on
        try:
            image = yield from self.image_steps(width, height, overlays, camera)
        finally:
            self.section_handles.is_on = could_grab
        scale = height / max(self.height(), 1)
        painter = QPainter(image)
        painter.scale(scale, scale)
        if overlays:
            frame = self.frame_now(Viewport(width / scale, height / scale), camera)
            self._measures.paint_on(painter, frame, self._colors)
        if self.note:
            self._paint_note(painter)
        painter.end()
        return image

    def _paint_note(self, painter: QPainter) -> None:
        text = painter.boundingRect(QRectF(0, 0, 4000, 100), 0, self.note)
        box = text.translated(NOTE_MARGIN, NOTE_MARGIN).adjusted(-6, -4, 6, 4)
        painter.fillRect(box, QColor(*self._colors.background_bottom))
        painter.setPen(QColor(*self._colors.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.note)

    def _before_paint(self, frame: ViewFrame) -> None:
        super()._before_paint(frame)
        self._photos.frusta.hide_near(frame.camera.eye)
        self._measures.update(frame, self._colors)
        self._marks.face(frame)
        self.section_handles.update(frame, self._colors)

    def _on_resized(self) -> None:
        super()._on_resized()
        self._place_labels()

    def _resize_frusta(self) -> None:
        size = self._frustum_size or FRUSTUM_SHARE * self.controller.bounds.diagonal
        self._photos.set_frustum_depth(size * self._frustum_scale)

    def _rebuild_grid(self) -> None:
        segments = grid_segments(self.controller.bounds, self.controller.frame)
        self._grid.set_segments(segments, self._colors.grid, 0.45)

    @Slot()
    @Slot(object)
    def _place_labels(self, _camera: object = None) -> None:
        self._measures.place_labels(self.camera, self.controller.viewport, self._colors)
