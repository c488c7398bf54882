"""Whether there is OpenGL here, and which 3D view to make."""

from importlib import import_module
from threading import Thread

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication, QOpenGLContext

from app.state.app_state import AppState
from app.widgets.plain_scene_view import PlainSceneView
from app.widgets.scene_view import SceneView, SceneViewFactory
from app.widgets.theme import Theme

NO_GL_PLATFORMS = ("offscreen", "minimal", "vnc", "linuxfb")


def has_opengl() -> bool:
    """Whether a context can be made on this display."""
    return QGuiApplication.platformName() not in NO_GL_PLATFORMS and QOpenGLContext().create()


@Slot()
def load_ahead() -> None:
    """Import what the first 3D view needs while the user looks at photos: it takes half a second,
    which would be missed when the first result comes."""
    if QGuiApplication.platformName() not in NO_GL_PLATFORMS:
        Thread(target=import_module, args=("app.widgets.gl_scene_view",), daemon=True).start()


def scene_view_factory(theme: Theme) -> SceneViewFactory:
    """Makes the 3D view when the first result comes; a plain panel where there is no OpenGL."""

    def make(state: AppState) -> SceneView:
        if not has_opengl():
            return PlainSceneView(state)
        from app.widgets.gl_scene_view import GlSceneView  # noqa: PLC0415 (0.6 s at start)

        return GlSceneView(state, theme)

    return make
