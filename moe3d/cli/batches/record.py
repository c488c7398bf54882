"""What `moe3d batch` writes beside a scene: begun, and complete once all of its files are there."""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from moe3d.io.files.atomic import new_file

State = Literal["new", "unfinished", "complete", "changed", "foreign"]


@dataclass(frozen=True)
class SceneRecord:
    """The record of one scene, `batch.json` in its output folder."""

    folder: Path
    """Of the results."""
    files: tuple[Path, ...]
    """All that a complete scene has, inside `folder`."""
    photos: Mapping[str, int]
    """Name of every file of the scene's folder, and its bytes."""

    @property
    def path(self) -> Path:
        """Where the record is."""
        return self.folder / "batch.json"

    def begin(self) -> None:
        """Say that from now on what is in the folder may be half of a result."""
        self._write({"complete": False})

    def end(self, written: Sequence[Path]) -> None:
        """Say that all is there; the last thing that is written of a scene."""
        sizes = {str(path.relative_to(self.folder)): _size(path) for path in written}
        self._write({"complete": True, "files": sizes, "photos": dict(self.photos)})

    def forget_if_empty(self) -> None:
        """Leave nothing of a scene of which nothing was written."""
        if not any(path.exists() for path in self.files):
            self.path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # somebody else's files are in it
                self.folder.rmdir()

    def state(self) -> State:
        """What an earlier batch, or somebody else, left in the folder.

        "foreign" is a result without a record that lacks some of the wanted files; with all of
        them it counts as complete, as those of `moe3d run` do.
        """
        missing = [path for path in self.files if not path.exists()]
        told = self._read()
        if told is None:
            if len(missing) == len(self.files):
                return "new"
            return "foreign" if missing else "complete"
        files = told.get("files")
        if told.get("complete") is not True or not isinstance(files, dict) or missing:
            return "unfinished"
        for name, size in files.items():
            path = self.folder / name
            if not path.exists() or _size(path) != size:
                return "unfinished"
        return "complete" if told.get("photos") == dict(self.photos) else "changed"

    def _read(self) -> dict[str, Any] | None:
        """None where there is no record; an unreadable one tells nothing but that it is there."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def _write(self, values: Mapping[str, Any]) -> None:
        with new_file(self.path, overwrite=True) as part:
            part.write_text(json.dumps(values, indent=1), encoding="utf-8")


def sizes_in(folder: Path) -> dict[str, int]:
    """Every file below a folder with its bytes, hidden ones left out; as far as it can be read."""
    sizes: dict[str, int] = {}
    for path in sorted(_files(folder)):
        name = path.relative_to(folder)
        if not any(part.startswith(".") for part in name.parts):
            with contextlib.suppress(OSError):  # it went a moment ago
                sizes[str(name)] = path.stat().st_size
    return sizes


def _files(folder: Path) -> Iterable[Path]:
    for parent, _folders, names in os.walk(folder):
        yield from (path for path in (Path(parent) / name for name in names) if path.is_file())


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    return (
        sum(file.stat().st_size for file in _files(path)) if path.is_dir() else path.stat().st_size
    )
