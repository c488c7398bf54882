"""The point buffer's place on the GPU: sent in parts, read back by blocks."""

import ctypes

import numpy as np
from OpenGL import GL

from app.rendering.point_buffer import EXTRA_DTYPE, VERTEX_DTYPE, PointBuffer

UPLOAD_POINTS = 500_000
VERTEX_LAYOUT = (
    (0, 3, GL.GL_FLOAT, False, 0),
    (1, 4, GL.GL_UNSIGNED_BYTE, True, 12),
    (2, 2, GL.GL_UNSIGNED_SHORT, False, 16),
)


class PointStorage:
    """Vertex buffers of one cloud. Everything but `start` needs a current context."""

    def __init__(self) -> None:
        self.buffer: PointBuffer | None = None
        """Without its vertices once they are uploaded."""
        self.uploaded = 0
        """Points that are on the GPU."""
        self._has_extras = False
        self._names: list[int] = []

    def start(self, buffer: PointBuffer | None) -> None:
        """Hold this cloud from now on."""
        self.buffer, self.uploaded = buffer, 0
        self._has_extras = buffer is not None and buffer.extras is not None

    @property
    def is_complete(self) -> bool:
        """Whether every point is on the GPU."""
        return self.buffer is None or self.uploaded >= len(self.buffer)

    def upload_some(self) -> bool:
        """Send the next part; False if nothing was left to send."""
        if self.buffer is None or self.is_complete:
            return False
        if not self._names:
            self._names = [int(name) for name in GL.glGenBuffers(2)]
        self._upload_part(self._names[0], self.buffer.vertices)
        if self.buffer.extras is not None:
            self._upload_part(self._names[1], self.buffer.extras)
        self.uploaded = min(self.uploaded + UPLOAD_POINTS, len(self.buffer))
        if self.is_complete:
            self.buffer = self.buffer.without_vertices()
        return True

    def read_block(self, block: int) -> np.ndarray:
        """The vertices of one block, back from the GPU."""
        if self.buffer is None or not self._names:
            return np.empty(0, VERTEX_DTYPE)
        start, stop = (int(place) for place in self.buffer.block_starts[block : block + 2])
        vertices = np.empty(stop - start, VERTEX_DTYPE)
        offset = start * VERTEX_DTYPE.itemsize
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[0])
        GL.glGetBufferSubData(GL.GL_ARRAY_BUFFER, offset, vertices.nbytes, vertices.view(np.uint8))
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        return vertices

    def bind_attributes(self) -> None:
        """Point the four vertex attributes at the buffers."""
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[0])
        for location, count, kind, normalized, offset in VERTEX_LAYOUT:
            GL.glEnableVertexAttribArray(location)
            GL.glVertexAttribPointer(
                location, count, kind, normalized, VERTEX_DTYPE.itemsize, ctypes.c_void_p(offset)
            )
        if self._has_extras:
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[1])
            GL.glEnableVertexAttribArray(3)
            GL.glVertexAttribPointer(
                3, 4, GL.GL_UNSIGNED_BYTE, True, EXTRA_DTYPE.itemsize, ctypes.c_void_p(0)
            )
        else:
            GL.glVertexAttrib4f(3, 0.0, 0.5, 0.0, 0.0)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def release_attributes(self) -> None:
        """Switch the attributes off again."""
        for location in range(4):
            GL.glDisableVertexAttribArray(location)

    def _upload_part(self, name: int, array: np.ndarray) -> None:
        size = array.dtype.itemsize
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, name)
        if self.uploaded == 0:
            GL.glBufferData(GL.GL_ARRAY_BUFFER, array.nbytes, None, GL.GL_STATIC_DRAW)
        part = array[self.uploaded : self.uploaded + UPLOAD_POINTS]
        GL.glBufferSubData(
            GL.GL_ARRAY_BUFFER, self.uploaded * size, part.nbytes, part.view(np.uint8)
        )
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
