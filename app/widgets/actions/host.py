"""What commands may ask of the window and its parts; nobody here knows who answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.theme import Theme


class Shell(Protocol):
    """What only the window itself can do."""

    def request_shot(self) -> None:
        """Ask for a picture of the whole window."""
        ...

    def frame_all(self) -> None:
        """Move the cameras so that all points are seen."""
        ...

    def show_help(self) -> None:
        """Explain the program."""
        ...

    def show_palette(self) -> None:
        """Find a command by its letters."""
        ...

    def show_keys(self) -> None:
        """List the keys."""
        ...


class Dialogs(Protocol):
    """Questions that are opened, never executed."""

    def open_folder(self) -> None:
        """Ask for a folder of photos."""
        ...

    def open_photos(self) -> None:
        """Ask for photo files."""
        ...

    def save_result(self) -> None:
        """Ask where the network's answer goes."""
        ...

    def choose_model(self) -> None:
        """Ask for a model."""
        ...

    def choose_computer(self) -> None:
        """Ask which machine computes."""
        ...

    def export(self) -> None:
        """Ask for formats and options, and export."""
        ...

    def figure(self) -> None:
        """Ask what a figure for a paper shows."""
        ...

    def picture(self) -> None:
        """Ask how a picture of the 3D view is made."""
        ...

    def turntable(self) -> None:
        """Ask how a turntable video is made."""
        ...

    def about(self) -> None:
        """Name versions, papers and licences."""
        ...


class Sessions(Protocol):
    """Questions about saved sessions."""

    def open(self) -> None:
        """Ask for a session or a saved result."""
        ...

    def save(self) -> None:
        """Save to the session's file, or ask for one."""
        ...

    def save_as(self) -> None:
        """Ask for another file, and save there."""
        ...

    def find_photos(self) -> None:
        """Ask where a session's photos lie now."""
        ...

    def earlier_results(self) -> None:
        """Show unsaved results that others took the place of."""
        ...


class Docks(Protocol):
    """The panels around the 3D view."""

    @property
    def toggles(self) -> Mapping[str, QAction]:
        """For each panel the action that opens and closes it."""
        ...

    def content(self, name: str) -> QWidget:
        """What is inside a panel."""
        ...

    def want(self, names: Iterable[str], front: str = "") -> None:
        """Open these panels, one of them on top, and close all others."""
        ...

    def open(self, name: str) -> None:
        """Open one panel and leave all others as they are."""
        ...

    def reset(self) -> None:
        """Bring every panel back to its place and usual size."""
        ...


@dataclass(frozen=True)
class Host:
    """What commands act on; the window's parts are there once it is built, not before."""

    state: AppState
    theme: Theme
    dialogs: Dialogs
    sessions: Sessions
    docks: Docks
    shell: Shell
    window: QMainWindow
    """Parent of actions and questions; shown, filled and closed as Qt does it."""
