"""What the window asks of its 3D part, and who answers: `GlSceneView`, else `PlainSceneView`."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QWidget

from moe3d_viewer.rendering.native_libraries import import_in_turn
from moe3d_viewer.rendering.opengl.graphics_trial import Graphics, try_graphics
from moe3d_viewer.rendering.opengl.opengl_setup import surface_format
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.job import Jobs, LatestJob
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.viewport.gradual_import import for_a_moment, import_gradually
from moe3d_viewer.widgets.viewport.plain_scene_view import PlainSceneView

logger = logging.getLogger(__name__)

WITHOUT_QT = (
    "OpenGL.GL",
    "OpenGL.GL.shaders",
    "scipy.spatial.transform",
    "scipy.sparse.csgraph",
    "multiprocessing.connection",  # the last three for pyqtgraph
    "xml.etree.ElementTree",
    "decimal",
)
"""What the 3D view needs and a worker's thread may load."""
QT_MODULES = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
"""pyqtgraph asks each of them for all its names, and PySide6 makes a class when it is asked for."""
WITH_QT = (
    "pyqtgraph",
    "pyqtgraph.opengl",
    "moe3d_viewer.rendering.points.point_picking",
    "moe3d_viewer.widgets.viewport.drawing.mesh_layer",
    "moe3d_viewer.widgets.viewport.drawing.object_cloud",
    "moe3d_viewer.widgets.viewport.drawing.point_group",
    "moe3d_viewer.widgets.viewport.drawing.cloud_renderer",
    "moe3d_viewer.widgets.viewport.overlays",
    "moe3d_viewer.widgets.viewport.cloud_pictures",
    "moe3d_viewer.widgets.viewport.cloud_view",
    "moe3d_viewer.widgets.viewport.object_clouds",
    "moe3d_viewer.widgets.viewport.gl_scene_view",
)
"""What defines classes of Qt, step after step. Only the GUI thread may load it: PySide6 notes
a new class in a table that the event loop reads without a lock, and the program would crash now and
then."""
TURN_S = 0.004
PAUSE_MS = 8
"""The GUI thread loads for one turn, or one step, and answers for at least as long."""
FAILURES = (ImportError, AttributeError, OSError, TypeError)
"""As PyOpenGL fails."""


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
        self._steps: Iterator[None] = iter(())
        self._next = QTimer(self)
        self._next.setInterval(PAUSE_MS)
        self._next.timeout.connect(self._load_some)

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
            self._loading.start(lambda _progress, _publish: _try_import(WITHOUT_QT, import_in_turn))

    @Slot(object)
    def _on_loaded(self, problem: str) -> None:
        if not problem:
            self._steps = _steps_with_qt()
            self._next.start()

    @Slot()
    def _load_some(self) -> None:
        """Some steps a turn of the event loop: the window answers in between."""
        try:
            is_more = for_a_moment(self._steps, TURN_S)
        except FAILURES:
            self._next.stop()  # `make` meets it again, and says so
            return
        if not is_more:
            self._next.stop()
            self.loaded.emit()

    def make(self, state: AppState) -> SceneView:
        """Wanted when the first result comes."""
        problem = self.graphics.problem or _try_import(WITHOUT_QT + WITH_QT)
        if problem:
            return PlainSceneView(state, problem)
        from moe3d_viewer.widgets.viewport.gl_scene_view import GlSceneView  # noqa: PLC0415 (0.6 s at start)

        return GlSceneView(state, self._theme)


def _steps_with_qt() -> Iterator[None]:
    """PySide6 makes the classes that pyqtgraph will ask for; then comes what has its own."""
    for module in map(import_module, QT_MODULES):
        for name in dir(module):
            getattr(module, name)
            yield
    yield from import_gradually(WITH_QT[0])
    for name in WITH_QT[1:]:
        import_module(name)
        yield


def _import(names: Sequence[str]) -> None:
    for name in names:
        import_module(name)


def _try_import(names: Sequence[str], load: Callable[[Sequence[str]], None] = _import) -> str:
    """Load parts of the 3D view and what its camera turns with; why one cannot be loaded."""
    try:
        load(names)
    except FAILURES as error:
        logger.exception("the 3D view cannot be loaded")
        return f"PyOpenGL cannot be loaded ({error})"
    return ""
