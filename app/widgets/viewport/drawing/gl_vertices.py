"""A small vertex buffer of float attributes, replaced as a whole when it changes."""

import ctypes
from collections.abc import Sequence

import numpy as np
from OpenGL import GL


class GlVertices:
    """Interleaved float32 attributes; locations follow the order of the sizes."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = tuple(sizes)
        self._name = 0
        self._data = np.empty((0, sum(sizes)), np.float32)
        self._stale = True

    def set(self, data: np.ndarray) -> None:
        """Take (N, sum of sizes) floats; sent at the next draw."""
        self._data = np.ascontiguousarray(data, np.float32)
        self._stale = True

    def __len__(self) -> int:
        return len(self._data)

    def draw(self, kind: int = GL.GL_TRIANGLES) -> None:
        """Draw everything with the current program."""
        if not len(self):
            return
        if not self._name:
            self._name = int(GL.glGenBuffers(1))
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._name)
        if self._stale:
            GL.glBufferData(GL.GL_ARRAY_BUFFER, self._data.nbytes, self._data, GL.GL_DYNAMIC_DRAW)
            self._stale = False
        offset = 0
        for location, size in enumerate(self._sizes):
            GL.glEnableVertexAttribArray(location)
            GL.glVertexAttribPointer(
                location, size, GL.GL_FLOAT, False, 4 * sum(self._sizes), ctypes.c_void_p(offset)
            )
            offset += 4 * size
        GL.glDrawArrays(kind, 0, len(self))
        for location in range(len(self._sizes)):
            GL.glDisableVertexAttribArray(location)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
