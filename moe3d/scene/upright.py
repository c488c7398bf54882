"""Which way is up and which is front in a scene."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class SceneFrame:
    """The scene's own directions, for turntables, axis views, boxes and the grid."""

    up: Float[np.ndarray, "3"]
    front: Float[np.ndarray, "3"]
    """Horizontal direction in which the photos look."""

    @property
    def right(self) -> Float[np.ndarray, "3"]:
        """Horizontal, to the right of one who looks to the front."""
        return unit(np.cross(self.front, self.up))

    @property
    def axes(self) -> Float[np.ndarray, "3 3"]:
        """Right, up and front, one a row."""
        return np.stack([self.right, self.up, self.front])


DEFAULT_FRAME = SceneFrame(np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0]))


def scene_frame(
    camera_from_world: Float[np.ndarray, "S 4 4"], up: Float[np.ndarray, "3"] | None = None
) -> SceneFrame:
    """Up is the mean of the photos' up vectors, front the reference photo's line of sight.

    Falls back to the reference frame (y down, z forward) where the mean vanishes.

    Args:
        camera_from_world: the photos' cameras, OpenCV axes.
        up: a direction that someone chose, in place of the photos'.
    """
    if up is None and len(camera_from_world):
        up = -camera_from_world[:, 1, :3].mean(axis=0)
    direction = DEFAULT_FRAME.up if up is None else unit(np.asarray(up, float))
    if np.linalg.norm(direction) < 0.5:
        direction = DEFAULT_FRAME.up
    forward = DEFAULT_FRAME.front
    if len(camera_from_world):
        forward = camera_from_world[0, 2, :3].astype(float)
    front = forward - (forward @ direction) * direction
    if np.linalg.norm(front) < 1e-3:
        smallest = np.eye(3)[np.argmin(np.abs(direction))]
        front = np.cross(np.cross(direction, smallest), direction)
    return SceneFrame(direction, unit(front))


def up_of_plane(
    points: Float[np.ndarray, "3 3"], towards: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3"] | None:
    """The normal of the plane through three points, on the side of another direction.

    Returns:
        A unit vector; None where the points lie on a line.
    """
    first, second = points[1] - points[0], points[2] - points[0]
    normal = np.cross(first, second)
    if np.linalg.norm(normal) < 1e-6 * np.linalg.norm(first) * np.linalg.norm(second):
        return None
    normal = unit(normal)
    return normal if normal @ towards >= 0 else -normal


def unit(vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """The vector of this direction and length 1; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector
