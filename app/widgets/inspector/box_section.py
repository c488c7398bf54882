"""The section box: on or off, and its six sides."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.points.section_box import SectionBoxState
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider
from moe3d_viewer.widgets.inspector.section import Section


class BoxSection(Section):
    """Two sliders an axis: from where, and up to where, points are shown."""

    def __init__(
        self, display: DisplayState, section: SectionBoxState, parent: QWidget | None = None
    ) -> None:
        super().__init__("box_section", self.tr("SECTION BOX"), parent)
        self._display, self._section = display, section
        self._on = QCheckBox(self.tr("Hide what lies outside"))
        self._on.setObjectName("section_on")
        self._on.setToolTip(self.tr("Cut a box out of the scene (B); its faces can be dragged"))
        bind_checked(self._on, lambda: section.is_on, section.set_on, section.box_changed)
        self._whole = button(
            self.tr("Whole"), "section_whole", self.tr("Let the box hold everything"), "link"
        )
        self._whole.clicked.connect(section.reset)
        self.head.addWidget(self._whole)
        self._sides: list[ScaledSlider] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        titles = (self.tr("Left, right"), self.tr("Down, up"), self.tr("Near, far"))
        for axis, title in enumerate(titles):
            grid.addWidget(label(title), axis, 0)
            for is_high in (False, True):
                slider = self._side(axis, is_high, title)
                self._sides.append(slider)
                grid.addWidget(slider, axis, 2 if is_high else 1)
        self.rows.addWidget(self._on)
        self.rows.addLayout(grid)
        section.box_changed.connect(self._show)
        display.presence_changed.connect(self._show)
        self._show()

    def _side(self, axis: int, is_high: bool, title: str) -> ScaledSlider:
        end, section = title.split(", ")[is_high], self._section
        made = ScaledSlider(
            f"section_{axis}_{'high' if is_high else 'low'}",
            self.tr("Section, {} side").format(end),
            self.tr("Where the box ends on this side: {}").format(end.lower()),
            Scale(0.0, 1.0),
        )
        made.bind(
            lambda: section.sides[axis][is_high],
            lambda share: section.move_side(axis, is_high, share),
            section.box_changed,
        )
        return made

    @Slot()
    def _show(self) -> None:
        section = self._section
        self.setVisible(self._display.prediction is not None)
        for slider in self._sides:
            slider.setEnabled(section.is_on)
        self._whole.setEnabled(section.is_on)
