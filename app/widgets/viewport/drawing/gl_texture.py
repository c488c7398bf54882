"""Textures: small tables for shaders, and pictures."""

import cv2
import numpy as np
from OpenGL import GL

MIPMAPS = 4


class GlTexture:
    """A 2D texture that is made and replaced while a context is current."""

    def __init__(self) -> None:
        self._name = 0

    def upload_table(self, table: np.ndarray) -> None:
        """Take a (H, W, 4) float32 table, read without filtering."""
        self._bind_new(GL.GL_NEAREST)
        data = np.ascontiguousarray(table, np.float32)
        height, width = data.shape[:2]
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D, 0, GL.GL_RGBA32F, width, height, 0, GL.GL_RGBA, GL.GL_FLOAT, data
        )

    def upload_image(self, image: np.ndarray, mipmaps: bool = False) -> None:
        """Take a (H, W, 3) uint8 picture, read with linear filtering."""
        self._bind_new(GL.GL_LINEAR)
        levels = _halved(image) if mipmaps else [image]
        for level, data in enumerate(levels):
            _send_level(level, data)
        if mipmaps:
            GL.glTexParameteri(GL.GL_TEXTURE_2D, GL.GL_TEXTURE_MAX_LEVEL, len(levels) - 1)
            GL.glTexParameteri(
                GL.GL_TEXTURE_2D, GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR_MIPMAP_LINEAR
            )

    def bind(self, unit: int) -> None:
        """Bind to a texture unit."""
        GL.glActiveTexture(int(GL.GL_TEXTURE0) + unit)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._name)
        GL.glActiveTexture(GL.GL_TEXTURE0)

    def _bind_new(self, filtering: int) -> None:
        if not self._name:
            self._name = int(GL.glGenTextures(1))
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._name)
        for key in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
            GL.glTexParameteri(GL.GL_TEXTURE_2D, key, filtering)
        for key in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T):
            GL.glTexParameteri(GL.GL_TEXTURE_2D, key, GL.GL_CLAMP_TO_EDGE)


def _halved(image: np.ndarray) -> list[np.ndarray]:
    """The picture and smaller ones; glGenerateMipmap takes 0.3 s on a software rasteriser."""
    levels = [image]
    while len(levels) < MIPMAPS and min(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        half = (width // 2, height // 2)
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
    return levels


def _send_level(level: int, image: np.ndarray) -> None:
    data = np.ascontiguousarray(image, np.uint8)
    height, width = data.shape[:2]
    sizes = GL.GL_RGB8, width, height, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    GL.glTexImage2D(GL.GL_TEXTURE_2D, level, *sizes, data)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 4)
