"""What the user can do with a result in the 3D view, in one place."""

from PySide6.QtCore import QObject, Slot

from app.state.backend import Backend
from app.state.camera_pose import CameraPoseState
from app.state.camera_requests import CameraRequests
from app.state.comparison import ComparisonState
from app.state.display import DisplayState
from app.state.drawing import DrawingState
from app.state.extent import ExtentState
from app.state.filter_list import FilterListState
from app.state.filters import FiltersState
from app.state.job import JobRunner
from app.state.measurement import MeasurementState
from app.state.metric_scale import MetricScaleState
from app.state.remembered import RememberedRegistry
from app.state.scene_look import SceneLookState
from app.state.section_box import SectionBoxState
from app.state.tools import Tool, ToolState
from app.state.upright import UprightState
from app.state.view_options import ViewOptionsState


class SceneControls(QObject):
    """Filters, look, section box, up, distances, and the tool in hand."""

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        display: DisplayState,
        options: ViewOptionsState,
        scale: MetricScaleState,
        comparison: ComparisonState,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.filters = FiltersState(self)
        self.look = SceneLookState(self)
        self.section = SectionBoxState(self)
        self.upright = UprightState(self)
        self.measurement = MeasurementState(scale, self)
        self.tools = ToolState(self)
        self.camera = CameraRequests(self)
        self.pose = CameraPoseState(self)
        self.picture, self.turntable = DrawingState(self), DrawingState(self)
        self.extent = ExtentState(display, self.upright)
        self.filter_list = FilterListState(
            backend, runner, display, self.filters, self.section, self.extent, options, comparison
        )
        self.tools.finished.connect(self._on_tool_finished)

    def remember(self, registry: RememberedRegistry) -> None:
        """Let everything here be undone and kept in sessions."""
        registry.add("filters", self.filters)
        registry.add("look", self.look)
        registry.add("section", self.section)
        registry.add("camera", self.pose)
        registry.add("upright", self.upright)
        registry.add("scale", self.scale)
        registry.add("measurement", self.measurement)

    def reset_for_scene(self) -> None:
        """Another scene is open: nothing that belongs to a place in the old one stays."""
        self.filters.reset_for_scene()
        self.section.set_on(False)
        self.section.reset()
        self.upright.set_up(None)
        self.pose.forget()
        self.reset_for_result()

    @Slot()
    def reset_for_result(self) -> None:
        """Another result of the same photos has other units and other places."""
        self.tools.take(Tool.LOOK)
        self.camera.leave()
        self.pose.forget_waiting()
        self.measurement.clear()
        self.scale.set_metres_per_unit(None)
        self.filters.expect_result()

    @Slot(object, object)
    def _on_tool_finished(self, tool: Tool, points: tuple) -> None:
        if tool is Tool.MEASURE:
            self.measurement.add(*points)
        elif tool is Tool.LEVEL:
            self.upright.level_by(points, self.extent.cameras)
            self.tools.take(Tool.LOOK)
