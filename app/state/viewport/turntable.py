"""A video of one turn about the pivot, as it is asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TurntableRequest:
    """A video that is to be drawn and saved."""

    path: Path
    width: int
    """Pixels, as the height; both even, and free of the window's size."""
    height: int
    seconds: float = 8.0
    """Length of the turn."""
    frames_per_second: int = 30
    to_right: bool = True
    """The front of the scene moves to the right; else to the left."""
    about_middle: bool = False
    """Turn about the middle of the scene; else about the pivot."""
    overlays: bool = True
    """Also draw cameras, grid, section box and distances."""
    legend: bool = True
    """Also say what the colours mean."""

    @property
    def num_frames(self) -> int:
        """At least two; the turn closes with the first frame again."""
        return max(round(self.seconds * self.frames_per_second), 2)
