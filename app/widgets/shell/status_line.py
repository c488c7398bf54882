"""The status bar: value or help under the cursor, units, device, memory, state."""

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QStatusBar, QWidget

from moe3d import ProgressReport
from moe3d.scene.agreement_text import support_text
from moe3d.scene.layers import OF_VGGT, RAW_OF
from moe3d_viewer.rendering.pictures.readout import PixelReadout, world_position
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.cursor_readout import readout_at_cursor
from moe3d_viewer.widgets.controls.distance_text import units_text
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.progress_bar import show_report
from moe3d_viewer.widgets.help.control_help import ControlHelp
from moe3d_viewer.widgets.maps.map_value import map_value_text

MIB = 1024**2
NAME_PX = 150
"""Longest name of a photo before the values."""


class StatusLine(QStatusBar):
    """Follows cursor, run and memory."""

    messages_clicked = Signal()
    """The user wants to read the messages."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_line")
        self.setSizeGripEnabled(False)
        self._state = state
        self._help = ""
        self._values = ElidedLabel("cursor_values", elide=Qt.TextElideMode.ElideRight)
        self._units = label(name="units")
        self._device = label(name="device_used")
        self._memory = label(name="memory")
        self._ready = label(name="ready")
        self._messages = button(
            "", "messages_button", self.tr("Show all messages, newest first"), "link"
        )
        self._messages.clicked.connect(self.messages_clicked)
        self._export_bar = QProgressBar()
        self._export_bar.setObjectName("export_progress")
        self._export_bar.setTextVisible(False)
        self._export_bar.setFixedWidth(110)
        self._export_bar.setToolTip(self.tr("How far the export is"))
        self._export_bar.setAccessibleName(self.tr("Export"))
        self._stop = button(
            self.tr("Stop export"),
            "export_stop",
            self.tr("Stop writing; nothing half-written stays"),
            "link",
        )
        self._stop.clicked.connect(state.export.cancel)
        self.addWidget(self._values, 1)
        for part in (self._export_bar, self._stop):
            self.addPermanentWidget(part)
        for part in (self._units, self._device, self._memory, self._ready, self._messages):
            self.addPermanentWidget(part)
        state.notices.unread_changed.connect(self._show_unread)
        self._show_unread()
        state.cursor.changed.connect(self._show_cursor)
        state.remix.shown_changed.connect(self._show_cursor)
        state.display.depths_changed.connect(self._show_facts)
        state.reconstruction.phase_changed.connect(self._show_phase)
        state.session.loading_changed.connect(self._show_phase)
        state.export.running_changed.connect(self._show_phase)
        state.export.progressed.connect(self._show_export)
        state.truth.loading_changed.connect(self._show_phase)
        for signal in (state.scale.wanted_changed, state.scale.scale_changed):
            signal.connect(self._show_phase)
        self._show_facts()

    @Slot(object)
    def show_memory(self, used_bytes: int) -> None:
        """Show what the process takes."""
        self._memory.setText(self.tr("{:,} MB").format(used_bytes // MIB) if used_bytes else "")
        self._memory.setToolTip(self.tr("Memory of this program"))

    @Slot(object)
    def show_help(self, found: ControlHelp | None) -> None:
        """Explain a control while there is no pixel under the mouse."""
        self._help = found.line if found is not None else ""
        self._show_cursor()

    @Slot()
    def _show_cursor(self) -> None:
        pixel, readout = self._state.cursor.pixel, readout_at_cursor(self._state)
        prediction = self._state.display.prediction
        if pixel is None or readout is None or prediction is None:
            self._values.setText(self._help)
            return
        name = self._values.fontMetrics().elidedText(
            prediction.names[pixel.view_index], Qt.TextElideMode.ElideMiddle, NAME_PX
        )
        text = f"{name}   x {pixel.x}  y {pixel.y}   "
        value = ""
        if readout.is_valid:
            place = (pixel.view_index, pixel.y, pixel.x)
            layer = self._layer_of(pixel.layer)
            x, y, z = world_position(prediction, layer, place, readout.depth_of(layer))
            text += f"({x:.3g}, {y:.3g}, {z:.3g})   "
            value = map_value_text(self._state)
        layer = self._layer_of(pixel.layer)
        is_plain = self._state.work.is_plain
        text += _plain_text(readout, layer) if is_plain else _readout_text(readout, layer)
        self._values.setText(f"{text}   {value}" if value else text)

    def _layer_of(self, map_key: str) -> str:
        """The layer whose depth is read over a map: its own, or MoE3D's as it is compared now."""
        display = self._state.display
        return map_key if map_key in display.layers else display.sides[0]

    @Slot()
    def _show_facts(self) -> None:
        prediction = self._state.display.prediction
        self._units.setText(units_text(prediction.metadata.units) if prediction is not None else "")
        self._units.setToolTip(self._about_units())
        facts = prediction.metadata if prediction is not None else None
        self._device.setText(f"{facts.device} {facts.precision}" if facts is not None else "")
        self._show_cursor()
        self._show_phase()

    @Slot()
    @Slot(int)
    def _show_unread(self, _count: int = 0) -> None:
        count = self._state.notices.num_unread
        text = self.tr("1 error") if count == 1 else self.tr("{} errors").format(count)
        self._messages.setText(text if count else self.tr("Messages"))
        self._messages.setAccessibleName(self._messages.text())
        self._messages.setProperty("alarm", "true" if count else "false")
        self._messages.style().unpolish(self._messages)
        self._messages.style().polish(self._messages)

    def _about_units(self) -> str:
        if self._state.export.units == "metres":
            return self.tr("Lengths are metres, by the length that you gave")
        return self.tr("Lengths have no scale: measure a known one to set metres")

    @Slot(object)
    def _show_export(self, report: ProgressReport) -> None:
        show_report(self._export_bar, report)

    @Slot()
    @Slot(object)
    @Slot(bool)
    def _show_phase(self, _value: object = None) -> None:
        if self._state.session.is_loading:
            text = self.tr("reading photos")
        elif self._state.export.is_running:
            text = self.tr("exporting")
        elif self._state.truth.is_loading:
            text = self.tr("reading the truth")
        elif self._state.scale.is_on_its_way:
            text = self.tr("setting the scale")
        else:
            text = self.tr(str(self._state.reconstruction.phase))
            text = self.tr("ready") if text == "idle" else text
        self._ready.setText(text)
        for part in (self._export_bar, self._stop):
            part.setVisible(self._state.export.is_running)
        if not self._state.export.is_running:
            show_report(self._export_bar, None)


def _plain_text(readout: PixelReadout, layer: str) -> str:
    """Depth, and how many photos confirm it."""
    if not readout.is_valid:
        return "no depth here"
    support = readout.support_of(layer)
    confirmed = f" {support_text(support)}" if support is not None else ""
    return f"depth {readout.depth_of(layer):.4g}{confirmed}   confidence {readout.confidence:.3g}"


def _readout_text(readout: PixelReadout, layer: str) -> str:
    if not readout.is_valid:
        return "no depth here"
    is_what_if = layer == "fused" and readout.is_what_if
    name = "What-if" if is_what_if else layer_title(layer)
    text = f"{name} {readout.depth_of(layer):.4g}"
    support = readout.support_of(layer)
    if support is not None:
        text += f" {support_text(support)}"
    for other, depth in _beside(readout, layer):
        text += f"   {layer_title(other)} {depth:.4g}"
    text += f"   confidence {readout.confidence:.3g}"
    if len(readout.weights) > 1:
        text += "   what-if weights " if readout.is_what_if else "   weights "
        text += "  ".join(f"{weight:.2f}" for weight in readout.weights)
        text += f"   expert {int(np.argmax(readout.weights)) + 1}"
    return text


def _beside(readout: PixelReadout, layer: str) -> list[tuple[str, float]]:
    """The depths that stand beside a layer's: its other form, and VGGT's of the same form."""
    vggt = ("vggt-refined", readout.baseline_refined_depth)
    if layer not in RAW_OF or readout.baseline_refined_depth is None:
        vggt = ("vggt", readout.baseline_depth)
    others: dict[str, tuple[str, float | None]] = {
        "fused": ("refined", readout.refined_depth),
        "refined": ("fused", readout.depth),
        "vggt": ("vggt-refined", readout.baseline_refined_depth),
        "vggt-refined": ("vggt", readout.baseline_depth),
    }
    form = [others[layer]] if layer in others else []
    found = form + ([] if layer in OF_VGGT else [vggt])
    return [(name, depth) for name, depth in found if depth is not None]
