"""A surface of the result: which, how fine, made and shown, and where it goes."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QSpinBox,
    QWidget,
)

from moe3d import ProgressReport
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.meshes.mesh_choices import (
    LARGEST_DEPTH,
    LARGEST_STEP,
    LEAST_DEPTH,
    MeshChoices,
)
from moe3d_viewer.state.objects.scene_object import Look
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice, bind_value
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.progress_bar import show_report, stage_text
from moe3d_viewer.widgets.inspector.section import Section


class MeshSection(Section):
    """Options above, what came of them below."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("mesh_section", self.tr("MESH"), parent)
        self._state, self._meshes, self._objects = state, state.meshes, state.objects
        self._options = _Options(state.meshes.choices)
        self._make = button(
            self.tr("Make mesh"),
            "make_mesh",
            self.tr("Make a surface of the points as they are shown, and show it"),
            "primary",
        )
        self._cancel = button(
            self.tr("Cancel"), "cancel_mesh", self.tr("Stop; what was shown before stays")
        )
        self._bar = QProgressBar()
        self._bar.setObjectName("mesh_bar")
        self._bar.setAccessibleName(self.tr("How far the mesh is"))
        self._bar.setTextVisible(False)
        self._stage = label(role="muted", name="mesh_stage")
        self._counts = label(name="mesh_counts", wrap=True)
        self._older = label(role="danger", name="mesh_older", wrap=True)
        self._make_look()
        self._export = button(
            self.tr("Export…"),
            "export_this_mesh",
            self.tr("Write this surface to a file, as it is shown"),
        )
        self._make.clicked.connect(self._meshes.make)
        self._cancel.clicked.connect(self._meshes.cancel)
        self._export.clicked.connect(self._meshes.export_wanted)
        self._lay_out()
        self._meshes.changed.connect(self._show)
        self._meshes.progressed.connect(self._on_progressed)
        state.display.presence_changed.connect(self._show)
        self._show()

    def _make_look(self) -> None:
        changed, objects = self._meshes.changed, self._objects
        self._look = choice(
            "mesh_look",
            self.tr("How the mesh is drawn"),
            [
                (Look.TEXTURED, self.tr("In its colours")),
                (Look.SHADED, self.tr("Shaded")),
                (Look.EDGES, self.tr("Shaded, with edges")),
                (Look.WIREFRAME, self.tr("Wireframe")),
            ],
        )
        bind_choice(self._look, self._look_now, self._take_look, changed)
        self._points = QCheckBox(self.tr("Points too"))
        self._points.setObjectName("mesh_points")
        self._points.setToolTip(self.tr("Show the points of the result beside its mesh"))
        bind_checked(
            self._points, lambda: objects.is_result_shown, self._meshes.show_points, changed
        )

    def _look_now(self) -> str:
        item = self._meshes.shown
        return Look.TEXTURED if item is None else item.look

    def _take_look(self, look: str) -> None:
        item = self._meshes.shown
        if item is not None:
            self._objects.set_look(item.id, Look(look))

    def _lay_out(self) -> None:
        self.rows.addWidget(self._options)
        for parts in ((self._make, self._cancel, self._export), (self._look, self._points)):
            row = QHBoxLayout()
            for part in parts:
                row.addWidget(part)
            row.addStretch(1)
            self.rows.addLayout(row)
        for part in (self._bar, self._stage, self._counts, self._older):
            self.rows.addWidget(part)

    @Slot()
    @Slot(bool)
    def _show(self, _there: bool = True) -> None:
        meshes = self._meshes
        counts, is_older = meshes.counts, meshes.is_older
        self.setVisible(self._state.display.prediction is not None)
        self._make.setEnabled(meshes.can_make)
        self._make.setText(self.tr("Make mesh") if counts is None else self.tr("Make again"))
        self._make.setAccessibleName(self._make.text())
        for part in (self._cancel, self._bar, self._stage):
            part.setVisible(meshes.is_running)
        for part in (self._look, self._points, self._counts):
            part.setVisible(counts is not None)
        self._export.setVisible(counts is not None and not meshes.is_running)
        if counts is not None:
            text = self.tr("{} triangles, {} vertices")
            self._counts.setText(text.format(*(f"{count:,}" for count in counts)))
        self._older.setVisible(is_older and not meshes.is_running)
        self._older.setText(self.tr("Older than the filters or options: make it again"))

    @Slot(object)
    def _on_progressed(self, report: ProgressReport) -> None:
        show_report(self._bar, report)
        self._stage.setText(stage_text(report))


