"""Fingerprints of big files that were read once, so that 5 GB are not read at every start."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from moe3d.errors import OutputError
from moe3d.io.files.atomic import new_file

logger = logging.getLogger(__name__)

MOST_FILES = 200


@dataclass(frozen=True)
class KnownSums:
    """A file of fingerprints; a sum counts as long as its file has the same size and time.

    What cannot be read or written is as if it were not there.
    """

    file: Path = platformdirs.user_cache_path("moe3d") / "model_files.json"
    """Where they are kept."""
    smallest_bytes: int = 100_000_000
    """Smaller files are read in a moment and not kept."""

    def sum_of(self, paths: tuple[Path, ...]) -> str | None:
        """The fingerprint of files that were read before and have not changed since."""
        entry = self._read().get(_key(paths))
        if not isinstance(entry, dict) or entry.get("state") != state_of(paths):
            return None
        found = entry.get("sha256")
        return found if isinstance(found, str) else None

    def is_sound(self, paths: tuple[Path, ...], precision: str) -> bool:
        """Whether all weights of these files were finite in this precision when last looked at."""
        entry = self._read().get(_key(paths))
        if not isinstance(entry, dict) or entry.get("state") != state_of(paths):
            return False
        sound = entry.get("sound")
        return isinstance(sound, list) and precision in sound

    def remember_sound(
        self, paths: tuple[Path, ...], precision: str, state: list[list[int]]
    ) -> None:
        """Keep that all weights were finite; only of files whose fingerprint is kept.

        Args:
            paths: the files of one checkpoint, in order.
            precision: into which they were brought: "bfloat16".
            state: `state_of` them from before they were read.
        """
        known = dict(self._read())
        entry = known.get(_key(paths))
        if not isinstance(entry, dict) or not entry.get("state") == state == state_of(paths):
            return
        sound = entry.get("sound")
        earlier = sound if isinstance(sound, list) else []
        known[_key(paths)] = entry | {"sound": [*earlier, precision]}
        self._write(known)

    def remember(self, paths: tuple[Path, ...], sha256: str, state: list[list[int]]) -> None:
        """Keep a fingerprint; the oldest are dropped.

        Args:
            paths: the files of one checkpoint, in order.
            sha256: their fingerprint.
            state: `state_of` them from before they were read.
        """
        is_small = sum(size for size, *_ in state) < self.smallest_bytes
        if is_small or state != state_of(paths):
            return
        known = {key: value for key, value in self._read().items() if key != _key(paths)}
        known[_key(paths)] = {"state": state, "sha256": sha256}
        self._write(dict(list(known.items())[-MOST_FILES:]))

    def _write(self, kept: Mapping[str, Any]) -> None:
        try:
            with new_file(self.file, overwrite=True) as part:
                part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        except OutputError as error:
            logger.info("fingerprints are not kept: %s", error)

    def _read(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def state_of(paths: tuple[Path, ...]) -> list[list[int]]:
    """What changes when a file is written, a file: size, time of change in ns, inode."""
    facts = [path.stat() for path in paths]
    return [[fact.st_size, fact.st_mtime_ns, fact.st_ino] for fact in facts]


def _key(paths: tuple[Path, ...]) -> str:
    return "\n".join(str(path.resolve()) for path in paths)
