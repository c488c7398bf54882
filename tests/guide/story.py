"""What a story is: the steps of one user, each with its picture and the sentence under it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.guide.stage import Stage

Act = Callable[[Stage], None]


def nothing(_stage: Stage) -> None:
    """What is there already is the picture."""


@dataclass(frozen=True)
class Step:
    """One thing that a user does, and what is seen then."""

    name: str
    """Of the picture's file, after the story and its number."""
    caption: str
    """Stands under the picture in the guide."""
    act: Act = nothing
    after: Act = nothing
    """Done when the picture is taken: a dialog is closed, a key is let go."""
    is_under_way: bool = False
    """Taken at once; else the window comes to rest before."""


@dataclass(frozen=True)
class Story:
    """All that one user does, in order."""

    name: str
    begin: Act
    steps: tuple[Step, ...]
    needs_visit: bool = True
    """Whether the session and the scan of an earlier visit are opened."""
    remembers: bool = False
    """Whether the window knows the recent scenes of that visit."""

    def file_names(self) -> list[str]:
        """Of the pictures, in order."""
        return [f"{self.name}-{n}-{step.name}.jpg" for n, step in enumerate(self.steps, 1)]
