"""The background of the 3D view, drawn once and then copied, and the lighting over a picture."""

from dataclasses import dataclass

from OpenGL import GL

from moe3d_viewer.rendering.opengl.composite_shader import (
    BACKGROUND_FRAGMENT,
    LIGHTING_FRAGMENT,
    SCREEN_VERTEX,
)
from moe3d_viewer.rendering.space.view_colors import DARK, ViewColors
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.gl_program import GlProgram
from moe3d_viewer.widgets.viewport.drawing.gl_target import GlTarget


@dataclass(frozen=True)
class Lighting:
    """Eye-dome lighting of the points."""

    strength: float = 0.0
    reach_px: float = 1.0
    """Of a screen without scaling; at least one pixel is taken."""


class Backdrop:
    """Fills a target with the background colour and the farthest depth."""

    def __init__(self) -> None:
        self.colors: ViewColors = DARK
        self._target = GlTarget()
        self._drawn: tuple[object, ...] = ()
        self._program = GlProgram(SCREEN_VERTEX, BACKGROUND_FRAGMENT)

    def fill(self, target: GlTarget, width: int, height: int) -> None:
        """Bind a target of this size and lay the background into it."""
        wanted = (width, height, self.colors)
        if wanted != self._drawn:
            self._target.bind(width, height)
            self._draw()
            self._drawn = wanted
        target.bind(width, height)
        self._target.copy_to(target.framebuffer)

    def forget(self) -> None:
        """The context was replaced."""
        self._target.forget()
        self._drawn = ()

    def release(self) -> None:
        """Give the memory back."""
        self._target.release()
        self._drawn = ()

    def _draw(self) -> None:
        self._target.clear()
        self._program.use()
        colors = self.colors
        self._program.set_float("u_top", *(channel / 255 for channel in colors.background_top))
        self._program.set_float(
            "u_bottom", *(channel / 255 for channel in colors.background_bottom)
        )
        draw_over_screen(GL.GL_LEQUAL)


class LightingPass:
    """Copies a picture into the bound framebuffer and shades it by its depth."""

    def __init__(self) -> None:
        self._program = GlProgram(SCREEN_VERTEX, LIGHTING_FRAGMENT)

    def draw(
        self, picture: GlTarget, frame: ViewFrame, lighting: Lighting, pixel_ratio: float
    ) -> None:
        """Shade points by how deep they lie behind their neighbours."""
        picture.bind_textures()
        self._program.use()
        self._program.set_int("u_color", 0)
        self._program.set_int("u_depth", 1)
        self._program.set_float("u_shade", lighting.strength)
        self._program.set_float("u_reach", max(round(lighting.reach_px * pixel_ratio), 1))
        self._program.set_float("u_planes", frame.near, frame.far, frame.camera.orthographic)
        draw_over_screen(GL.GL_ALWAYS)


def draw_over_screen(depth_function: int) -> None:
    """Draw one triangle that covers the bound target, with the current program."""
    GL.glDisable(GL.GL_BLEND)
    GL.glEnable(GL.GL_DEPTH_TEST)
    GL.glDepthMask(True)
    GL.glDepthFunc(depth_function)
    GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
    GL.glDepthFunc(GL.GL_LESS)
    GL.glUseProgram(0)
