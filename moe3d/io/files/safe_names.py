"""File names that every program can read: no spaces, no separators, no accents lost in transit."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath


def safe_names(names: Sequence[str], extension: str | None = None) -> list[str]:
    """Unique ASCII file names, one a name, close to the original.

    Args:
        names: as shown to the user; may hold anything.
        extension: with its dot; replaces the name's own.
    """
    result: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        path = PurePosixPath(name.replace("\\", "/").rpartition("/")[2])
        stem = _ascii(path.stem) or f"photo_{number:04d}"
        ending = extension if extension is not None else _ascii(path.suffix, keep=".").lower()
        candidate, copy = f"{stem}{ending}", 2
        while candidate.casefold() in taken:
            candidate, copy = f"{stem}_{copy}{ending}", copy + 1
        taken.add(candidate.casefold())
        result.append(candidate)
    return result


def _ascii(text: str, keep: str = "") -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(rf"[^A-Za-z0-9_{keep}-]+", "_", plain).strip("_")[:80]
