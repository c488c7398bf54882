"""A mesh's place on the GPU: sent in parts, drawn by any view whose context shares."""

import ctypes
from collections.abc import Iterator

import numpy as np
from OpenGL import GL
from OpenGL.raw.GL.VERSION.GL_1_1 import glTexSubImage2D  # the wrapper copies once more

from moe3d_viewer.rendering.meshes.mesh_buffer import VERTEX_DTYPE, MeshBuffer

PART_BYTES = 6_000_000
"""Of one upload: some milliseconds."""
LAYOUT = (
    (0, 3, GL.GL_FLOAT, False, 0),
    (1, 4, GL.GL_BYTE, True, 12),
    (2, 4, GL.GL_UNSIGNED_BYTE, True, 16),
    (3, 2, GL.GL_UNSIGNED_SHORT, True, 20),
)


class MeshStorage:
    """Vertices, the corners of every level, and the texture. Needs a current context, but to be
    made."""

    def __init__(self, buffer: MeshBuffer) -> None:
        self.bounds, self.num_faces, self.edge = buffer.bounds, buffer.num_faces, buffer.edge
        self.has_texture, self.has_colors = bool(buffer.textures), buffer.has_colors
        self.level_sizes = tuple(len(level) for level in buffer.levels)
        """Triangles of each level."""
        self.revision = 0
        """Counts what changes the picture."""
        self._buffers: list[int] = []
        self._texture = 0
        self._waiting: Iterator[None] | None = self._send(buffer)

    @property
    def is_complete(self) -> bool:
        """Whether everything is on the GPU."""
        return self._waiting is None

    def upload_some(self) -> None:
        """Send the next part."""
        if self._waiting is None:
            return
        try:
            next(self._waiting)
        except StopIteration:
            self._waiting = None
        self.revision += 1

    def draw(self, level: int, first: int, count: int) -> None:
        """Draw so many triangles of a level with the current program."""
        if count <= 0 or not self.is_complete:
            return
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._buffers[0])
        for location, size, kind, normalized, offset in LAYOUT:
            GL.glEnableVertexAttribArray(location)
            at, stride = ctypes.c_void_p(offset), VERTEX_DTYPE.itemsize
            GL.glVertexAttribPointer(location, size, kind, normalized, stride, at)
        GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, self._buffers[1 + level])
        start = ctypes.c_void_p(12 * first)
        GL.glDrawElements(GL.GL_TRIANGLES, 3 * count, GL.GL_UNSIGNED_INT, start)
        GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, 0)
        for location, *_ in LAYOUT:
            GL.glDisableVertexAttribArray(location)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)

    def bind_texture(self) -> None:
        """To unit 0."""
        GL.glActiveTexture(GL.GL_TEXTURE0)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._texture)

    def release(self) -> None:
        """Give the memory back; nothing can be drawn any more."""
        self._waiting = None
        self.level_sizes = ()
        if self._buffers:
            GL.glDeleteBuffers(len(self._buffers), self._buffers)
            self._buffers = []
        if self._texture:
            GL.glDeleteTextures([self._texture])
            self._texture = 0

    def _send(self, buffer: MeshBuffer) -> Iterator[None]:
        count = 1 + len(buffer.levels)
        names = GL.glGenBuffers(count)
        self._buffers = [int(name) for name in np.ravel(names)]
        kinds = [GL.GL_ARRAY_BUFFER, *[GL.GL_ELEMENT_ARRAY_BUFFER] * len(buffer.levels)]
        arrays = (buffer.vertices, *buffer.levels)
        for kind, name, array in zip(kinds, self._buffers, arrays, strict=True):
            yield from _send_bytes(kind, name, np.ascontiguousarray(array))
        if buffer.textures:
            self._texture = int(GL.glGenTextures(1))
            for level, image in enumerate(buffer.textures):
                yield from self._send_image(level, np.ascontiguousarray(image))
            self._set_filters(len(buffer.textures))

    def _send_image(self, level: int, image: np.ndarray) -> Iterator[None]:
        height, width = image.shape[:2]
        rows = max(PART_BYTES // (3 * width), 1)
        self.bind_texture()
        sizes = GL.GL_RGB8, width, height, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE
        GL.glTexImage2D(GL.GL_TEXTURE_2D, level, *sizes, None)
        for top in range(0, height, rows):
            part = image[top : top + rows]
            self.bind_texture()
            GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
            place = int(GL.GL_TEXTURE_2D), level, 0, top, width, len(part)
            kinds = int(GL.GL_RGB), int(GL.GL_UNSIGNED_BYTE)
            glTexSubImage2D(*place, *kinds, part.ctypes.data_as(ctypes.c_void_p))
            GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 4)
            yield

    def _set_filters(self, num_levels: int) -> None:
        self.bind_texture()
        for key, value in (
            (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR_MIPMAP_LINEAR),
            (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
            (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE),
            (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
            (GL.GL_TEXTURE_MAX_LEVEL, num_levels - 1),
        ):
            GL.glTexParameteri(GL.GL_TEXTURE_2D, key, value)


def _send_bytes(kind: int, name: int, array: np.ndarray) -> Iterator[None]:
    raw = array.view(np.uint8).reshape(-1)
    GL.glBindBuffer(kind, name)
    GL.glBufferData(kind, raw.nbytes, None, GL.GL_STATIC_DRAW)
    for start in range(0, raw.nbytes, PART_BYTES):
        part = raw[start : start + PART_BYTES]
        GL.glBindBuffer(kind, name)
        GL.glBufferSubData(kind, start, part.nbytes, part)
        GL.glBindBuffer(kind, 0)
        yield
