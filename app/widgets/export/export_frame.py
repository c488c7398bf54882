"""Which way up an export stands, how large, and how fine surfaces are."""

from PySide6.QtCore import QPointF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QSizePolicy, QWidget

from moe3d_viewer.rendering.space.axes_preview import PreviewAxis, preview_axes, preview_house
from moe3d_viewer.state.exports.export import ExportState
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice, bind_value
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.parts import keep_room, label
from moe3d_viewer.widgets.export.export_fields import decimal, form_label, said

ARROW_PX = 36.0


class AxesPreview(QWidget):
    """Shows one up axis: "cv", "y" or "z"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_axes")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._up = ""
        self.show_up("cv")

    @property
    def up(self) -> str:
        """What is shown."""
        return self._up

    def show_up(self, up: str) -> None:
        """Show another up axis."""
        if up != self._up:
            self._up = up
            told = ", ".join(f"{axis.name} {axis.meaning}" for axis in preview_axes(up))
            self.setToolTip(self.tr("As the first photo sees the scene: {}").format(told))
            self.setAccessibleName(told)
            self.update()

    def sizeHint(self) -> QSize:
        """Wanted size."""
        return QSize(140, 132)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the house, then the arrows from its front corner."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        origin = QPointF(0.42 * self.width(), 0.52 * self.height())
        text = self.palette().text().color()
        ground = self.palette().base().color()
        painter.setPen(QPen(text, 1))
        painter.setBrush(ground)
        for outline in preview_house():
            corners = [QPointF(x, y) * ARROW_PX + origin for x, y in outline]
            painter.drawPolygon(QPolygonF(corners))
        for axis in preview_axes(self._up):
            self._draw_axis(painter, origin, axis)

    def _draw_axis(self, painter: QPainter, origin: QPointF, axis: PreviewAxis) -> None:
        color = QColor(*axis.color)
        painter.setPen(QPen(color, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tip = QPointF(*axis.tip) * 1.3 * ARROW_PX + origin
        painter.drawLine(origin, tip)
        painter.setBrush(color)
        painter.drawEllipse(tip, 2.5, 2.5)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        box = painter.fontMetrics().boundingRect(axis.name)
        box.moveCenter((tip + QPointF(*axis.tip) * 12).toPoint())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, axis.name)


_UP_WORDS = {"cv": "y down", "y": "y up", "z": "z up"}


class ExportFrame(QWidget):
    """A form over the choices, with a drawing of the axes."""

    def __init__(self, export: ExportState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export, self._choices = export, export.choices
        self._up = choice(
            "export_up",
            self.tr("Up axis of the files"),
            [
                ("auto", self.tr("As programs expect")),
                ("cv", self.tr("Y down (COLMAP, OpenCV)")),
                ("y", self.tr("Y up (glTF, web)")),
                ("z", self.tr("Z up (Blender, surveying)")),
            ],
        )
        self._told = label(role="muted", name="export_up_told")
        keep_room(self._told)
        self._preview = AxesPreview()
        self._level = QCheckBox(self.tr("Level"))
        said(self._level, "export_level", self.tr("The scene's up becomes y or z up exactly"))
        self._scale = decimal("export_scale", self.tr("Multiply all lengths"), 4)
        self._detail = choice(
            "export_detail",
            self.tr("How fine surfaces are"),
            [
                ("coarse", self.tr("Coarse")),
                ("normal", self.tr("Normal")),
                ("fine", self.tr("Fine")),
                ("own", self.tr("As under Mesh")),
            ],
        )
        self._lay_out()
        choices, changed = self._choices, self._choices.changed
        bind_choice(self._up, lambda: choices.up, choices.set_up, changed)
        bind_checked(self._level, lambda: choices.level, choices.set_level, changed)
        bind_value(self._scale, lambda: choices.scale, choices.set_scale, changed)
        surfaces = export.surfaces
        bind_choice(self._detail, lambda: surfaces.detail, surfaces.set_detail, surfaces.changed)
        self._choices.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(7)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(form_label(self.tr("Up axis")), self._up)
        form.addRow("", _pair(self._told, self._level))
        form.addRow(form_label(self.tr("Scale")), self._scale)
        form.addRow(form_label(self.tr("Surfaces")), self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(form, 1)
        row.addWidget(self._preview)

    @Slot()
    @Slot(str)
    def _show(self, _what: str = "") -> None:
        axes = self._export.up_axes
        self._told.setText(", ".join(self.tr(_UP_WORDS[axis]) for axis in axes))
        self._told.setVisible(bool(axes) and self._choices.up == "auto")
        self._preview.show_up(axes[0] if axes else "cv")
        self._level.setEnabled(any(axis != "cv" for axis in axes))
        has_surface = any(
            name == "obj" or name.startswith("mesh") for name in self._choices.formats
        )
        self._detail.setEnabled(has_surface)


def _pair(first: QWidget, second: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(first)
    row.addWidget(second)
    row.addStretch(1)
    return row
