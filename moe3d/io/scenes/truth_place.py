"""Where a scene keeps its truth, looked for beside its photos; nothing is read."""

from collections.abc import Sequence
from pathlib import Path


def truth_beside(paths: Sequence[Path]) -> Path | None:
    """The folder with `depth` or `cameras.json` that photos belong to; None where there is none.

    Args:
        paths: the folder of the photos, the scene's folder, or photos of one folder.
    """
    if not paths:
        return None
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    for folder in (first, first.parent):
        if (folder / "depth").is_dir() or (folder / "cameras.json").is_file():
            return folder
    return None
