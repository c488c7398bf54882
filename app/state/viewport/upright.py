"""Which way is up: the photos' own mean, or a direction that the user chose."""

import numpy as np
from PySide6.QtCore import Signal

from moe3d import SceneFrame, scene_frame
from moe3d.scene.upright import unit, up_of_plane
from moe3d_viewer.state.chosen_values import number
from moe3d_viewer.state.remembered import Chosen, Remembered

Vector = tuple[float, float, float]
read_number = number()


def vector(value: object) -> Vector:
    """Three finite numbers."""
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise TypeError(f"wanted three numbers, got {value!r}")
    x, y, z = (read_number(item) for item in value)
    return x, y, z


def vector_or_none(value: object) -> Vector | None:
    """Three finite numbers, or nothing."""
    return None if value is None else vector(value)


class UprightState(Remembered):
    """Turntables, axis views, the grid and the section box follow it; the result does not."""

    frame_changed = Signal()

    up = Chosen[Vector | None](None, vector_or_none)
    """Unit vector in the world; None takes the photos' mean."""

    def set_up(self, up: Vector | None) -> None:
        """Take this direction, or the photos' again."""
        if up is not None:
            x, y, z = unit(np.array(up, float)).tolist()
            up = (x, y, z)
        if self._keep("up", up):
            self.frame_changed.emit()

    def level_by(self, points: tuple[Vector, ...], cameras: np.ndarray) -> bool:
        """Make the plane through three points level; False where they lie on a line.

        Args:
            points: three points of a floor or table, in the world.
            cameras: camera_from_world of the photos, which tell the two sides apart.
        """
        up = up_of_plane(np.array(points, float), self.frame(cameras).up)
        if up is not None:
            x, y, z = up.tolist()
            self.set_up((x, y, z))
        return up is not None

    def frame(self, cameras: np.ndarray) -> SceneFrame:
        """The scene's directions as chosen."""
        return scene_frame(cameras, None if self.up is None else np.array(self.up))
