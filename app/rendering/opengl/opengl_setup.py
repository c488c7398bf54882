"""OpenGL settings that must be made before the QApplication exists."""

import sys

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QSurfaceFormat


def prepare_opengl(core_profile: bool = sys.platform == "darwin") -> None:
    """Share contexts between views and choose the default surface format.

    Without sharing a second view, or one in a floated dock, stays black.

    Args:
        core_profile: ask for OpenGL 3.3 core; macOS gives nothing newer than 2.1 otherwise.
    """
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QSurfaceFormat.setDefaultFormat(surface_format(core_profile))


def surface_format(core_profile: bool = False) -> QSurfaceFormat:
    """What every 3D view asks for; a core profile where the default format has one."""
    surface = QSurfaceFormat()
    surface.setDepthBufferSize(24)
    surface.setStencilBufferSize(8)
    core = QSurfaceFormat.OpenGLContextProfile.CoreProfile
    if core_profile or QSurfaceFormat.defaultFormat().profile() == core:
        surface.setVersion(3, 3)
        surface.setProfile(core)
    return surface
