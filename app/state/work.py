"""What the window is arranged for: a scene in plain words, or research on it."""

from PySide6.QtCore import QObject, Signal, Slot

from moe3d_viewer.state.layers.view_options import Layout, ViewOptionsState
from moe3d_viewer.state.settings import Settings

VIEWS = {
    "reconstruct": Layout.SINGLE,
    "experts": Layout.SINGLE,
    "compare": Layout.SPLIT,
    "export": Layout.SINGLE,
    "everything": Layout.SPLIT,
}
"""Kinds of work, and the 3D views that each begins with."""
FIRST, OF_OLDER_STARTS = "reconstruct", "everything"
PLAIN = ("reconstruct", "export")
"""Kinds of work for which nobody needs to know what an expert is."""
CHOSEN = "window_layout"


class WorkState(QObject):
    """Keeps the kind of work, and says whether words and controls of research stay away."""

    chosen = Signal(str)
    """The user wants the window arranged for this."""
    plain_changed = Signal()
    """Words and controls of research come or go."""

    def __init__(self, settings: Settings, view: ViewOptionsState) -> None:
        super().__init__()
        self._settings, self._view = settings, view
        self._name = _kept(settings)
        settings.set_value(CHOSEN, self._name)  # or the second start would be taken for an old one
        view.set_layout(VIEWS[self._name])
        self._was_plain = self.is_plain
        view.layout_changed.connect(self._tell)

    @property
    def name(self) -> str:
        """One of VIEWS."""
        return self._name

    @property
    def is_plain(self) -> bool:
        """Whether words and controls of research stay away: one view, of a work that is for all.

        Two views always have their names.
        """
        return self._name in PLAIN and self._view.layout is Layout.SINGLE

    def choose(self, name: str) -> None:
        """Arrange the window for this, now and at the next starts."""
        self._name = name
        self._settings.set_value(CHOSEN, name)
        self._view.set_layout(VIEWS[name])
        self._tell()
        self.chosen.emit(name)

    @Slot()
    @Slot(object)
    def _tell(self, _layout: object = None) -> None:
        if self.is_plain != self._was_plain:
            self._was_plain = not self._was_plain
            self.plain_changed.emit()


def _kept(settings: Settings) -> str:
    """As chosen; who knows the window from a version without the choice keeps what it showed."""
    name = settings.value(CHOSEN, "")
    if name in VIEWS:
        return name
    return FIRST if settings.layout.isEmpty() else OF_OLDER_STARTS
