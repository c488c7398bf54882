"""How the 3D view is looked at: movement, light, background, sizes."""

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QWidget

from app.state.display import DisplayState
from app.state.scene_look import (
    LARGEST_FRUSTUM,
    LARGEST_SHARE,
    SMALLEST_FRUSTUM,
    SMALLEST_SHARE,
    SceneLookState,
)
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.parts import label
from app.widgets.section import Section
from app.widgets.sliders import Scale, ScaledSlider


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
        self._parallel = self._box(
            "orthographic", self.tr("Parallel"), self.tr("Parallel projection (5 on the keypad)")
        )
        self._grid.toggled.connect(look.show_grid)
        self._gizmo.toggled.connect(look.show_gizmo)
        self._parallel.toggled.connect(look.set_orthographic)
        self._frusta = ScaledSlider(
            "frustum_scale",
            self.tr("Size of cameras"),
            self.tr("Size of the camera frusta (Alt + wheel)"),
            Scale(SMALLEST_FRUSTUM, LARGEST_FRUSTUM, logarithmic=True),
            look.set_frustum_scale,
        )
        self._world_size = ScaledSlider(
            "world_size",
            self.tr("Point size in the scene"),
            self.tr("Diameter of a point in the scene (Ctrl + wheel)"),
            Scale(SMALLEST_SHARE, LARGEST_SHARE, logarithmic=True),
            look.set_world_share,
        )
        self._lay_out()
        look.look_changed.connect(self._show)
        display.changed.connect(self._show)
        self._show()

    def _make_choices(self) -> None:
        look = self._look
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
                ("auto", self.tr("Where photos are hidden")),
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
        on_chosen(self._navigation, look.set_navigation)
        on_chosen(self._lighting, look.set_lighting)
        on_chosen(self._background, look.set_background)
        on_chosen(self._unit, lambda key: look.set_size_in_world(key == "world"))

    def _box(self, name: str, text: str, tip: str) -> QCheckBox:
        made = QCheckBox(text)
        made.setObjectName(name)
        made.setToolTip(tip)
        return made

    def _lay_out(self) -> None:
        boxes = QHBoxLayout()
        for box in (self._grid, self._gizmo, self._parallel):
            boxes.addWidget(box)
        boxes.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Drag")), self._navigation)
        form.addRow(label(self.tr("Light")), self._lighting)
        form.addRow(label(self.tr("Ground")), self._background)
        form.addRow(label(self.tr("Points")), self._unit)
        form.addRow(label(self.tr("In scene")), self._world_size)
        form.addRow(label(self.tr("Cameras")), self._frusta)
        self.rows.addLayout(form)
        self.rows.addLayout(boxes)

    @Slot()
    def _show(self) -> None:
        look = self._look
        self.setVisible(self._display.prediction is not None)
        show_choice(self._navigation, look.navigation)
        show_choice(self._lighting, look.lighting)
        show_choice(self._background, look.background)
        show_choice(self._unit, "world" if look.size_in_world else "screen")
        for box, on in (
            (self._grid, look.grid_shown),
            (self._gizmo, look.gizmo_shown),
            (self._parallel, look.orthographic),
        ):
            blocker = QSignalBlocker(box)
            box.setChecked(on)
            blocker.unblock()
        self._frusta.show_value(look.frustum_scale)
        self._world_size.show_value(look.world_share)
        self._world_size.setEnabled(look.size_in_world)
