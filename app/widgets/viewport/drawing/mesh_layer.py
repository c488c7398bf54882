"""The meshes of a 3D view: drawn into the points' pictures, whole or coarse, in parts.

What hides comes before the points, what can be looked through after them. Of the latter only the
foremost surface is seen: its depth is drawn first, then its colour over what lies behind.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float
from OpenGL import GL

from moe3d import OrientedBox
from moe3d_viewer.rendering.meshes.mesh_shader import MESH_ATTRIBUTES, Paint, mesh_shaders
from moe3d_viewer.rendering.space.scene_frame import Bounds
from moe3d_viewer.rendering.space.view_colors import DARK, Rgb, ViewColors
from moe3d_viewer.rendering.space.view_frame import ViewFrame
from moe3d_viewer.widgets.viewport.drawing.gl_program import GlProgram
from moe3d_viewer.widgets.viewport.drawing.mesh_storage import MeshStorage

MOVING_MS, STEP_MS = 10.0, 25.0
"""For all meshes of a picture that moves; for one part of a picture that rests."""
CLAY: Rgb = (198, 198, 204)
EDGE: Rgb = (22, 24, 28)
"""Over shaded triangles."""
CLEAR_EDGE_PX, FAINTEST_EDGE = 9.0, 0.06
"""Edges this long on the screen are drawn at full strength; shorter ones more faintly, as there are
more of them."""
SEE_THROUGH = 0.999
FIRST_GUESS = 20_000.0
"""Triangles a millisecond, before one was drawn."""
HESITATION = 1.5
"""A finer or coarser level is taken only when it is this much off, so that none flickers."""


@dataclass(frozen=True)
class MeshStyle:
    """How a mesh looks."""

    look: str = "shaded"
    """"shaded", "textured", "wireframe" or "edges" (shaded, with edges)."""
    color: Rgb | None = None
    """One for all; None: its own."""
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class DrawnMesh:
    """One mesh of a view."""

    storage: MeshStorage
    world_from_object: Float[np.ndarray, "4 4"] = field(default_factory=lambda: np.eye(4))
    style: MeshStyle = field(default_factory=MeshStyle)

    @property
    def hides(self) -> bool:
        """Whether nothing is seen through it."""
        return self.style.opacity >= SEE_THROUGH

    @property
    def corners(self) -> Float[np.ndarray, "8 3"]:
        """Of its box, in the world."""
        turn, shift = self.world_from_object[:3, :3], self.world_from_object[:3, 3]
        return self.storage.bounds.corners @ turn.T + shift


@dataclass(frozen=True)
class _Pass:
    """One way over the triangles of a mesh."""

    paint: Paint
    color: Rgb
    is_lines: bool = False
    only_depth: bool = False
    over_depth: bool = False
    """Onto what its own depth pass left foremost."""
    is_faint: bool = False
    """Lines that are fainter the closer they lie."""


class MeshLayer:
    """Needs a current context in every method but `show`, `cut` and the properties."""

    def __init__(self) -> None:
        self._meshes: tuple[DrawnMesh, ...] = ()
        self._box: OrientedBox | None = None
        self._revision = 0
        self._lines: Rgb = DARK.text
        self._rate = FIRST_GUESS
        self._level = 0
        self._programs = {
            paint: GlProgram(*mesh_shaders(paint), MESH_ATTRIBUTES) for paint in Paint
        }

    @property
    def revision(self) -> tuple[int, ...]:
        """Changes with what changes the picture."""
        return self._revision, *(mesh.storage.revision for mesh in self._meshes)

    @property
    def meshes(self) -> tuple[DrawnMesh, ...]:
        """What is shown."""
        return self._meshes

    @property
    def is_uploaded(self) -> bool:
        """Whether every mesh is on the GPU."""
        return all(mesh.storage.is_complete for mesh in self._meshes)

    @property
    def sees_through(self) -> bool:
        """Whether some mesh is drawn after the points."""
        return any(not mesh.hides for mesh in self._meshes)

    def show(self, meshes: Sequence[DrawnMesh]) -> None:
        """Draw these from now on."""
        self._meshes = tuple(meshes)
        self._revision += 1

    def set_colors(self, colors: ViewColors) -> None:
        """Of lines without a colour of their own."""
        self._lines = colors.text
        self._revision += bool(self._meshes)

    def cut(self, box: OrientedBox | None) -> None:
        """Leave out what lies outside the box."""
        if box != self._box:
            self._box = box
            self._revision += bool(self._meshes)

    def including(self, bounds: Bounds) -> Bounds:
        """The box that holds the meshes, too."""
        if not self._meshes:
            return bounds
        return bounds.including(np.concatenate([mesh.corners for mesh in self._meshes]))

    def upload_some(self) -> None:
        """Send the next part of what is not on the GPU."""
        waiting = [mesh for mesh in self._meshes if not mesh.storage.is_complete]
        if waiting:
            waiting[0].storage.upload_some()

    @property
    def is_coarse(self) -> bool:
        """Whether a moving picture holds coarser meshes than one that rests."""
        return self._level > 0 and bool(self._meshes)

    def choose_level(self) -> None:
        """How coarse the next moving picture is, by how fast the last triangles were drawn."""
        self._level = min(self._level, self._coarsest)
        while self._level < self._coarsest and self._wanted_ms(self._level) > MOVING_MS:
            self._level += 1
        while self._level > 0 and self._wanted_ms(self._level - 1) * HESITATION < MOVING_MS:
            self._level -= 1

    def draw_moving(self, frame: ViewFrame, *, hiding: bool) -> None:
        """Draw what hides, or what is looked through, at once and as coarse as was chosen."""
        drawn = sum(self._size(mesh, self._level) for mesh in self._meshes if mesh.hides is hiding)
        if drawn == 0:
            return
        started = time.perf_counter()
        for mesh in self._ordered(frame, hiding):
            level = min(self._level, len(mesh.storage.level_sizes) - 1)
            for one in self._passes(mesh):
                self._draw(frame, mesh, one, level, 0, self._size(mesh, level))
        GL.glFinish()
        self._observe(drawn, time.perf_counter() - started)

    def steps(self, frame: ViewFrame, *, hiding: bool) -> Iterator[None]:
        """Draw the same at its finest, part by part; the target must be bound again after each."""
        for mesh in self._ordered(frame, hiding):
            total = self._size(mesh, 0)
            for one in self._passes(mesh):
                first = 0
                while first < total:
                    count = min(max(int(STEP_MS * self._rate), 10_000), total - first)
                    started = time.perf_counter()
                    self._draw(frame, mesh, one, 0, first, count)
                    GL.glFinish()
                    self._observe(count, time.perf_counter() - started)
                    first += count
                    yield

    @property
    def _coarsest(self) -> int:
        return max((len(mesh.storage.level_sizes) - 1 for mesh in self._meshes), default=0)

    def _size(self, mesh: DrawnMesh, level: int) -> int:
        sizes = mesh.storage.level_sizes
        if not sizes or not mesh.storage.is_complete:
            return 0
        return sizes[min(level, len(sizes) - 1)]

    def _wanted_ms(self, level: int) -> float:
        faces = sum(self._size(mesh, level) * len(self._passes(mesh)) for mesh in self._meshes)
        return faces / self._rate

    def _observe(self, faces: int, elapsed_s: float) -> None:
        rate = faces / max(1000 * elapsed_s, 0.05)
        self._rate += 0.3 * (max(rate, 100.0) - self._rate)

    def _ordered(self, frame: ViewFrame, hiding: bool) -> list[DrawnMesh]:
        """The farthest first, where one is seen through another."""
        found = [mesh for mesh in self._meshes if mesh.hides is hiding]
        eye = frame.camera.eye
        return sorted(found, key=lambda mesh: -float(np.linalg.norm(mesh.corners.mean(0) - eye)))

    def _draw(
        self, frame: ViewFrame, mesh: DrawnMesh, one: _Pass, level: int, first: int, count: int
    ) -> None:
        self._set_state(mesh, one)
        program = self._programs[one.paint]
        program.use()
        program.set_matrix("u_clip_from_object", frame.clip_from_world @ mesh.world_from_object)
        program.set_matrix("u_view_from_object", frame.view_from_world @ mesh.world_from_object)
        program.set_matrix("u_box_from_object", self._box_from_object(mesh))
        opacity = mesh.style.opacity * (_edge_strength(frame, mesh) if one.is_faint else 1.0)
        program.set_float("u_color", *(channel / 255 for channel in one.color), opacity)
        program.set_float("u_orthographic", frame.camera.orthographic)
        if one.paint is Paint.TEXTURE:
            mesh.storage.bind_texture()
            program.set_int("u_texture", 0)
        mesh.storage.draw(level, first, count)
        GL.glUseProgram(0)
        self._reset_state()

    def _passes(self, mesh: DrawnMesh) -> tuple[_Pass, ...]:
        """What is drawn of a mesh, one after the other."""
        style, storage = mesh.style, mesh.storage
        paint, color = Paint.LIT, style.color or CLAY
        if style.color is None and style.look in ("textured", "wireframe"):
            if storage.has_texture:
                paint = Paint.TEXTURE
            elif storage.has_colors:
                paint = Paint.COLORS
        if style.look == "wireframe":
            if paint is Paint.LIT:
                paint, color = Paint.FLAT, style.color or self._lines
            return (_Pass(paint, color, is_lines=True),)
        drawn = _Pass(paint, color)
        edges = (
            (_Pass(Paint.FLAT, EDGE, is_lines=True, is_faint=True),)
            if style.look == "edges"
            else ()
        )
        if mesh.hides:
            return (drawn, *edges)
        depth = _Pass(paint, color, only_depth=True)  # another shader might round otherwise
        return (depth, replace(drawn, over_depth=True), *edges)

    def _box_from_object(self, mesh: DrawnMesh) -> Float[np.ndarray, "4 4"]:
        matrix = np.zeros((4, 4))
        if self._box is not None:
            matrix[:3] = self._box.box_from_world @ mesh.world_from_object
        return matrix

    def _set_state(self, mesh: DrawnMesh, one: _Pass) -> None:
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthMask(not one.over_depth)
        GL.glDepthFunc(GL.GL_LEQUAL if one.over_depth or one.is_lines else GL.GL_LESS)
        GL.glColorMask(*[not one.only_depth] * 4)
        if one.only_depth or (mesh.hides and not one.is_faint):
            GL.glDisable(GL.GL_BLEND)
        else:
            GL.glEnable(GL.GL_BLEND)
            GL.glBlendFuncSeparate(
                GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA
            )
        if one.is_lines:
            GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_LINE)
        elif mesh.style.look == "edges":  # a little behind its own edges
            GL.glEnable(GL.GL_POLYGON_OFFSET_FILL)
            GL.glPolygonOffset(1.0, 1.0)
        for plane in range(6 if self._box is not None else 0):
            GL.glEnable(int(GL.GL_CLIP_DISTANCE0) + plane)

    def _reset_state(self) -> None:
        GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_FILL)
        GL.glDisable(GL.GL_POLYGON_OFFSET_FILL)
        GL.glDisable(GL.GL_BLEND)
        GL.glColorMask(True, True, True, True)
        GL.glDepthMask(True)
        GL.glDepthFunc(GL.GL_LESS)
        for plane in range(6 if self._box is not None else 0):
            GL.glDisable(int(GL.GL_CLIP_DISTANCE0) + plane)


def _edge_strength(frame: ViewFrame, mesh: DrawnMesh) -> float:
    """Of the edges of a mesh, by how long they are on the screen."""
    middle = np.append(mesh.corners.mean(axis=0), 1.0)
    depth = -float(frame.view_from_world[2] @ middle)
    per_unit = frame.viewport.height / (2 * frame.camera.half_height)
    if not frame.camera.orthographic:
        per_unit /= max(depth, frame.near)
    scale = float(np.linalg.norm(mesh.world_from_object[:3, 0]))
    return float(np.clip(mesh.storage.edge * scale * per_unit / CLEAR_EDGE_PX, FAINTEST_EDGE, 1.0))
