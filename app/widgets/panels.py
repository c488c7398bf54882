"""Which panels stand around the 3D view; another feature's panel adds its entry here."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.widgets.compare_panel import ComparePanel
from app.widgets.help_panel import HelpPanel
from app.widgets.inspector import Inspector
from app.widgets.log_panel import LogPanel
from app.widgets.map_controls import MapControls
from app.widgets.map_strip import MapStrip
from app.widgets.photos_panel import PhotosPanel
from app.widgets.profile_controls import ProfileControls
from app.widgets.profile_panel import ProfilePanel
from app.widgets.scene_panel import ScenePanel
from app.widgets.theme import Theme

Area = Qt.DockWidgetArea
Make = Callable[[AppState, Theme], QWidget]


@dataclass(frozen=True)
class Panel:
    """One dock: its place, its content, and when there is something in it."""

    name: str
    """The QDockWidget is called NAME_dock."""
    title: str
    make: Make
    place: Area
    size_px: int
    """Usual width at the sides, usual height at the bottom."""
    needs_result: bool = False
    """Hidden until there is a result; else until there are photos."""
    make_controls: Make | None = None
    """What stands in the title bar."""
    tab_of: str = ""
    """Shares the place of this panel, as a tab."""
    is_open: bool = True
    """Whether it is open before the user has said anything."""
    has_view_keys: bool = False
    """Whether the single-letter keys of the views act in it."""


def all_panels() -> tuple[Panel, ...]:
    """Every panel, in the order of the menu."""
    return (
        Panel(
            "photos",
            _tr("Photos"),
            PhotosPanel,
            Area.LeftDockWidgetArea,
            206,
        ),
        Panel("inspector", _tr("Inspector"), Inspector, Area.RightDockWidgetArea, 286),
        Panel(
            "scene",
            _tr("3D view"),
            ScenePanel,
            Area.RightDockWidgetArea,
            286,
            needs_result=True,
            tab_of="inspector",
        ),
        Panel(
            "compare",
            _tr("Compare"),
            lambda state, _theme: ComparePanel(state),
            Area.RightDockWidgetArea,
            286,
            needs_result=True,
            tab_of="inspector",
        ),
        Panel(
            "maps",
            _tr("Maps"),
            lambda state, _theme: MapStrip(state),
            Area.BottomDockWidgetArea,
            220,
            needs_result=True,
            make_controls=lambda state, _theme: MapControls(state),
            has_view_keys=True,
        ),
        Panel(
            "profile",
            _tr("Profile"),
            ProfilePanel,
            Area.BottomDockWidgetArea,
            220,
            needs_result=True,
            make_controls=ProfileControls,
            is_open=False,
        ),
        Panel(
            "log",
            _tr("Messages"),
            LogPanel,
            Area.BottomDockWidgetArea,
            204,
            tab_of="maps",
            is_open=False,
        ),
        Panel("help", _tr("Help"), HelpPanel, Area.LeftDockWidgetArea, 206, is_open=False),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Panels", text)
