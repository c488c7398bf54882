"""The camera of the 3D view: where it stands, its matrices, and the way between pixel and world.

The view frame has OpenGL axes: x right, y up, looking along -z. Pixels are widget coordinates:
(0, 0) is the top left corner of the view, y down; view depth is measured along the line of sight.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

NEAREST_SHARE = 4e-3
"""The near plane's least depth as a share of the pivot's; smaller shares cost depth resolution."""


@dataclass(frozen=True)
class Viewport:
    """Size of the view in pixels."""

    width: float
    height: float

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / max(self.height, 1.0)


@dataclass(frozen=True, eq=False)
class Camera:
    """A viewer's camera. Immutable: every movement gives a new one."""

    eye: Float[np.ndarray, "3"]
    """Position in the world."""
    world_from_view: Float[np.ndarray, "3 3"]
    """Rotation; its columns are right, up and backward in the world."""
    pivot: Float[np.ndarray, "3"]
    """The point about which orbiting turns."""
    fov_y_deg: float = 50.0
    """Vertical field of view."""
    orthographic: bool = False
    """Parallel projection of equal size at the pivot's depth."""

    @property
    def right(self) -> Float[np.ndarray, "3"]:
        """Unit vector to the right of the screen."""
        return self.world_from_view[:, 0]

    @property
    def up(self) -> Float[np.ndarray, "3"]:
        """Unit vector to the top of the screen."""
        return self.world_from_view[:, 1]

    @property
    def forward(self) -> Float[np.ndarray, "3"]:
        """Unit vector along the line of sight."""
        return -self.world_from_view[:, 2]

    @property
    def pivot_depth(self) -> float:
        """View depth of the pivot, kept above zero."""
        reach = float(np.linalg.norm(self.pivot - self.eye))
        return max(float(self.forward @ (self.pivot - self.eye)), 1e-3 * reach, 1e-9)

    @property
    def half_height(self) -> float:
        """Half the height of the view at view depth 1, or of the whole view if orthographic."""
        tangent = float(np.tan(np.radians(self.fov_y_deg) / 2))
        return tangent * self.pivot_depth if self.orthographic else tangent


def view_from_world(camera: Camera) -> Float[np.ndarray, "4 4"]:
    """Rigid transform of world points into the view frame."""
    matrix = np.eye(4)
    matrix[:3, :3] = camera.world_from_view.T
    matrix[:3, 3] = -camera.world_from_view.T @ camera.eye
    return matrix


def clip_from_view(
    camera: Camera, viewport: Viewport, near: float, far: float
) -> Float[np.ndarray, "4 4"]:
    """OpenGL projection: z from -1 at the near plane to 1 at the far plane."""
    half_height = camera.half_height
    half_width = half_height * viewport.aspect
    if camera.orthographic:
        matrix = np.diag([1 / half_width, 1 / half_height, -2 / (far - near), 1.0])
        matrix[2, 3] = -(far + near) / (far - near)
        return matrix
    matrix = np.diag([1 / half_width, 1 / half_height, -(far + near) / (far - near), 0.0])
    matrix[2, 3] = -2 * far * near / (far - near)
    matrix[3, 2] = -1
    return matrix


def view_depth(camera: Camera, points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N"]:
    """Depth along the line of sight; negative behind the eye."""
    return (points - camera.eye) @ camera.forward


def pixels_from_world(
    camera: Camera, viewport: Viewport, points: Float[np.ndarray, "*N 3"]
) -> Float[np.ndarray, "*N 2"]:
    """Project world points to view pixels; NaN for points behind a perspective eye."""
    in_view = (points - camera.eye) @ camera.world_from_view
    depth = np.ones(in_view.shape[:-1]) if camera.orthographic else -in_view[..., 2]
    depth = np.where(depth > 0, depth, np.nan)
    scale = viewport.height / (2 * camera.half_height)
    x = viewport.width / 2 + scale * in_view[..., 0] / depth
    y = viewport.height / 2 - scale * in_view[..., 1] / depth
    return np.stack([x, y], axis=-1)


def world_from_pixel(
    camera: Camera, viewport: Viewport, pixel: tuple[float, float], depth: float
) -> Float[np.ndarray, "3"]:
    """The world point at this pixel and view depth."""
    scale = 2 * camera.half_height / viewport.height
    reach = 1.0 if camera.orthographic else depth
    x = (pixel[0] - viewport.width / 2) * scale * reach
    y = (viewport.height / 2 - pixel[1]) * scale * reach
    return camera.eye + camera.world_from_view @ np.array([x, y, -depth])


def view_depth_from_buffer(value: float, camera: Camera, near: float, far: float) -> float:
    """View depth of a depth-buffer value in 0..1."""
    ndc = 2 * value - 1
    if camera.orthographic:
        return 0.5 * ((far - near) * ndc + far + near)
    return 2 * far * near / (far + near - ndc * (far - near))


def clip_planes(
    camera: Camera,
    corners: Float[np.ndarray, "8 3"],
    scene_size: float,
) -> tuple[float, float]:
    """Near and far view depths that hold the scene's box, near enough for close looks."""
    depths = view_depth(camera, corners)
    nearest, farthest = float(depths.min()), float(depths.max())
    if camera.orthographic:
        margin = 0.01 * (farthest - nearest) + 1e-3 * scene_size
        return nearest - margin, farthest + margin
    smallest = NEAREST_SHARE * min(camera.pivot_depth, scene_size)
    near = max(0.98 * nearest, smallest)
    return near, max(1.02 * farthest, 2 * near)
