"""Whole scenes as they are saved and opened, and who keeps them from a crash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from moe3d import Progress, ScenePrediction, SessionRecord, ViewSet
from moe3d.io.scenes.session_file import SUFFIX

SESSION_SUFFIX = SUFFIX


@dataclass(frozen=True)
class SceneToSave:
    """One scene as it is now."""

    title: str
    views: ViewSet
    sources: tuple[str, ...]
    remembered: Mapping[str, object]
    prediction: ScenePrediction | None = None
    unknown: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenedScene:
    """A session, with the photos that were found."""

    record: SessionRecord
    views: ViewSet
    """All photos; missing ones as the network saw them, or refused when there is no result."""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leftover:
    """A scene that was not saved when the program ended."""

    folder: Path
    title: str
    saved_at_s: float
    """Seconds since 1970."""
    problem: str = ""
    """Why it could not be read this time; it stays where it is."""


@dataclass(frozen=True)
class EarlierResult:
    """A result that was in no file when another took its place."""

    folder: Path
    title: str
    kept_at_s: float
    """Seconds since 1970."""
    num_photos: int
    model: str
    size_bytes: int
    is_result: bool = True
    """False where the result is in a file, and only what was chosen of it was not."""
    thumbnail: object = field(default=None, compare=False, repr=False)
    """uint8 (h, w, 3), RGB; None when it cannot be read."""


@dataclass(frozen=True)
class KeptResult:
    """One more earlier result, and what had to go for it."""

    kept: EarlierResult
    dropped: tuple[EarlierResult, ...] = ()


class EarlierResults(Protocol):
    """The last unsaved results that others took the place of; bounded, the oldest go first."""

    def keep(self, scene: SceneToSave, is_result: bool, progress: Progress) -> KeptResult:
        """Keep a scene that is about to go; in a worker."""
        ...

    def entries(self, progress: Progress) -> tuple[EarlierResult, ...]:
        """All of them, newest first; in a worker."""
        ...

    def read(self, entry: EarlierResult, progress: Progress) -> OpenedScene:
        """Read one; it stays where it is. In a worker."""
        ...

    def take_back(
        self, entry: EarlierResult, prediction: ScenePrediction | None, progress: Progress
    ) -> None:
        """One is on the screen again: it is this process's unsaved scene now. In a worker."""
        ...

    def discard(self, entry: EarlierResult) -> None:
        """Throw one away; for when the user says so."""
        ...


class Recovery(Protocol):
    """The folder for autosaves of this process; all that reads or saves runs in a worker."""

    def save_all(self, scene: SceneToSave, progress: Progress) -> None:
        """Keep the scene, result included."""
        ...

    def save_choices(self, remembered: Mapping[str, object], progress: Progress) -> None:
        """Keep what was chosen since, beside the scene."""
        ...

    def leftovers(self, progress: Progress) -> tuple[Leftover, ...]:
        """Scenes of programs that did not end well, newest first, readable or not."""
        ...

    def recover(self, leftover: Leftover, progress: Progress) -> OpenedScene:
        """Read a scene that was left, and keep it from now on as this process's own.

        A scene that cannot be read raises, and stays what it was: left.
        """
        ...

    def discard(self, leftover: Leftover) -> None:
        """Throw a scene away that was left; for when the user says so."""
        ...

    def leave(self) -> None:
        """Let go of what this process keeps: it is for the next start."""
        ...

    def clear(self) -> None:
        """Throw away what this process keeps: it was saved, or is not wanted."""
        ...