class _Options(QWidget):
    """A form over the choices; shows those that the chosen kind looks at."""

    def __init__(self, choices: MeshChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices, changed = choices, choices.changed
        kind = choice(
            "mesh_kind",
            self.tr("What kind of surface is made"),
            [
                ("grid", self.tr("Of each photo")),
                ("tsdf", self.tr("All fused (TSDF)")),
                ("poisson", self.tr("Smooth (Poisson)")),
            ],
        )
        detail = choice(
            "mesh_detail",
            self.tr("How fine the surface is; files of surfaces follow it, too"),
            [
                ("coarse", self.tr("Coarse")),
                ("normal", self.tr("Normal")),
                ("fine", self.tr("Fine")),
                ("own", self.tr("Own values")),
            ],
        )
        bind_choice(kind, lambda: choices.kind, choices.set_kind, changed)
        bind_choice(detail, lambda: choices.detail, choices.set_detail, changed)
        self._step = _whole("mesh_step", self.tr("One vertex every so many pixels"), 1)
        self._step.setMaximum(LARGEST_STEP)
        self._step.setSuffix(self.tr(" px"))
        self._voxel = QDoubleSpinBox()
        _said(self._voxel, "mesh_voxel", self.tr("Edge of a voxel, in the units of the scene"))
        self._voxel.setDecimals(4)
        self._voxel.setRange(0.0, 1e6)
        self._voxel.setSingleStep(0.005)
        self._voxel.setSpecialValueText(self.tr("By the scene's size"))
        self._depth = _whole(
            "mesh_depth", self.tr("Octree depth; one more is twice as fine, four times as slow"), 1
        )
        self._depth.setRange(LEAST_DEPTH, LARGEST_DEPTH)
        self._edge = QDoubleSpinBox()
        _said(self._edge, "mesh_edge", self.tr("Depth jump at which the surface is cut"))
        self._edge.setRange(0.1, 200.0)
        self._edge.setDecimals(1)
        self._edge.setSuffix(" %")
        self._part = _whole("mesh_part", self.tr("Pieces of fewer triangles are left out"), -1)
        self._part.setMaximum(10_000_000)
        self._part.setSpecialValueText(self.tr("Usual"))
        bind_value(self._step, lambda: choices.grid_step, choices.set_grid_step, changed)
        bind_value(self._voxel, lambda: choices.voxel_size, choices.set_voxel_size, changed)
        bind_value(self._depth, lambda: choices.depth, choices.set_depth, changed)
        bind_value(self._part, lambda: choices.min_part, choices.set_min_part, changed)
        bind_value(
            self._edge,
            lambda: choices.edge_rtol,
            choices.set_edge_rtol,
            changed,
            to_control=lambda share: 100 * share,
            from_control=lambda percent: percent / 100,
        )
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        for text, field in (
            (self.tr("Kind"), kind),
            (self.tr("Detail"), detail),
            (self.tr("Step"), self._step),
            (self.tr("Voxel"), self._voxel),
            (self.tr("Depth"), self._depth),
            (self.tr("Edge cut"), self._edge),
            (self.tr("Least piece"), self._part),
        ):
            self._form.addRow(label(text), field)
        choices.changed.connect(self._show)
        self._show()

    @Slot()
    @Slot(str)
    def _show(self, _what: str = "") -> None:
        choices = self._choices
        for field, kind in ((self._step, "grid"), (self._voxel, "tsdf"), (self._depth, "poisson")):
            self._form.setRowVisible(field, choices.detail == "own" and choices.kind == kind)


def _whole(name: str, sentence: str, least: int) -> QSpinBox:
    made = QSpinBox()
    _said(made, name, sentence)
    made.setMinimum(least)
    return made


def _said(field: QAbstractSpinBox, name: str, sentence: str) -> None:
    field.setObjectName(name)
    field.setToolTip(sentence)
    field.setAccessibleName(sentence)
