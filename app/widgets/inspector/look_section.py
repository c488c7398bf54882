"""How the 3D view is looked at: movement, light, background, sizes."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.viewport.scene_look import (
    LARGEST_FRUSTUM,
    LARGEST_SHARE,
    SMALLEST_FRUSTUM,
    SMALLEST_SHARE,
    SceneLookState,
)
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.flow_layout import FlowLayout
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider
from moe3d_viewer.widgets.inspector.section import Section


class LookSection(Section):
    """Live options that change no point."""

    def __init__(
        self, display: DisplayState, look: SceneLookState, parent: QWidget | None = None
    ) -> None:
        super().__init__("look_section", self.tr("LOOK"), parent)
        self._display, self._look = display, look
        self._make_choices()
        self._grid = self._box("show_grid", self.tr("Grid"), self.tr("Draw a grid on the floor"))
        self._gizmo = self._box(
            "show_gizmo", self.tr("Axes"), self.tr("Draw the world's axes in the corner")
        )
        self._legend = self._box(
            "show_legend", self.tr("Legend"), self.tr("Say in the 3D view what its colours mean")
        )
        self._parallel = self._box(
            "orthographic", self.tr("Parallel"), self.tr("Parallel projection (5 on the keypad)")
        )
        self._frusta = ScaledSlider(
            "frustum_scale",
            self.tr("Size of cameras"),
            self.tr("Size of the camera frusta (Alt + wheel)"),
            Scale(SMALLEST_FRUSTUM, LARGEST_FRUSTUM, logarithmic=True),
        )
        self._world_size = ScaledSlider(
            "world_size",
            self.tr("Point size in the scene"),
            self.tr("Diameter of a point in the scene (Ctrl + wheel)"),
            Scale(SMALLEST_SHARE, LARGEST_SHARE, logarithmic=True),
        )
        self._bind()
        self._lay_out()
        look.look_changed.connect(self._show)
        display.presence_changed.connect(self._show)
        self._show()

    def _make_choices(self) -> None:
        self._navigation = choice(
            "navigation",
            self.tr("What a left drag does; W A S D Q E fly in every mode, Shift faster"),
            [
                ("orbit", self.tr("Orbit, up stays up")),
                ("trackball", self.tr("Free trackball")),
                ("fly", self.tr("Fly and look around")),
            ],
        )
        self._lighting = choice(
            "lighting",
            self.tr("Shade points by their depth (eye-dome lighting)"),
            [
                ("auto", self.tr("Not on photos")),
                ("on", self.tr("Always")),
                ("off", self.tr("Never")),
            ],
        )
        self._background = choice(
            "background",
            self.tr("What is behind the points"),
            [
                ("theme", self.tr("As the window")),
                ("black", self.tr("Black")),
                ("grey", self.tr("Grey")),
                ("white", self.tr("White")),
            ],
        )
        self._unit = choice(
            "point_unit",
            self.tr("Whether points have a size on the screen or in the scene"),
            [("screen", self.tr("On the screen")), ("world", self.tr("In the scene"))],
        )

    def _bind(self) -> None:
        look, changed = self._look, self._look.look_changed
        bind_choice(self._navigation, lambda: look.navigation, look.set_navigation, changed)
        bind_choice(self._lighting, lambda: look.lighting, look.set_lighting, changed)
        bind_choice(self._background, lambda: look.background, look.set_background, changed)
        bind_choice(
            self._unit,
            lambda: "world" if look.size_in_world else "screen",
            lambda key: look.set_size_in_world(key == "world"),
            changed,
        )
        bind_checked(self._grid, lambda: look.grid_shown, look.show_grid, changed)
        bind_checked(self._gizmo, lambda: look.gizmo_shown, look.show_gizmo, changed)
        bind_checked(self._legend, lambda: look.legend_shown, look.show_legend, changed)
        bind_checked(self._parallel, lambda: look.orthographic, look.set_orthographic, changed)
        self._frusta.bind(lambda: look.frustum_scale, look.set_frustum_scale, changed)
        self._world_size.bind(lambda: look.world_share, look.set_world_share, changed)

    def _box(self, name: str, text: str, tip: str) -> QCheckBox:
        made = QCheckBox(text)
        made.setObjectName(name)
        made.setToolTip(tip)
        return made

    def _lay_out(self) -> None:
        boxes = FlowLayout(spacing_px=10)
        for box in (self._grid, self._gizmo, self._legend, self._parallel):
            boxes.addWidget(box)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Drag")), self._navigation)
        form.addRow(label(self.tr("Light")), self._lighting)
        form.addRow(label(self.tr("Behind")), self._background)
        form.addRow(label(self.tr("Point size")), self._unit)
        form.addRow(label(self.tr("… in scene")), self._world_size)
        form.addRow(label(self.tr("Cameras")), self._frusta)
        self.rows.addLayout(form)
        self.rows.addLayout(boxes)

    @Slot()
    def _show(self) -> None:
        self.setVisible(self._display.prediction is not None)
        self._world_size.setEnabled(self._look.size_in_world)
