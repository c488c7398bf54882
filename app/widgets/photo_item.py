"""Photos on rectangles in the 3D view, out of one texture."""

import numpy as np
from OpenGL import GL
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from app.rendering.photo_quads import QUAD_FRAGMENT, QUAD_VERTEX, quad_vertices
from app.widgets.gl_program import GlProgram
from app.widgets.gl_texture import GlTexture
from app.widgets.gl_vertices import GlVertices


class PhotoItem(GLGraphicsItem):
    """Rectangles that show parts of one picture."""

    def __init__(self, hidden_by_points: bool = True) -> None:
        super().__init__()
        self._hidden_by_points = hidden_by_points
        self._image: np.ndarray | None = None
        self._vertices = GlVertices((3, 2, 1))
        self._texture = GlTexture()
        self._program = GlProgram(QUAD_VERTEX, QUAD_FRAGMENT, ("a_position", "a_place", "a_alpha"))

    def set_image(self, image: np.ndarray) -> None:
        """Take the (H, W, 3) picture; sent at the next draw."""
        self._image = image
        self.update()

    def set_quads(self, corners: np.ndarray, places: np.ndarray, alphas: np.ndarray) -> None:
        """Take (S, 4, 3) corners, their (S, 4, 2) places in the picture and S opacities."""
        self._vertices.set(quad_vertices(corners, places, alphas))
        self.update()

    def paint(self) -> None:
        """Draw the rectangles, blended over what is there."""
        if not len(self._vertices):
            return
        if self._image is not None:
            self._texture.upload_image(self._image, mipmaps=True)
            self._image = None
        GL.glEnable(GL.GL_BLEND)
        GL.glBlendFuncSeparate(
            GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA
        )
        (GL.glEnable if self._hidden_by_points else GL.glDisable)(GL.GL_DEPTH_TEST)
        matrix = np.array(self.mvpMatrix().copyDataTo()).reshape(4, 4)
        self._program.use()
        self._program.set_matrix("u_clip_from_world", matrix)
        self._program.set_int("u_photo", 0)
        self._texture.bind(0)
        self._vertices.draw()
        GL.glUseProgram(0)
        GL.glDisable(GL.GL_BLEND)
