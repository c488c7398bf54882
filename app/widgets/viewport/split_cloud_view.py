"""Two 3D views of one scene with linked cameras: one, beside each other, swiped or flipped."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from moe3d_viewer.rendering.pictures.legend import Legend
from moe3d_viewer.rendering.space.camera import Camera
from moe3d_viewer.rendering.space.view_colors import ViewColors
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.drawing.drawing_pace import DrawingPace
from moe3d_viewer.widgets.viewport.legend_view import LegendView
from moe3d_viewer.widgets.viewport.two_sides import Arrangement, TwoSides


class SplitCloudView(QWidget):
    """`left` and `right` are CloudViews; what is shown in each is the window's business."""

    camera_changed = Signal(object)
    """The Camera of the view that was moved."""
    mode_changed = Signal(object)
    """The Arrangement."""
    linked_changed = Signal(bool)
    swiped = Signal(float)
    """The user moved the swipe's handle to this share of the width."""

    def __init__(
        self, left_title: str = "MoE3D", right_title: str = "VGGT", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("splitCloudView")
        self._is_linked = True
        self._is_passing_on = self._names_single = False
        self.pace = DrawingPace()
        """Of both views: they are refined together."""
        self.left, self._left_heading = CloudView(pace=self.pace), QLabel(left_title)
        self.right, self._right_heading = CloudView(pace=self.pace), QLabel(right_title)
        self.left.setObjectName("leftCloudView")
        self.right.setObjectName("rightCloudView")
        self._sides = TwoSides(self.left, self.right)
        self._sides.swiped.connect(self.swiped)
        self._legends = (
            LegendView("left_legend", self._sides),
            LegendView("right_legend", self._sides),
        )
        self._sides.laid_out.connect(self._place_legends)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._headings())
        layout.addWidget(self._sides, 1)
        self.left.camera_changed.connect(self._on_left_moved)
        self.right.camera_changed.connect(self._on_right_moved)
        self._show_mode()

    def _headings(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for heading, name in (
            (self._left_heading, "leftCloudHeading"),
            (self._right_heading, "rightCloudHeading"),
        ):
            heading.setObjectName(name)
            heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
            heading.setContentsMargins(4, 3, 4, 3)
            heading.setTextFormat(Qt.TextFormat.PlainText)
            row.addWidget(heading, 1)
        return row

    @property
    def views(self) -> tuple[CloudView, CloudView]:
        """Both views, left first."""
        return self.left, self.right

    @property
    def view_in_use(self) -> CloudView:
        """The view with the focus, also while a dialog has it for now; else the left one."""
        in_window = self.window().focusWidget()
        focused = [view for view in self.views if view is in_window and view.isVisible()]
        return (focused or self.views)[0]

    @property
    def mode(self) -> Arrangement:
        """How the two clouds share the room."""
        return self._sides.arrangement

    def set_mode(self, mode: Arrangement) -> None:
        """Show one cloud or both."""
        if mode is not self.mode:
            self._sides.arrange(mode)
            self._show_mode()
            self.mode_changed.emit(mode)

    def set_swipe(self, share: float) -> None:
        """Put the swipe's handle at this share of the width."""
        self._sides.set_swipe(share)

    def flip(self, to_right: bool) -> None:
        """Lay the right or the left cloud on top; the keys' focus goes with it."""
        had_focus = any(view.hasFocus() for view in self.views)
        self._sides.put_right_on_top(to_right)
        if had_focus and self.mode is Arrangement.FLIP:
            (self.right if to_right else self.left).setFocus()
        self._show_mode()

    @property
    def is_linked(self) -> bool:
        """Whether both cameras move together."""
        return self._is_linked

    def set_linked(self, linked: bool) -> None:
        """Move both cameras together; the right one comes to the left one at once."""
        if linked != self._is_linked:
            self._is_linked = linked
            if linked:
                self._pass_on(self.right, self.left.camera)
            self.linked_changed.emit(linked)

    def set_titles(self, left: str, right: str, *, name_single: bool = False) -> None:
        """Name what each side shows; a single view is named only when wanted."""
        self._left_heading.setText(left)
        self._right_heading.setText(right)
        self._names_single = name_single
        self._show_headings()

    def set_colors(self, colors: ViewColors) -> None:
        """Colours of both views, for a dark or a light window."""
        for view, legend in zip(self.views, self._legends, strict=True):
            view.set_colors(colors)
            legend.set_colors(colors)

    def legend_of(self, view: CloudView) -> LegendView:
        """What lies over one of the views."""
        return self._legends[self.views.index(view)]

    def set_legends(self, view: CloudView, legends: tuple[Legend, ...], *, shown: bool) -> None:
        """Say what the colours in a view mean; saved pictures say it also where it is not shown."""
        view.overlays.legends = legends
        self.legend_of(view).show_legends(legends if shown else ())

    @Slot()
    def _place_legends(self) -> None:
        for legend, area in zip(self._legends, self._sides.areas, strict=True):
            legend.fit(area)

    def _show_mode(self) -> None:
        self._show_headings()
        if self.mode is not Arrangement.SINGLE and self._moves_together:
            self._pass_on(self.right, self.left.camera)

    def _show_headings(self) -> None:
        is_flipped = self.mode is Arrangement.FLIP and self._sides.border == 0
        is_alone = self.mode is Arrangement.SINGLE and not self._names_single
        self._left_heading.setVisible(not is_flipped and not is_alone)
        self._right_heading.setVisible(
            is_flipped or self.mode in (Arrangement.SPLIT, Arrangement.SWIPE)
        )

    @property
    def _moves_together(self) -> bool:
        """Clouds that lie on each other are always seen from one place."""
        return self._is_linked or self.mode in (Arrangement.SWIPE, Arrangement.FLIP)

    def _pass_on(self, view: CloudView, camera: Camera) -> None:
        self._is_passing_on = True
        view.follow(camera)
        self._is_passing_on = False

    @Slot(object)
    def _on_left_moved(self, camera: Camera) -> None:
        self._on_moved(self.right, camera)

    @Slot(object)
    def _on_right_moved(self, camera: Camera) -> None:
        self._on_moved(self.left, camera)

    def _on_moved(self, other: CloudView, camera: Camera) -> None:
        if self._is_passing_on:
            return
        if self._moves_together:
            self._pass_on(other, camera)
        self.camera_changed.emit(camera)
