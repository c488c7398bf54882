"""Which features have commands; a new feature adds its group's line."""

from moe3d_viewer.widgets.actions.command import CommandGroup
from moe3d_viewer.widgets.actions.command_line_actions import CommandLineActions
from moe3d_viewer.widgets.actions.compare_actions import CompareActions
from moe3d_viewer.widgets.actions.edit_actions import EditActions
from moe3d_viewer.widgets.actions.expert_actions import ExpertActions
from moe3d_viewer.widgets.actions.export_actions import ExportActions
from moe3d_viewer.widgets.actions.file_actions import FileActions
from moe3d_viewer.widgets.actions.help_actions import HelpActions
from moe3d_viewer.widgets.actions.layout_actions import LayoutActions
from moe3d_viewer.widgets.actions.map_actions import MapActions, ProfileActions
from moe3d_viewer.widgets.actions.mesh_actions import MeshActions, ObjectActions
from moe3d_viewer.widgets.actions.run_actions import RunActions
from moe3d_viewer.widgets.actions.scene_actions import SceneActions
from moe3d_viewer.widgets.actions.truth_actions import TruthActions
from moe3d_viewer.widgets.actions.view_actions import ViewActions
from moe3d_viewer.widgets.actions.window_actions import WindowActions

GROUPS: tuple[type[CommandGroup], ...] = (
    FileActions,
    ObjectActions,
    EditActions,
    ViewActions,
    SceneActions,
    MeshActions,
    RunActions,
    ExpertActions,
    MapActions,
    ProfileActions,
    CompareActions,
    TruthActions,
    ExportActions,
    CommandLineActions,
    LayoutActions,
    WindowActions,
    HelpActions,
)
