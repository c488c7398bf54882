"""What is asked of whoever saves and opens whole scenes; answered in `app.workers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from moe3d.io.session_file import SUFFIX, SessionRecord
from moe3d.progress import Progress
from moe3d.scene.records import ScenePrediction, ViewSet

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


class SceneFiles(Protocol):
    """Session files; every method runs in a worker thread."""

    def save_scene(self, scene: SceneToSave, path: Path, progress: Progress) -> Path:
        """Write a session."""
        ...

    def open_scene(self, path: Path, folders: Sequence[Path], progress: Progress) -> OpenedScene:
        """Read a session and look for its photos, also below these folders."""
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
