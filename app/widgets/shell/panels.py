"""Which panels stand around the 3D view; another feature's panel adds its entry here.

Each is imported when its content is made: the start page comes without them.
"""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.shell.docks import Area, Panel


def all_panels() -> tuple[Panel, ...]:
    """Every panel, in the order of the menu."""
    return (
        Panel("photos", _tr("Photos"), _photos, Area.LeftDockWidgetArea, 206),
        Panel("inspector", _tr("Inspector"), _inspector, Area.RightDockWidgetArea, 286),
        Panel(
            "scene",
            _tr("3D view"),
            _scene,
            Area.RightDockWidgetArea,
            286,
            needs_result=True,
            tab_of="inspector",
        ),
        Panel(
            "compare",
            _tr("Compare"),
            _compare,
            Area.RightDockWidgetArea,
            286,
            needs_result=True,
            tab_of="inspector",
        ),
        Panel(
            "objects",
            _tr("Objects"),
            _objects,
            Area.RightDockWidgetArea,
            286,
            needs_result=True,
            with_objects=True,
            tab_of="inspector",
        ),
        Panel(
            "maps",
            _tr("Maps"),
            _maps,
            Area.BottomDockWidgetArea,
            220,
            needs_result=True,
            make_controls=_map_controls,
            has_view_keys=True,
        ),
        Panel(
            "profile",
            _tr("Profile"),
            _profile,
            Area.BottomDockWidgetArea,
            220,
            needs_result=True,
            make_controls=_profile_controls,
        ),
        Panel(
            "log",
            _tr("Messages"),
            _log,
            Area.BottomDockWidgetArea,
            204,
            needs_photos=False,
            tab_of="maps",
        ),
        Panel("help", _tr("Help"), _help, Area.LeftDockWidgetArea, 206),
    )


def _photos(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.photos.photos_panel import PhotosPanel

    return PhotosPanel(state, theme)


def _inspector(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.inspector.inspector import Inspector

    return Inspector(state, theme)


def _scene(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.inspector.scene_panel import ScenePanel

    return ScenePanel(state, theme)


def _compare(state: AppState, _theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.compare.compare_panel import ComparePanel

    return ComparePanel(state)


def _objects(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.objects.objects_panel import ObjectsPanel

    return ObjectsPanel(state, theme)


def _maps(state: AppState, _theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.maps.map_strip import MapStrip

    return MapStrip(state)


def _map_controls(state: AppState, _theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.maps.map_controls import MapControls

    return MapControls(state)


def _profile(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.maps.profile_panel import ProfilePanel

    return ProfilePanel(state, theme)


def _profile_controls(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.maps.profile_controls import ProfileControls

    return ProfileControls(state, theme)


def _log(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.shell.log_panel import LogPanel

    return LogPanel(state, theme)


def _help(state: AppState, theme: Theme) -> QWidget:
    from moe3d_viewer.widgets.help.help_panel import HelpPanel

    return HelpPanel(state, theme)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Panels", text)
