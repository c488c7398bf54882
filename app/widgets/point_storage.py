"""The point buffer's place on the GPU: sent in parts, moved, and read back by blocks."""

import ctypes
from dataclasses import replace

import numpy as np
from OpenGL import GL

from app.rendering.point_buffer import PointBuffer
from app.rendering.point_positions import PointPositions
from app.rendering.point_vertex import CODES_DTYPE, EXTRA_DTYPE, VERTEX_DTYPE

UPLOAD_POINTS = 500_000
POSITION_BYTES = 12
CODES_LAYOUT = (
    (1, 4, GL.GL_UNSIGNED_BYTE, True, 0),
    (2, 2, GL.GL_UNSIGNED_SHORT, False, 4),
)


class PointStorage:
    """Three vertex buffers of one cloud: positions, codes, extras. Everything but `start` and
    `move` needs a current context."""

    def __init__(self) -> None:
        self.buffer: PointBuffer | None = None
        """Without its vertices once they are uploaded."""
        self.uploaded = 0
        """Points that are on the GPU."""
        self._has_extras = False
        self._moved: PointPositions | None = None
        self._names: list[int] = []

    def start(self, buffer: PointBuffer | None) -> None:
        """Hold this cloud from now on."""
        self.buffer, self.uploaded, self._moved = buffer, 0, None
        self._has_extras = buffer is not None and buffer.extras is not None

    def move(self, positions: PointPositions) -> None:
        """Put the points elsewhere, with the next upload; colours, filters and order stay."""
        if self.buffer is not None and len(positions.positions) == len(self.buffer):
            self._moved = positions
            self.buffer = replace(
                self.buffer,
                block_lower=positions.block_lower,
                block_upper=positions.block_upper,
                bounds=positions.bounds,
            )

    @property
    def is_complete(self) -> bool:
        """Whether every point is on the GPU."""
        return self.buffer is None or (self.uploaded >= len(self.buffer) and self._moved is None)

    def upload_some(self) -> bool:
        """Send the next part; False if nothing was left to send."""
        if self.buffer is None or self.is_complete:
            return False
        if self.uploaded >= len(self.buffer):
            self._send_moved()
            return True
        if not self._names:
            self._names = [int(name) for name in GL.glGenBuffers(3)]
        part = self.buffer.vertices[self.uploaded : self.uploaded + UPLOAD_POINTS]
        codes = np.empty(len(part), CODES_DTYPE)
        for name in CODES_DTYPE.names or ():
            codes[name] = part[name]
        self._send_part(self._names[0], np.ascontiguousarray(part["position"]), POSITION_BYTES)
        self._send_part(self._names[1], codes, CODES_DTYPE.itemsize)
        if self.buffer.extras is not None:
            extras = self.buffer.extras[self.uploaded : self.uploaded + UPLOAD_POINTS]
            self._send_part(self._names[2], extras, EXTRA_DTYPE.itemsize)
        self.uploaded += len(part)
        if self.uploaded >= len(self.buffer):
            self.buffer = self.buffer.without_vertices()
        return True

    def read_block(self, block: int) -> np.ndarray:
        """The vertices of one block, back from the GPU."""
        if self.buffer is None or not self._names:
            return np.empty(0, VERTEX_DTYPE)
        start, stop = (int(place) for place in self.buffer.block_starts[block : block + 2])
        vertices = np.empty(stop - start, VERTEX_DTYPE)
        codes = np.empty(stop - start, CODES_DTYPE)
        positions = np.empty((stop - start, 3), np.float32)
        self._read_into(0, positions, start)
        self._read_into(1, codes, start)
        vertices["position"] = positions
        for name in CODES_DTYPE.names or ():
            vertices[name] = codes[name]
        return vertices

    def read_extras(self, block: int) -> np.ndarray | None:
        """The extras of one block, back from the GPU; None without extras."""
        if self.buffer is None or not self._names or not self._has_extras:
            return None
        start, stop = (int(place) for place in self.buffer.block_starts[block : block + 2])
        extras = np.empty(stop - start, EXTRA_DTYPE)
        self._read_into(2, extras, start)
        return extras

    def _read_into(self, which: int, array: np.ndarray, start: int) -> None:
        size = array.nbytes // max(len(array), 1)
        raw = array.view(np.uint8).reshape(-1)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[which])
        GL.glGetBufferSubData(GL.GL_ARRAY_BUFFER, start * size, array.nbytes, raw)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def bind_attributes(self) -> None:
        """Point the four vertex attributes at the buffers."""
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[0])
        _point_at(0, 3, GL.GL_FLOAT, False, POSITION_BYTES, 0)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[1])
        for location, count, kind, normalized, offset in CODES_LAYOUT:
            _point_at(location, count, kind, normalized, CODES_DTYPE.itemsize, offset)
        if self._has_extras:
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[2])
            _point_at(3, 4, GL.GL_UNSIGNED_BYTE, True, EXTRA_DTYPE.itemsize, 0)
        else:
            GL.glVertexAttrib4f(3, 0.0, 0.5, 0.0, 0.0)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def release_attributes(self) -> None:
        """Switch the attributes off again."""
        for location in range(4):
            GL.glDisableVertexAttribArray(location)

    def _send_moved(self) -> None:
        assert self._moved is not None
        data = self._moved.positions
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[0])
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, 0, data.nbytes, data)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        self._moved = None

    def _send_part(self, name: int, part: np.ndarray, size: int) -> None:
        assert self.buffer is not None
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, name)
        if self.uploaded == 0:
            GL.glBufferData(GL.GL_ARRAY_BUFFER, len(self.buffer) * size, None, GL.GL_STATIC_DRAW)
        raw = part.view(np.uint8).reshape(-1)
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, self.uploaded * size, raw.nbytes, raw)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)


def _point_at(
    location: int, count: int, kind: int, normalized: bool, stride: int, offset: int
) -> None:
    GL.glEnableVertexAttribArray(location)
    GL.glVertexAttribPointer(location, count, kind, normalized, stride, ctypes.c_void_p(offset))
