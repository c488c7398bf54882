"""The tool in hand: what a click in the 3D view does, and the points that it has so far."""

from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from moe3d_viewer.state.viewport.upright import Vector


class Tool(StrEnum):
    """What a click in the 3D view does."""

    LOOK = "look"
    """Names the point, goes into a camera."""
    MEASURE = "measure"
    """Two clicks are one distance."""
    LEVEL = "level"
    """Three clicks are the floor."""
    ALIGN = "align"
    """Six clicks are three pairs, on an object and on the result in turn."""


POINTS_WANTED = {Tool.LOOK: 0, Tool.MEASURE: 2, Tool.LEVEL: 3, Tool.ALIGN: 6}


class ToolState(QObject):
    """The tool in hand, and the points that it has so far."""

    tool_changed = Signal(object)
    """Tool."""
    points_changed = Signal()
    finished = Signal(object, object)
    """Tool, and its points in the units of the screen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tool = Tool.LOOK
        self._points: tuple[Vector, ...] = ()

    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self._tool

    @property
    def points(self) -> tuple[Vector, ...]:
        """What was clicked so far."""
        return self._points

    def take(self, tool: Tool) -> None:
        """Take a tool in hand; points of an unfinished one are dropped."""
        self._set_points(())
        if tool is not self._tool:
            self._tool = tool
            self.tool_changed.emit(tool)

    def toggle(self, tool: Tool) -> None:
        """Take a tool in hand, or put it away."""
        self.take(Tool.LOOK if tool is self._tool else tool)

    def add_point(self, point: Vector) -> None:
        """A point was clicked with the tool."""
        if self._tool is Tool.LOOK:
            return
        points = (*self._points, point)
        if len(points) < POINTS_WANTED[self._tool]:
            self._set_points(points)
            return
        self._set_points(())
        self.finished.emit(self._tool, points)

    def _set_points(self, points: tuple[Vector, ...]) -> None:
        if points != self._points:
            self._points = points
            self.points_changed.emit()
