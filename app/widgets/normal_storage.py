"""The points' normals on the GPU: there only while they are looked at."""

import ctypes

import numpy as np
from OpenGL import GL

NORMAL_LOCATION = 5
"""Of the attribute; those below belong to `PointStorage`."""


class NormalStorage:
    """One vertex buffer of four signed bytes a point."""

    def __init__(self) -> None:
        self._waiting: np.ndarray | None = None
        self._name = self._count = 0

    def take(self, normals: np.ndarray | None) -> None:
        """Show these from the next picture on, or none; needs no context."""
        self._waiting = normals
        self._count = 0 if normals is None else len(normals)

    def bring_up_to_date(self) -> None:
        """Send what waits, free what is no longer wanted; needs a current context."""
        if self._waiting is not None:
            self._name = self._name or int(GL.glGenBuffers(1))
            raw = np.ascontiguousarray(self._waiting)
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._name)
            GL.glBufferData(GL.GL_ARRAY_BUFFER, raw.nbytes, raw, GL.GL_STATIC_DRAW)
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
            self._waiting = None
        elif self._count == 0 and self._name:
            GL.glDeleteBuffers(1, [self._name])
            self._name = 0

    def bind(self, num_points: int) -> None:
        """Point the attribute at the normals; at zero, "unknown", unless there is one a point."""
        if self._name == 0 or self._count != num_points:
            GL.glVertexAttrib4f(NORMAL_LOCATION, 0.0, 0.0, 0.0, 0.0)
            return
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._name)
        GL.glEnableVertexAttribArray(NORMAL_LOCATION)
        start = ctypes.c_void_p(0)
        GL.glVertexAttribPointer(NORMAL_LOCATION, 4, GL.GL_BYTE, True, 4, start)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def release(self) -> None:
        """Switch the attribute off again."""
        GL.glDisableVertexAttribArray(NORMAL_LOCATION)
