"""Two 3D views side by side with linked cameras."""

import enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from app.rendering.camera import Camera
from app.rendering.view_colors import ViewColors
from app.widgets.cloud_view import CloudView


class LayoutMode(enum.Enum):
    """How the two clouds share the room."""

    SINGLE = "single"
    SPLIT = "split"


class SplitCloudView(QWidget):
    """`left` and `right` are CloudViews; what is shown in each is the window's business."""

    camera_changed = Signal(object)
    """The Camera of the view that was moved."""
    mode_changed = Signal(object)
    """The LayoutMode."""
    linked_changed = Signal(bool)

    def __init__(
        self, left_title: str = "MoE3D", right_title: str = "VGGT", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("splitCloudView")
        self._mode = LayoutMode.SINGLE
        self._is_linked = True
        self._is_passing_on = False
        self.left, self._left_heading = CloudView(), QLabel(left_title)
        self.right, self._right_heading = CloudView(), QLabel(right_title)
        self.left.setObjectName("leftCloudView")
        self.right.setObjectName("rightCloudView")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setObjectName("cloudSplitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(_titled(self._left_heading, "leftCloudHeading", self.left))
        self._right_side = _titled(self._right_heading, "rightCloudHeading", self.right)
        self._splitter.addWidget(self._right_side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self.left.camera_changed.connect(self._on_left_moved)
        self.right.camera_changed.connect(self._on_right_moved)
        self._show_mode()

    @property
    def views(self) -> tuple[CloudView, CloudView]:
        """Both views, left first."""
        return self.left, self.right

    @property
    def mode(self) -> LayoutMode:
        """How the two clouds share the room."""
        return self._mode

    def set_mode(self, mode: LayoutMode) -> None:
        """Show one cloud or both."""
        if mode is not self._mode:
            self._mode = mode
            self._show_mode()
            self.mode_changed.emit(mode)

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

    def set_titles(self, left: str, right: str) -> None:
        """Name what each side shows."""
        self._left_heading.setText(left)
        self._right_heading.setText(right)

    def set_colors(self, colors: ViewColors) -> None:
        """Colours of both views, for a dark or a light window."""
        for view in self.views:
            view.set_colors(colors)

    def _show_mode(self) -> None:
        is_split = self._mode is LayoutMode.SPLIT
        self._right_side.setVisible(is_split)
        self._left_heading.setVisible(is_split)
        if is_split:
            self._splitter.setSizes([1, 1])
            if self._is_linked:
                self._pass_on(self.right, self.left.camera)

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
        if self._is_linked:
            self._pass_on(other, camera)
        self.camera_changed.emit(camera)


def _titled(heading: QLabel, name: str, view: CloudView) -> QWidget:
    heading.setObjectName(name)
    heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
    heading.setContentsMargins(4, 3, 4, 3)
    side = QWidget()
    layout = QVBoxLayout(side)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(heading)
    layout.addWidget(view, 1)
    return side
