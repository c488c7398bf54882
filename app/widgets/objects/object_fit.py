"""The marked object against the result: brought onto it, and how far it lies from it."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QWidget

from moe3d import DistanceSummary, color_table
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.objects.scene_object import SceneObject
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.distance_text import distance_text
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.inspector.section import Section

HEIGHT_PX = 62
BASE_PX = 16
MAP = "turbo"


class FitSection(Section):
    """Hidden while the result is marked."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("object_fit_section", self.tr("ALIGN TO THE RESULT"), parent)
        self._state, self._objects = state, state.objects
        alignment, objects = state.alignment, state.objects
        self._pairs = button(
            self.tr("Click 3 pairs"),
            "align_pairs",
            self.tr("Click three points on the object and the same three on the result, in turn"),
        )
        self._pairs.clicked.connect(lambda: alignment.begin(objects.selected))
        self._closer = button(
            self.tr("Fit closer"),
            "align_closer",
            self.tr("Fit all points, from where it lies now (ICP)"),
        )
        self._closer.clicked.connect(self._on_closer)
        self._reset = button(
            self.tr("Reset"), "align_reset", self.tr("Put it back to its first place"), "link"
        )
        self._reset.clicked.connect(lambda: alignment.reset(objects.selected))
        self._scale = QCheckBox(self.tr("Sizes may change"))
        self._scale.setObjectName("align_with_scale")
        self._scale.setToolTip(
            self.tr("Also fit the scale; without, the object is only turned and moved")
        )
        bind_checked(
            self._scale,
            lambda: alignment.with_scale,
            alignment.set_with_scale,
            alignment.changed,
        )
        self._told = label(name="align_told", role="muted", wrap=True)
        row = QHBoxLayout()
        for made in (self._pairs, self._closer, self._reset):
            row.addWidget(made)
        row.addStretch(1)
        self.rows.addLayout(row)
        self.rows.addWidget(self._scale)
        self.rows.addWidget(self._told)
        for signal in (alignment.changed, objects.selection_changed, objects.object_changed):
            signal.connect(self._show)
        state.display.result_changed.connect(self._show)
        state.scale.scale_changed.connect(self._show)
        self._show()

    @Slot()
    def _on_closer(self) -> None:
        alignment = self._state.alignment
        if alignment.is_fitting:
            alignment.cancel()
        else:
            alignment.fit_closer(self._objects.selected)

    @Slot()
    @Slot(int)
    def _show(self, _id: int = 0) -> None:
        selected, alignment = self._objects.selected, self._state.alignment
        item = self._objects.find(selected)
        self.setVisible(item is not None)
        if item is None:
            return
        can_align = alignment.can_align(selected)
        self._pairs.setEnabled(can_align and not alignment.is_fitting)
        self._closer.setEnabled(can_align)
        self._closer.setText(self.tr("Stop") if alignment.is_fitting else self.tr("Fit closer"))
        self._reset.setEnabled(item.is_placed)
        self._told.setText(self._text(item, can_align))

    def _text(self, item: SceneObject, can_align: bool) -> str:
        alignment = self._state.alignment
        if not can_align:
            return self.tr("There is nothing to align it to yet.")
        if alignment.is_fitting:
            return self.tr("Fitting all points…")
        if alignment.is_picking:
            return alignment.hint
        found = alignment.found(item.id)
        if found is None:
            return ""
        rms = distance_text(found.rms * self._state.scale.factor, self._state.export.units)
        size = float(np.cbrt(np.linalg.det(item.matrix[:3, :3])))
        share = f"{100 * found.share:.0f}\N{NO-BREAK SPACE}%"
        text = self.tr("What is left: RMS {}, at {} of its points; {:.4g} times its size")
        return text.format(rms, share, size)


class DistanceHistogram(QWidget):
    """Bars in the colours that the points have in the 3D view."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self._summary: DistanceSummary | None = None
        self._limits = (0.0, 1.0)
        self.setObjectName("distance_histogram")
        self.setAccessibleName(self.tr("Histogram of the distances"))
        self.setToolTip(self.tr("How many points lie how far away, in the colours of the 3D view"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(200, HEIGHT_PX)

    def show_summary(self, summary: DistanceSummary | None, limits: tuple[float, float]) -> None:
        """Draw these counts."""
        self._summary, self._limits = summary, limits
        self.setVisible(summary is not None)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        summary = self._summary
        if summary is None:
            return
        painter, room = QPainter(self), self.height() - BASE_PX
        counts, table = summary.bin_counts, color_table(MAP)
        width, most = self.width() / len(counts), max(int(counts.max()), 1)
        for index, count in enumerate(counts.tolist()):
            middle = (index + 0.5) / len(counts) * summary.bins_end
            place = round(min(middle / self._limits[1], 1.0) * 255)
            height = room * count / most
            bar = QRectF(index * width, room - height, max(width - 0.5, 1), height)
            painter.fillRect(bar, QColor(*table[place].tolist()))
        painter.setPen(self.palette().placeholderText().color())
        below = QRectF(0, room, self.width(), BASE_PX)
        factor, units = self._state.scale.factor, self._state.export.units
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        end = distance_text(summary.bins_end * factor, units)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, end)


class DistanceSection(Section):
    """Hidden while the result is marked."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("object_distance_section", self.tr("DISTANCE TO THE RESULT"), parent)
        self._state, self._objects = state, state.objects
        objects, distances = state.objects, state.distances
        self._on = QCheckBox(self.tr("Show as colours"))
        self._on.setObjectName("show_distances")
        self._on.setToolTip(
            self.tr("Colour the object by how far it lies from the points of the result")
        )
        bind_checked(
            self._on,
            self._is_on,
            lambda on: distances.show(objects.selected, on),
            objects.object_changed,
            objects.selection_changed,
        )
        self._told = label(name="distance_told", role="muted", wrap=True)
        self._bars = DistanceHistogram(state)
        self.rows.addWidget(self._on)
        self.rows.addWidget(self._bars)
        self.rows.addWidget(self._told)
        for signal in (distances.changed, objects.selection_changed, objects.object_changed):
            signal.connect(self._show)
        state.scale.scale_changed.connect(self._show)
        self._show()

    def _is_on(self) -> bool:
        item = self._objects.find(self._objects.selected)
        return item is not None and item.shows_distances

    @Slot()
    @Slot(int)
    def _show(self, _id: int = 0) -> None:
        selected, distances = self._objects.selected, self._state.distances
        item = self._objects.find(selected)
        self.setVisible(item is not None)
        if item is None:
            return
        self._on.setEnabled(self._state.alignment.can_align(selected) or item.shows_distances)
        summary = distances.summary(selected) if item.shows_distances else None
        self._bars.show_summary(summary, self._objects.distance_limits(selected))
        if summary is not None:
            self._told.setText(self._text(summary))
        elif item.shows_distances and distances.measured == selected:
            self._told.setText(self.tr("Measuring, {:.0%}…").format(distances.share))
        else:
            self._told.setText("")

    def _text(self, summary: DistanceSummary) -> str:
        factor, units = self._state.scale.factor, self._state.export.units
        mean, median, high = (
            distance_text(value * factor, units)
            for value in (summary.mean, summary.median, summary.percentile_90)
        )
        return self.tr("Mean {}\nMedian {}\n90 % are nearer than {}").format(mean, median, high)
