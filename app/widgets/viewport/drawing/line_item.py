"""Thick smooth lines in the 3D view, and marks that are made of them."""

import numpy as np
from OpenGL import GL
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from moe3d_viewer.rendering.space.hypotheses import Hypotheses, mark_segments
from moe3d_viewer.rendering.space.line_vertices import LINE_FRAGMENT, LINE_VERTEX, line_vertices
from moe3d_viewer.rendering.space.view_colors import Rgb
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.gl_program import GlProgram
from moe3d_viewer.widgets.viewport.drawing.gl_vertices import GlVertices


class LineItem(GLGraphicsItem):
    """Segments of one width; each has its colour."""

    def __init__(self, width_px: float = 1.5, hidden_by_points: bool = True) -> None:
        super().__init__()
        self.width_px = width_px
        self._hidden_by_points = hidden_by_points
        self._vertices = GlVertices((3, 3, 2, 4))
        self._program = GlProgram(
            LINE_VERTEX, LINE_FRAGMENT, ("a_start", "a_end", "a_corner", "a_color")
        )

    def set_segments(self, segments: np.ndarray, color: Rgb, alpha: float = 1.0) -> None:
        """Take (N, 2, 3) segments of one colour."""
        rgba = np.array([*(channel / 255 for channel in color), alpha], np.float32)
        self.set_colored(segments, np.tile(rgba, (len(segments), 1)))

    def set_colored(self, segments: np.ndarray, colors: np.ndarray) -> None:
        """Take (N, 2, 3) segments with (N, 4) colours, 0..1."""
        self._vertices.set(line_vertices(segments.astype(np.float32), colors.astype(np.float32)))
        self.update()

    def paint(self) -> None:
        """Draw with smooth edges; hidden behind points, or shining through."""
        if not len(self._vertices):
            return
        GL.glEnable(GL.GL_BLEND)
        GL.glBlendFuncSeparate(
            GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA
        )
        (GL.glEnable if self._hidden_by_points else GL.glDisable)(GL.GL_DEPTH_TEST)
        GL.glDepthMask(False)
        _, _, width, height = GL.glGetIntegerv(GL.GL_VIEWPORT)
        ratio = getattr(self.view(), "pixel_scale", 1.0)
        matrix = np.array(self.mvpMatrix().copyDataTo()).reshape(4, 4)
        self._program.use()
        self._program.set_matrix("u_clip_from_world", matrix)
        self._program.set_float("u_half_size", width / 2, height / 2)
        self._program.set_float("u_half_width", self.width_px * ratio / 2)
        self._vertices.draw()
        GL.glUseProgram(0)
        GL.glDepthMask(True)
        GL.glDisable(GL.GL_BLEND)


class HypothesisItem(LineItem):
    """Rings of fixed size over everything else, at every expert's point on the ray of a pixel."""

    def __init__(self) -> None:
        super().__init__(2.2, hidden_by_points=False)
        self.hypotheses: Hypotheses | None = None
        self.setVisible(False)

    def show_hypotheses(self, hypotheses: Hypotheses | None) -> None:
        """Mark these points, or none."""
        self.hypotheses = hypotheses
        self.setVisible(hypotheses is not None)
        if hypotheses is None:
            self.set_colored(np.zeros((0, 2, 3)), np.zeros((0, 4)))

    def face(self, frame: ViewFrame) -> None:
        """Turn the rings towards the camera; called before each picture."""
        if self.hypotheses is not None:
            self.set_colored(*mark_segments(self.hypotheses, frame.camera, frame.viewport))
