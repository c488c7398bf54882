"""Where the 3D cameras stand, so that a session brings them back."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, QTimer, Slot

from moe3d_viewer.state.chosen_values import number
from moe3d_viewer.state.remembered import Chosen, Remembered

REST_MS = 400
"""A camera that has not moved for so long is told of: not every frame of a drag."""
Vector = tuple[float, float, float]
_any_number, _angle = number(), number(1.0, 179.0)


@dataclass(frozen=True)
class CameraPose:
    """One 3D view's camera but for its projection, which is an option of both."""

    eye: Vector
    """Position, in the units of the screen."""
    pivot: Vector
    right: Vector
    """Unit vector in the world, as up: to the right and to the top of the screen."""
    up: Vector
    fov_y_deg: float


Poses = tuple[CameraPose, ...]


def read_poses(value: object) -> Poses:
    """Poses from what JSON gave.

    Raises:
        TypeError, ValueError: that is none, or its directions are no directions.
    """
    if not isinstance(value, list | tuple):
        raise TypeError(f"wanted a list of poses, got {value!r}")
    return tuple(_read_pose(item) for item in value)


def _read_pose(value: object) -> CameraPose:
    if not isinstance(value, Mapping):
        raise TypeError(f"wanted a pose, got {value!r}")
    eye, pivot, right, up = (_vector(value.get(k)) for k in ("eye", "pivot", "right", "up"))
    between = sum(a * b for a, b in zip(right, up, strict=True))
    if max(abs(math.hypot(*right) - 1), abs(math.hypot(*up) - 1), abs(between)) > 1e-3:
        raise ValueError(f"wanted two unit vectors at right angles, got {right} and {up}")
    if eye == pivot:
        raise ValueError(f"wanted a pivot away from the eye, got {pivot} for both")
    return CameraPose(eye, pivot, right, up, _angle(value.get("fov_y_deg")))


def _vector(value: object) -> Vector:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise TypeError(f"wanted three numbers, got {value!r}")
    x, y, z = (_any_number(item) for item in value)
    return x, y, z


class CameraPoseState(Remembered):
    """Is told where the cameras go, and says where they are to go after a scene was opened."""

    poses = Chosen[Poses]((), read_poses, in_history=False)
    """Of the left and the right 3D view; empty before the first picture."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: Poses = ()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._tell)

    def to_json(self) -> dict[str, object]:
        """See Remembered."""
        return {"poses": [asdict(pose) for pose in self.poses]}

    def set_poses(self, poses: Poses) -> None:
        """A session was opened: its cameras wait for its points."""
        self._waiting = poses
        self._keep("poses", poses)

    def note(self, poses: Poses) -> None:
        """The cameras are here now; what waits is not lost by that."""
        if not self._waiting and poses != self.poses:
            self.__dict__["_poses"] = poses
            self._rest.start()

    def take_waiting(self) -> Poses:
        """Where the cameras of the scene that is shown now have to go; empty: nobody said."""
        waiting, self._waiting = self._waiting, ()
        return waiting

    def forget_waiting(self) -> None:
        """Another result comes, which nobody has looked at."""
        self._waiting = ()

    def forget(self) -> None:
        """Another scene comes."""
        self._waiting, self.__dict__["_poses"] = (), ()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit("poses")
