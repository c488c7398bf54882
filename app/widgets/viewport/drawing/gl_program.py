"""A linked shader program whose uniforms are set by name."""

from collections.abc import Sequence

import numpy as np
from OpenGL import GL
from OpenGL.GL import shaders
from PySide6.QtGui import QOpenGLContext, QSurfaceFormat


class GlProgram:
    """Compiles when first used, so that it can be made without a context."""

    def __init__(self, vertex: str, fragment: str, attributes: Sequence[str] = ()) -> None:
        self._sources = (vertex, fragment)
        self._attributes = tuple(attributes)
        self._program = 0
        self._locations: dict[str, int] = {}

    def use(self) -> None:
        """Make this the current program."""
        if not self._program:
            self._program = self._link()
        GL.glUseProgram(self._program)

    def set_float(self, name: str, *values: float) -> None:
        """Set a float, vec2, vec3 or vec4."""
        setter = (GL.glUniform1f, GL.glUniform2f, GL.glUniform3f, GL.glUniform4f)[len(values) - 1]
        setter(self._location(name), *map(float, values))

    def set_int(self, name: str, value: int) -> None:
        """Set an int or a sampler's texture unit."""
        GL.glUniform1i(self._location(name), int(value))

    def set_vectors(self, name: str, values: np.ndarray) -> None:
        """Set an array of vec4."""
        data = np.ascontiguousarray(values, np.float32)
        GL.glUniform4fv(self._location(name), len(data), data)

    def set_matrix(self, name: str, matrix: np.ndarray) -> None:
        """Set a mat4 that multiplies column vectors from the left."""
        GL.glUniformMatrix4fv(
            self._location(name), 1, True, np.ascontiguousarray(matrix, np.float32)
        )

    def _location(self, name: str) -> int:
        if name not in self._locations:
            self._locations[name] = GL.glGetUniformLocation(self._program, name)
        return self._locations[name]

    def _link(self) -> int:
        vertex, fragment = self._sources
        program = int(GL.glCreateProgram() or 0)
        for kind, source in ((GL.GL_VERTEX_SHADER, vertex), (GL.GL_FRAGMENT_SHADER, fragment)):
            GL.glAttachShader(program, shaders.compileShader(source, kind))
        for index, name in enumerate(self._attributes):
            GL.glBindAttribLocation(program, index, name)
        GL.glLinkProgram(program)
        if not GL.glGetProgramiv(program, GL.GL_LINK_STATUS):
            raise RuntimeError(f"a shader does not link: {GL.glGetProgramInfoLog(program)!r}")
        return program


def enable_point_sizes() -> None:
    """Let the vertex shader choose point sizes, in a core and in a compatibility context."""
    GL.glEnable(GL.GL_PROGRAM_POINT_SIZE)
    context = QOpenGLContext.currentContext()
    core = QSurfaceFormat.OpenGLContextProfile.CoreProfile
    if context is not None and context.format().profile() != core:
        GL.glEnable(GL.GL_POINT_SPRITE)
