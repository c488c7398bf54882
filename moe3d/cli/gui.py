"""`moe3d gui`: open the window."""

from dataclasses import dataclass
from pathlib import Path

from tyro.conf import Positional


@dataclass(frozen=True)
class GuiCommand:
    """Open the viewer, with a folder of photos or a saved prediction if one is named."""

    path: Positional[Path | None] = None
    """Folder of photos, or a saved prediction (.npz)."""

    def run(self) -> int:
        """Start the window and return when it is closed."""
        from app.main import run_viewer

        return run_viewer([str(self.path)] if self.path is not None else [])
