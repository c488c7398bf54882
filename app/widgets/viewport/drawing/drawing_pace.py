"""What views beside each other share: how fast this machine draws, and who goes on first."""

from typing import Protocol

from moe3d_viewer.rendering.points.draw_plan import PointBudget

MOVING_MS = 8.0  # with shading and swap: sixty frames a second on a software rasteriser
STILL_MS = 10.0
SMALLEST_MOVING, SMALLEST_STILL = 20_000, 30_000
"""Points that are drawn however slow a pass was: on a starved machine a pass waits for its turn,
and smaller passes would only wait more often."""


class Refining(Protocol):
    """A picture that grows from coarse to whole."""

    @property
    def is_refining(self) -> bool:
        """Whether it will go on by itself."""
        ...

    @property
    def drawn_share(self) -> float:
        """Of its points, in the picture on the screen; 0 to 1."""
        ...


class DrawingPace:
    """Of one view, or of several that are looked at together: then none runs ahead of the others,
    and all begin as coarse."""

    def __init__(self) -> None:
        self.moving = PointBudget(MOVING_MS, SMALLEST_MOVING, smallest=SMALLEST_MOVING)
        """Of a picture that moves."""
        self.still = PointBudget(STILL_MS, SMALLEST_STILL, smallest=SMALLEST_STILL)
        """Of one part of a picture that rests."""
        self.drawings: list[Refining] = []
        """Who takes turns."""

    def join(self, drawing: Refining) -> None:
        """Take turns with this one, too."""
        self.drawings.append(drawing)

    def is_turn_of(self, drawing: Refining) -> bool:
        """Whether it may go on: no other one that goes on shows less. The one that shows least
        never waits."""
        return not any(
            other.is_refining and other.drawn_share < drawing.drawn_share for other in self.drawings
        )
