"""What OpenGL really does on this display: a context is made, used, and links the view's shaders.

A display may promise a context and then refuse its use or the shaders, so nothing is believed that
was not tried.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLShader, QOpenGLShaderProgram

from moe3d_viewer.rendering.opengl.composite_shader import (
    BACKGROUND_FRAGMENT,
    LIGHTING_FRAGMENT,
    SCREEN_VERTEX,
)
from moe3d_viewer.rendering.opengl.opengl_setup import surface_format
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.points.point_shader import POINT_FRAGMENT, point_vertex_shader
from moe3d_viewer.rendering.space.line_vertices import LINE_FRAGMENT, LINE_VERTEX
from moe3d_viewer.rendering.space.photo_quads import QUAD_FRAGMENT, QUAD_VERTEX

PICTURE_PLATFORMS = ("offscreen", "minimal", "vnc", "linuxfb")
"""Qt platforms whose windows are plain pictures."""
ONE_WINDOW_PLATFORMS = ("eglfs", "minimalegl", "vkkhrdisplay")
"""Qt platforms that end the program when a second window with OpenGL appears."""
GLSL_NEEDED = 1.4
_VERSION, _RENDERER, _GLSL_VERSION = 0x1F02, 0x1F01, 0x8B8C
_PYOPENGL_NAMES = {"GLX": "glx", "EGL": "egl"}


@dataclass(frozen=True)
class Graphics:
    """What was found."""

    platform: str
    """Qt's name of the window system."""
    interface: str = ""
    """"GLX" or "EGL" on Linux: who made the context."""
    version: str = ""
    """OpenGL's own words on version and renderer; empty without a context."""
    problem: str = ""
    """Why the 3D view cannot draw; empty when it can."""
    core_profile: bool = False
    """Whether a core profile has to be asked for."""

    def __str__(self) -> str:
        through = f" through {self.interface}" if self.interface else ""
        found = f"OpenGL {self.version}{through}" if self.version else "no OpenGL"
        return f"{self.platform}, {found}"


def try_graphics() -> Graphics:
    """Try the usual context, then a core profile, which some drivers offer in newer versions.

    Needs the QGuiApplication; takes some hundredths of a second. PyOpenGL, if it is not loaded yet,
    will look for its functions where Qt makes its contexts.
    """
    platform = QGuiApplication.platformName()
    if platform in PICTURE_PLATFORMS:
        return Graphics(platform, problem=f"windows of the Qt platform '{platform}' have no OpenGL")
    if platform in ONE_WINDOW_PLATFORMS:
        why = f"the Qt platform '{platform}' shows a single picture without windows"
        return Graphics(platform, problem=why)
    found = _try_context(platform, surface_format(), core_profile=False)
    if found.version and found.problem:
        with_core = _try_context(platform, surface_format(core_profile=True), core_profile=True)
        found = found if with_core.problem else with_core
    if not found.problem and found.interface and "OpenGL.platform" not in sys.modules:
        os.environ["PYOPENGL_PLATFORM"] = _PYOPENGL_NAMES[found.interface]
    return found


def _try_context(platform: str, wanted: QSurfaceFormat, *, core_profile: bool) -> Graphics:
    context = QOpenGLContext()
    context.setFormat(wanted)
    shared = QOpenGLContext.globalShareContext()
    if shared is not None:
        context.setShareContext(shared)
    if not context.create():
        return Graphics(platform, problem="this display makes no OpenGL context")
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not surface.isValid() or not context.makeCurrent(surface):
        return Graphics(
            platform, problem="this display makes an OpenGL context that cannot be used"
        )
    try:
        words = context.functions()
        version = f"{words.glGetString(_VERSION)}, {words.glGetString(_RENDERER)}"
        problem = _fault(context, str(words.glGetString(_GLSL_VERSION) or ""))
        return Graphics(platform, _current_interface(), version, problem, core_profile)
    finally:
        context.doneCurrent()
        surface.destroy()


def _fault(context: QOpenGLContext, glsl: str) -> str:
    """What of the view does not work in the current context; empty when all does."""
    if context.isOpenGLES():
        return "this display offers OpenGL ES only; OpenGL 3.1 is needed"
    if _leading_number(glsl) < GLSL_NEEDED:
        return f"OpenGL 3.1 is needed, with shaders of GLSL {GLSL_NEEDED:.2f}; here is GLSL {glsl}"
    for vertex, fragment in _shaders():
        program = QOpenGLShaderProgram()
        is_linked = (
            program.addShaderFromSourceCode(QOpenGLShader.ShaderTypeBit.Vertex, vertex)
            and program.addShaderFromSourceCode(QOpenGLShader.ShaderTypeBit.Fragment, fragment)
            and program.link()
        )
        if not is_linked:
            said = next(iter(program.log().splitlines()), "no reason given")
            return f"the graphics driver refuses a shader of the view: {said}"
    depth = QOpenGLFramebufferObject.Attachment.CombinedDepthStencil
    target = QOpenGLFramebufferObject(8, 8, depth)
    if not target.isValid() or not QOpenGLFramebufferObject.hasOpenGLFramebufferBlit():
        return "the graphics driver cannot draw into pictures of its own"
    return ""


def _shaders() -> Iterator[tuple[str, str]]:
    yield SCREEN_VERTEX, BACKGROUND_FRAGMENT
    yield SCREEN_VERTEX, LIGHTING_FRAGMENT
    yield LINE_VERTEX, LINE_FRAGMENT
    yield QUAD_VERTEX, QUAD_FRAGMENT
    for mode in (ColorMode.PHOTO, ColorMode.NORMAL):
        for moved in (False, True):
            yield point_vertex_shader(mode, moved=moved), POINT_FRAGMENT


def _leading_number(text: str) -> float:
    digits = text.split()[0] if text.split() else ""
    try:
        return float(".".join(digits.split(".")[:2]))
    except ValueError:
        return 0.0


def _current_interface() -> str:
    """Who made the current context; empty where there is only one way."""
    if not sys.platform.startswith("linux"):
        return ""
    asked = (
        ("EGL", "libEGL.so.1", "eglGetCurrentContext"),
        ("GLX", "libGL.so.1", "glXGetCurrentContext"),
    )
    for name, library, function in asked:
        with suppress(OSError, AttributeError):
            current = getattr(ctypes.CDLL(library), function)
            current.restype = ctypes.c_void_p
            if current():
                return name
    return ""
