"""The points' place on the GPU: sent in parts, moved, read back by blocks; and their normals."""

import ctypes
from dataclasses import replace

import numpy as np
from OpenGL import GL

from moe3d_viewer.rendering.points.point_buffer import PointBuffer
from moe3d_viewer.rendering.points.point_growth import PointGrowth
from moe3d_viewer.rendering.points.point_vertex import CODES_DTYPE, EXTRA_DTYPE, VERTEX_DTYPE

UPLOAD_POINTS = 50_000
POSITION_BYTES, GROWTH_BYTES = 12, 4
CODES_LAYOUT = (
    (1, 4, GL.GL_UNSIGNED_BYTE, True, 0),
    (2, 2, GL.GL_UNSIGNED_SHORT, False, 4),
)
POSITIONS, CODES, EXTRAS, GROWTH = range(4)
NUM_ATTRIBUTES = 5
NORMAL_LOCATION = NUM_ATTRIBUTES
"""Of the normals, after the attributes of a `PointStorage`."""


class PointStorage:
    """Vertex buffers of one cloud: positions, codes, extras, growth.

    Any of several views whose contexts share may draw it. Everything but `move` needs a current
    context.
    """

    def __init__(self, buffer: PointBuffer) -> None:
        self.buffer = buffer
        """Without its vertices once they are uploaded."""
        self.uploaded = 0
        """Points that are on the GPU."""
        self.is_moved = False
        """Whether the points are drawn elsewhere than the buffer said."""
        self.revision = 0
        """Counts what changes the picture."""
        self._whole = buffer.block_lower, buffer.block_upper, buffer.bounds
        self._has_extras = buffer.extras is not None
        self._growth: PointGrowth | None = None
        self._is_growth_sent = True
        self._names: list[int] = []

    @property
    def is_complete(self) -> bool:
        """Whether every point is on the GPU."""
        return self.uploaded >= len(self.buffer) and self._is_growth_sent

    @property
    def sizes(self) -> tuple[int, ...]:
        """Bytes of every vertex buffer, as OpenGL tells them."""
        found = []
        for name in self._names:
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, name)
            size = GL.glGetBufferParameteriv(GL.GL_ARRAY_BUFFER, GL.GL_BUFFER_SIZE)
            found.append(int(np.ravel(size)[0]))
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        return tuple(found)

    def move(self, growth: PointGrowth | None) -> None:
        """Put the points elsewhere, with the next upload, or back; all else stays."""
        if growth is self._growth:
            return
        lower, upper, bounds = self._whole
        if growth is not None:
            if len(growth.growth) != len(self.buffer):
                return  # of another cloud
            lower, upper, bounds = growth.block_lower, growth.block_upper, growth.bounds
        self._growth, self._is_growth_sent = growth, False
        self.buffer = replace(self.buffer, block_lower=lower, block_upper=upper, bounds=bounds)
        self.revision += 1

    def upload_some(self) -> bool:
        """Send the next part; False if nothing was left to send."""
        if self.is_complete:
            return False
        if not self._names:
            self._names = [int(name) for name in GL.glGenBuffers(4)]
        if self.uploaded < len(self.buffer):
            self._send_points()
        else:
            self._send_growth()
        self.revision += 1
        return True

    def release(self) -> None:
        """Give the memory back; nothing can be drawn any more."""
        if self._names:
            GL.glDeleteBuffers(len(self._names), self._names)
            self._names = []

    def read_block(self, block: int) -> np.ndarray:
        """The vertices of one block, back from the GPU, where the buffer said."""
        start, stop = (int(place) for place in self.buffer.block_starts[block : block + 2])
        vertices = np.empty(stop - start, VERTEX_DTYPE)
        codes = self._read(CODES, block, CODES_DTYPE)
        vertices["position"] = self._read(POSITIONS, block, np.dtype((np.float32, 3)))
        for name in CODES_DTYPE.names or ():
            vertices[name] = codes[name]
        return vertices

    def read_extras(self, block: int) -> np.ndarray | None:
        """The extras of one block, back from the GPU; None without extras."""
        return self._read(EXTRAS, block, EXTRA_DTYPE) if self._has_extras else None

    def read_growth(self, block: int) -> np.ndarray | None:
        """The growths of one block, back from the GPU; None where nothing was moved."""
        return self._read(GROWTH, block, np.dtype(np.float32)) if self.is_moved else None

    def bind_attributes(self) -> None:
        """Point the vertex attributes at the buffers."""
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[POSITIONS])
        _point_at(0, 3, GL.GL_FLOAT, False, POSITION_BYTES, 0)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[CODES])
        for location, count, kind, normalized, offset in CODES_LAYOUT:
            _point_at(location, count, kind, normalized, CODES_DTYPE.itemsize, offset)
        if self._has_extras:
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[EXTRAS])
            _point_at(3, 4, GL.GL_UNSIGNED_BYTE, True, EXTRA_DTYPE.itemsize, 0)
        else:
            GL.glVertexAttrib4f(3, 0.0, 0.5, 0.0, 0.0)
        if self.is_moved:
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[GROWTH])
            _point_at(4, 1, GL.GL_FLOAT, False, GROWTH_BYTES, 0)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def release_attributes(self) -> None:
        """Switch the attributes off again."""
        for location in range(NUM_ATTRIBUTES):
            GL.glDisableVertexAttribArray(location)

    def _send_points(self) -> None:
        part = self.buffer.vertices[self.uploaded : self.uploaded + UPLOAD_POINTS]
        codes = np.empty(len(part), CODES_DTYPE)
        for name in CODES_DTYPE.names or ():
            codes[name] = part[name]
        self._send(POSITIONS, np.ascontiguousarray(part["position"]), POSITION_BYTES)
        self._send(CODES, codes, CODES_DTYPE.itemsize)
        if self.buffer.extras is not None:
            extras = self.buffer.extras[self.uploaded : self.uploaded + UPLOAD_POINTS]
            self._send(EXTRAS, extras, EXTRA_DTYPE.itemsize)
        self.uploaded += len(part)
        if self.uploaded >= len(self.buffer):
            self.buffer = self.buffer.without_vertices()

    def _send_growth(self) -> None:
        data = None if self._growth is None else self._growth.growth
        size = 0 if data is None else data.nbytes
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[GROWTH])
        GL.glBufferData(GL.GL_ARRAY_BUFFER, size, data, GL.GL_STREAM_DRAW)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        self.is_moved, self._is_growth_sent = data is not None, True

    def _send(self, which: int, part: np.ndarray, size: int) -> None:
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[which])
        if self.uploaded == 0:
            GL.glBufferData(GL.GL_ARRAY_BUFFER, len(self.buffer) * size, None, GL.GL_STATIC_DRAW)
        raw = part.view(np.uint8).reshape(-1)
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, self.uploaded * size, raw.nbytes, raw)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def _read(self, which: int, block: int, kind: np.dtype) -> np.ndarray:
        start, stop = (int(place) for place in self.buffer.block_starts[block : block + 2])
        found = np.empty(stop - start, kind)
        raw = found.view(np.uint8).reshape(-1)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._names[which])
        GL.glGetBufferSubData(GL.GL_ARRAY_BUFFER, start * kind.itemsize, found.nbytes, raw)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        return found


class NormalStorage:
    """One vertex buffer of four signed bytes a point; there only while normals are looked at."""

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


def _point_at(
    location: int, count: int, kind: int, normalized: bool, stride: int, offset: int
) -> None:
    GL.glEnableVertexAttribArray(location)
    GL.glVertexAttribPointer(location, count, kind, normalized, stride, ctypes.c_void_p(offset))
