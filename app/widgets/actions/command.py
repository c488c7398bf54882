"""What a command of the window is, before it becomes a QAction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtGui import QAction

from app.state.app_state import AppState
from app.widgets.dialogs import Dialogs
from app.widgets.docks import Docks
from app.widgets.session_dialogs import SessionDialogs
from app.widgets.theme import Theme

if TYPE_CHECKING:
    from app.widgets.main_window import MainWindow


@dataclass(frozen=True)
class Host:
    """What commands act on; the window's parts are there once it is built, not before."""

    state: AppState
    theme: Theme
    dialogs: Dialogs
    sessions: SessionDialogs
    docks: Docks
    window: "MainWindow"


@dataclass(frozen=True)
class Command:
    """One entry of menus, tool bar, key sheet and command palette."""

    name: str
    """The QAction is called action_NAME."""
    text: str
    """As in the menu: "&" before the letter to press, "…" where a question follows."""
    menu: str
    """Name of the menu, and after a slash the part of it: "view/scene"; see `menus.py`."""
    call: Callable[..., object] = lambda: None
    """Takes nothing, or whether it is checked now when `is_checked` is given."""
    keys: Sequence[str] = ()
    help: str = ""
    """One sentence for tooltip and palette; the text stands in when it is empty."""
    icon: str = ""
    """A shape of `icons.py`."""
    is_enabled: Callable[[], bool] | None = None
    """Asked after every signal of the group; None is always."""
    is_checked: Callable[[], bool] | None = None
    """Makes the command one that is on or off."""
    choice: str = ""
    """Commands of one choice exclude each other."""
    in_views: bool = False
    """The keys act only while the 3D view or the maps have the focus: for single letters."""

    action: QAction | None = None
    """One that Qt made, such as a panel's toggle; only name, text and menu count then."""

    @property
    def title(self) -> str:
        """The text without marks."""
        return self.text.replace("&", "").rstrip("…")


class CommandGroup(QObject):
    """The commands of one feature."""

    def __init__(self, host: Host) -> None:
        super().__init__(host.window)
        self.host = host

    def commands(self) -> Sequence[Command]:
        """Every command, in the order of the menus."""
        raise NotImplementedError

    def changes(self) -> Sequence[SignalInstance]:
        """Signals after which the commands may be enabled or checked otherwise."""
        return ()
