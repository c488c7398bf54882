"""Refuse an output folder that cannot be used before the long work, not after it."""

import os
from collections.abc import Iterable
from pathlib import Path

from moe3d.errors import OutputError
from moe3d.io.files.workplace import sweep


def check_output(folder: Path, targets: Iterable[Path], overwrite: bool) -> None:
    """Refuse a folder that cannot be made or written, and targets that are there already.

    Raises:
        OutputError: says which path, and what to do.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; wanted a folder for the results (-o)")
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise OutputError(f"{existing} cannot be written; choose another folder with -o")
    sweep(folder)
    for target in targets:
        if os.path.lexists(target) and not overwrite:
            raise OutputError(
                f"{target} exists; add --overwrite to replace it, or choose another folder with -o"
            )
