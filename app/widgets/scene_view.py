"""What the window asks of a 3D view, whoever draws it."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState


class SceneView(Protocol):
    """One or two linked 3D views that follow the state by themselves."""

    @property
    def widget(self) -> QWidget:
        """What goes into the window."""
        ...

    @property
    def is_settled(self) -> bool:
        """Whether everything is drawn at full quality, so that a picture can be taken."""
        ...

    def frame_all(self) -> None:
        """Move the cameras so that all points are seen."""
        ...


SceneViewFactory = Callable[[AppState], SceneView]
