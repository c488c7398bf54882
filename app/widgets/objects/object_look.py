"""How the marked object looks, and which of its axes points up."""

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from moe3d import WORLD_FROM_UP
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.objects.scene_object import POINT_SIZES, Kind, Look, SceneObject
from moe3d_viewer.widgets.controls.binding import bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider
from moe3d_viewer.widgets.inspector.section import Section
from moe3d_viewer.widgets.objects.object_dialogs import ObjectDialogs

OWN, ONE = "own", "one"
FIRST_COLOR = (230, 140, 40)
OTHER_UP = ""


class LookOfObject(Section):
    """Hidden while the result is marked."""

    def __init__(
        self, state: AppState, dialogs: ObjectDialogs, parent: QWidget | None = None
    ) -> None:
        super().__init__("object_look_section", self.tr("LOOK OF THE OBJECT"), parent)
        self._objects, self._dialogs = state.objects, dialogs
        objects = state.objects
        told = (objects.object_changed, objects.selection_changed)
        self._color = choice(
            "object_color",
            self.tr("Its own colours, or one for all"),
            [(OWN, self.tr("Own colours")), (ONE, self.tr("One colour"))],
        )
        bind_choice(self._color, self._color_key, self._on_color, *told)
        self._pick = button(
            self.tr("Choose…"), "choose_object_color", self.tr("Choose the one colour"), "link"
        )
        self._pick.clicked.connect(lambda: dialogs.color(objects.selected))
        self._opacity = ScaledSlider(
            "object_opacity",
            self.tr("Opacity of the object"),
            self.tr("How much of what lies behind it hides"),
            Scale(0.05, 1.0),
        )
        self._opacity.bind(
            lambda: self._value("opacity", 1.0),
            lambda value: objects.set_opacity(objects.selected, value),
            *told,
        )
        self._size = ScaledSlider(
            "object_point_size",
            self.tr("Point size of the object"),
            self.tr("Size of its points, pixels"),
            Scale(*POINT_SIZES),
        )
        self._size.bind(
            lambda: self._value("point_size", 2.0),
            lambda value: objects.set_point_size(objects.selected, value),
            *told,
        )
        self._look = choice(
            "object_mesh_look",
            self.tr("How its triangles are drawn"),
            [
                (Look.SHADED, self.tr("Shaded")),
                (Look.TEXTURED, self.tr("Textured")),
                (Look.WIREFRAME, self.tr("Wireframe")),
            ],
        )
        bind_choice(self._look, self._look_key, self._on_look, *told)
        self._up = choice(
            "object_up",
            self.tr("Which axis of the file points up; puts the object back to its first place"),
            [
                ("-y", self.tr("-y (photos)")),
                ("y", self.tr("y")),
                ("z", self.tr("z")),
                (OTHER_UP, self.tr("as aligned")),
            ],
        )
        bind_choice(self._up, self._up_key, self._on_up, *told)
        self._lay_out()
        for signal in told:
            signal.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        color = QHBoxLayout()
        color.addWidget(self._color, 1)
        color.addWidget(self._pick)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.addWidget(label(self.tr("Colour")), 0, 0)
        grid.addLayout(color, 0, 1)
        self._labels = {}
        rows = (
            (self.tr("Opacity"), self._opacity),
            (self.tr("Points"), self._size),
            (self.tr("Triangles"), self._look),
            (self.tr("Up"), self._up),
        )
        for number, (text, control) in enumerate(rows, start=1):
            self._labels[control] = label(text)
            grid.addWidget(self._labels[control], number, 0)
            grid.addWidget(control, number, 1)
        grid.setColumnStretch(1, 1)
        self.rows.addLayout(grid)

    @property
    def _item(self) -> SceneObject | None:
        return self._objects.find(self._objects.selected)

    def _value(self, name: str, usual: float) -> float:
        return float(getattr(self._item, name, usual))

    def _color_key(self) -> str:
        item = self._item
        return OWN if item is None or item.color is None else ONE

    def _on_color(self, key: str) -> None:
        self._objects.set_color(self._objects.selected, None if key == OWN else FIRST_COLOR)

    def _look_key(self) -> str:
        item = self._item
        return str(Look.SHADED if item is None else item.look)

    def _on_look(self, key: str) -> None:
        self._objects.set_look(self._objects.selected, Look(key))

    def _up_key(self) -> str:
        item = self._item
        if item is not None:
            for name, matrix in WORLD_FROM_UP.items():
                if np.array_equal(item.matrix, matrix):
                    return name
        return OTHER_UP

    def _on_up(self, key: str) -> None:
        if key in WORLD_FROM_UP:
            self._objects.place(self._objects.selected, WORLD_FROM_UP[key])

    @Slot()
    @Slot(int)
    def _show(self, _id: int = 0) -> None:
        item = self._item
        self.setVisible(item is not None)
        if item is None:
            return
        self._pick.setEnabled(item.color is not None)
        is_cloud = item.kind is Kind.CLOUD
        for control, shown in ((self._size, is_cloud), (self._look, not is_cloud)):
            control.setVisible(shown)
            self._labels[control].setVisible(shown)
