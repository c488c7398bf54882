"""What a command of the window is, before it becomes a QAction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, SignalInstance
from PySide6.QtGui import QAction

from moe3d_viewer.widgets.actions.host import Host


@dataclass(frozen=True)
class Command:
    """One entry of menus, tool bar, key sheet and command palette."""

    name: str
    """The QAction is called action_NAME."""
    text: str
    """As in the menu: "&" before the letter to press, "…" where a question follows."""
    menu: str
    """Name of the menu, and after a slash the part of it: "view/scene"; see `menu_titles`."""
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


def menu_titles() -> dict[str, str]:
    """Every menu with its title, in the order of the bar; "view.camera" is inside "view"."""
    return {
        "file": _tr("&File"),
        "file.recent": _tr("Open &recent"),
        "edit": _tr("&Edit"),
        "view": _tr("&View"),
        "view.camera": _tr("C&amera"),
        "view.layout": _tr("&Layout"),
        "view.panels": _tr("P&anels"),
        "view.theme": _tr("&Theme"),
        "run": _tr("&Run"),
        "tools": _tr("&Tools"),
        "experts": _tr("E&xperts"),
        "compare": _tr("&Compare"),
        "export": _tr("Ex&port"),
        "export.for": _tr("Export f&or"),
        "help": _tr("&Help"),
    }


def place_in_menus(command: Command) -> str:
    """The menus that lead to a command, outermost first: "View > Camera"."""
    titles, name = menu_titles(), command.menu.partition("/")[0]
    parts = name.split(".")
    way = [".".join(parts[: depth + 1]) for depth in range(len(parts))]
    return " > ".join(titles.get(menu, menu).replace("&", "") for menu in way)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Menus", text)
