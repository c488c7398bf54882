"""Which features have commands; a new feature adds its group's line."""

from app.widgets.actions.command import CommandGroup
from app.widgets.actions.command_line_actions import CommandLineActions
from app.widgets.actions.compare_actions import CompareActions
from app.widgets.actions.edit_actions import EditActions
from app.widgets.actions.expert_actions import ExpertActions
from app.widgets.actions.export_actions import ExportActions
from app.widgets.actions.file_actions import FileActions
from app.widgets.actions.help_actions import HelpActions
from app.widgets.actions.layout_actions import LayoutActions
from app.widgets.actions.profile_actions import ProfileActions
from app.widgets.actions.run_actions import RunActions
from app.widgets.actions.scene_actions import SceneActions
from app.widgets.actions.truth_actions import TruthActions
from app.widgets.actions.view_actions import ViewActions
from app.widgets.actions.window_actions import WindowActions

GROUPS: tuple[type[CommandGroup], ...] = (
    FileActions,
    EditActions,
    ViewActions,
    SceneActions,
    RunActions,
    ExpertActions,
    ProfileActions,
    CompareActions,
    TruthActions,
    ExportActions,
    CommandLineActions,
    LayoutActions,
    WindowActions,
    HelpActions,
)
