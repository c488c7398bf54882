"""What the user can do with a result in the 3D view, in one place."""

from PySide6.QtCore import QObject, Slot

from moe3d_viewer.state.job import Jobs
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.points.filter_list import FilterListState
from moe3d_viewer.state.points.filters import FiltersState
from moe3d_viewer.state.points.section_box import SectionBoxState
from moe3d_viewer.state.remembered import RememberedRegistry
from moe3d_viewer.state.scene.comparison import ComparisonState
from moe3d_viewer.state.viewport.camera_pose import CameraPoseState
from moe3d_viewer.state.viewport.camera_requests import CameraRequests
from moe3d_viewer.state.viewport.drawing import DrawingState
from moe3d_viewer.state.viewport.extent import ExtentState
from moe3d_viewer.state.viewport.measurement import MeasurementState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState
from moe3d_viewer.state.viewport.scene_look import SceneLookState
from moe3d_viewer.state.viewport.tools import Tool, ToolState
from moe3d_viewer.state.viewport.upright import UprightState


class SceneControls(QObject):
    """Filters, look, section box, up, distances, and the tool in hand."""

    def __init__(
        self,
        jobs: Jobs,
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
        self.picture = DrawingState(jobs.closing, self)
        self.turntable = DrawingState(jobs.closing, self)
        self.extent = ExtentState(display, self.upright)
        self.filter_list = FilterListState(
            jobs, display, self.filters, self.section, self.extent, options, comparison, scale
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
