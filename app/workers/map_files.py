"""Saves one map of a photo."""

from pathlib import Path
from typing import TYPE_CHECKING

from moe3d import Progress

if TYPE_CHECKING:
    from moe3d import SavedMap


def write_map_file(saved: "SavedMap", format_name: str, path: Path, progress: Progress) -> Path:
    """Write it; the file dialog has asked before replacing one."""
    from moe3d import write_map

    progress.report("write")
    return write_map(saved, format_name, path, overwrite=True)
