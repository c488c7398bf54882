"""What the window asks of its 3D part, and who answers: `GlSceneView`, else `PlainSceneView`."""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.opengl.graphics_trial import Graphics, try_graphics
from moe3d_viewer.rendering.opengl.opengl_setup import surface_format
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.job import Jobs, LatestJob
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.viewport.plain_scene_view import PlainSceneView

logger = logging.getLogger(__name__)

WITHOUT_QT = ("OpenGL.GL", "OpenGL.GL.shaders", "scipy.spatial.transform", "scipy.sparse.csgraph")
"""What the 3D view needs and a worker's thread may load."""
WITH_QT = (
    "pyqtgraph",
    "pyqtgraph.opengl",
    "moe3d_viewer.widgets.viewport.cloud_view",
    "moe3d_viewer.widgets.viewport.gl_scene_view",
)
"""What defines classes of Qt. Only the GUI thread may load it: PySide6 notes a new class in a table
that the event loop reads without a lock, and the program would crash now and then."""


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


class SceneViewMaker(QObject):
    """Tries OpenGL once, before PyOpenGL is loaded, and makes the scene view that will work."""

    loaded = Signal()
    """The 3D view can be made at once."""

    def __init__(self, theme: Theme, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._loading = LatestJob(jobs, self)
        self._loading.succeeded.connect(self._on_loaded)
        self._missing: list[str] = []
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._load_next)

    @cached_property
    def graphics(self) -> Graphics:
        """What this display can do."""
        found = try_graphics()
        if found.core_profile:
            QSurfaceFormat.setDefaultFormat(surface_format(core_profile=True))
        logger.info("graphics: %s %s", found, found.problem)
        return found

    def make_room(self, window: QWidget) -> None:
        """Let a window be made for OpenGL from the start: with its first 3D view it would be made
        anew, and vanish from the screen for that."""
        if self.graphics.problem:
            return
        from PySide6.QtOpenGLWidgets import QOpenGLWidget  # noqa: PLC0415 (not without OpenGL)

        QOpenGLWidget(window).hide()

    @Slot()
    def load_ahead(self) -> None:
        """Import what the first 3D view needs while the user looks at photos: it takes a second,
        which would be missed when the first result comes."""
        if not (self.graphics.problem or self._loading.is_running or self._next.isActive()):
            self._loading.start(lambda _progress, _publish: _try_import(WITHOUT_QT))

    @Slot(object)
    def _on_loaded(self, problem: str) -> None:
        if not problem:
            self._missing = list(WITH_QT)
            self._next.start(0)

    @Slot()
    def _load_next(self) -> None:
        """One part a turn of the event loop: the window answers in between."""
        if _try_import((self._missing.pop(0),)):
            return
        if self._missing:
            self._next.start(0)
        else:
            self.loaded.emit()

    def make(self, state: AppState) -> SceneView:
        """Wanted when the first result comes."""
        problem = self.graphics.problem or _try_import(WITHOUT_QT + WITH_QT)
        if problem:
            return PlainSceneView(state, problem)
        from moe3d_viewer.widgets.viewport.gl_scene_view import GlSceneView  # noqa: PLC0415 (0.6 s at start)

        return GlSceneView(state, self._theme)


def _try_import(names: Sequence[str]) -> str:
    """Load parts of the 3D view and what its camera turns with; why one cannot be loaded."""
    try:
        for name in names:
            import_module(name)
    except (ImportError, AttributeError, OSError, TypeError) as error:  # as PyOpenGL fails
        logger.exception("the 3D view cannot be loaded")
        return f"PyOpenGL cannot be loaded ({error})"
    return ""
