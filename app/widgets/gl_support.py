"""Whether there is OpenGL here, and which 3D view to make."""

import logging
from functools import cached_property
from importlib import import_module
from threading import Thread

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QSurfaceFormat

from app.rendering.graphics_trial import Graphics, try_graphics
from app.rendering.opengl_setup import surface_format
from app.state.app_state import AppState
from app.widgets.plain_scene_view import PlainSceneView
from app.widgets.scene_view import SceneView
from app.widgets.theme import Theme

logger = logging.getLogger(__name__)


class GlSupport(QObject):
    """Tries OpenGL once, before PyOpenGL is loaded, and makes the view that will work."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    @cached_property
    def graphics(self) -> Graphics:
        """What this display can do."""
        found = try_graphics()
        if found.core_profile:
            QSurfaceFormat.setDefaultFormat(surface_format(core_profile=True))
        logger.info("graphics: %s %s", found, found.problem)
        return found

    @Slot()
    def load_ahead(self) -> None:
        """Import what the first 3D view needs while the user looks at photos: it takes half a
        second, which would be missed when the first result comes."""
        if not self.graphics.problem:
            Thread(target=_try_import, daemon=True).start()

    def make_scene_view(self, state: AppState) -> SceneView:
        """The 3D view, wanted when the first result comes; a plain panel where none can draw."""
        problem = self.graphics.problem or _try_import()
        if problem:
            return PlainSceneView(state, problem)
        from app.widgets.gl_scene_view import GlSceneView  # noqa: PLC0415 (0.6 s at start)

        return GlSceneView(state, self._theme)


def _try_import() -> str:
    """Load the 3D view; why it cannot be loaded."""
    try:
        import_module("app.widgets.gl_scene_view")
    except (ImportError, AttributeError, OSError, TypeError) as error:  # as PyOpenGL fails
        logger.exception("the 3D view cannot be loaded")
        return f"PyOpenGL cannot be loaded ({error})"
    return ""
