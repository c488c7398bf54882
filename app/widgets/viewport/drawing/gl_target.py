"""An off-screen picture with a depth that shaders and picking can read."""

import numpy as np
from OpenGL import GL
from OpenGL.raw.GL.VERSION.GL_1_0 import glTexImage2D  # the wrapper refuses packed depths

EVERYTHING = (
    int(GL.GL_COLOR_BUFFER_BIT) | int(GL.GL_DEPTH_BUFFER_BIT) | int(GL.GL_STENCIL_BUFFER_BIT)
)


class GlTarget:
    """A framebuffer of one colour and one depth texture, single-sampled."""

    def __init__(self) -> None:
        self.size = (0, 0)
        self.framebuffer = 0
        """OpenGL's name of it; 0 until first bound."""
        self._textures: list[int] = []

    def bind(self, width: int, height: int) -> bool:
        """Make this the target of drawing; True if it is new and holds nothing yet."""
        is_new = self.size != (width, height)
        if is_new:
            self.release()
            self._create(width, height)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self.framebuffer)
        GL.glViewport(0, 0, width, height)
        return is_new

    def bind_textures(self) -> None:
        """Colour to unit 0, depth to unit 1."""
        for unit, texture in enumerate(self._textures):
            GL.glActiveTexture(int(GL.GL_TEXTURE0) + unit)
            GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
        GL.glActiveTexture(GL.GL_TEXTURE0)

    def clear(self) -> None:
        """Empty the bound target."""
        GL.glDepthMask(True)
        GL.glClearColor(0.0, 0.0, 0.0, 0.0)
        GL.glClear(EVERYTHING)

    def copy_to(self, framebuffer: int) -> None:
        """Copy colour, depth and stencil to another framebuffer of the same size and formats, and
        leave that one bound. All three together are one plain copy, much faster than a shader."""
        width, height = self.size
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self.framebuffer)
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, framebuffer)
        GL.glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, EVERYTHING, GL.GL_NEAREST)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, framebuffer)

    def read_depth(self, x: int, y: int, width: int, height: int) -> np.ndarray:
        """Depth values 0..1, rows from the bottom, of a rectangle inside the target."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self.framebuffer)
        data = GL.glReadPixels(x, y, width, height, GL.GL_DEPTH_COMPONENT, GL.GL_FLOAT)
        return np.asarray(data, np.float32).reshape(height, width)

    def read_color(self) -> np.ndarray:
        """(H, W, 4) uint8, rows from the top."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self.framebuffer)
        width, height = self.size
        pixels = np.empty((height, width, 4), np.uint8)
        GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, pixels)
        return pixels[::-1].copy()

    def release(self) -> None:
        """Give the memory back; needs the context in which the target was made."""
        if self.framebuffer:
            GL.glDeleteFramebuffers(1, [self.framebuffer])
        self.forget()

    def forget(self) -> None:
        """The context was replaced: the framebuffer went with it, the shared textures did not."""
        if self._textures:
            GL.glDeleteTextures(self._textures)
        self.size, self.framebuffer, self._textures = (0, 0), 0, []

    def _create(self, width: int, height: int) -> None:
        self.framebuffer = int(GL.glGenFramebuffers(1))
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self.framebuffer)
        kinds = (
            (GL.GL_RGBA8, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, GL.GL_COLOR_ATTACHMENT0),
            (
                GL.GL_DEPTH24_STENCIL8,  # as QOpenGLWidget's own, so that both can be copied
                GL.GL_DEPTH_STENCIL,
                GL.GL_UNSIGNED_INT_24_8,
                GL.GL_DEPTH_STENCIL_ATTACHMENT,
            ),
        )
        for inner, outer, kind, attachment in kinds:
            texture = int(GL.glGenTextures(1))
            GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
            sizes = int(inner), width, height, 0, int(outer), int(kind)
            glTexImage2D(int(GL.GL_TEXTURE_2D), 0, *sizes, None)
            GL.glTexParameteri(GL.GL_TEXTURE_2D, GL.GL_TEXTURE_MIN_FILTER, GL.GL_NEAREST)
            GL.glTexParameteri(GL.GL_TEXTURE_2D, GL.GL_TEXTURE_MAG_FILTER, GL.GL_NEAREST)
            GL.glFramebufferTexture2D(GL.GL_FRAMEBUFFER, attachment, GL.GL_TEXTURE_2D, texture, 0)
            self._textures.append(texture)
        self.size = (width, height)
