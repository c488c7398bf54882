"""`moe3d gui`: open the window."""

from dataclasses import dataclass
from pathlib import Path

from tyro.conf import Positional


@dataclass(frozen=True)
class GuiCommand:
    """Open the viewer, with photos or a saved scene if they are named."""

    paths: Positional[tuple[Path, ...]] = ()
    """Folders of photos, photos, or a saved scene (.moe3d) or prediction (.npz)."""

    def run(self) -> int:
        """Start the window and return when it is closed."""
        from moe3d_viewer.main import run_viewer

        return run_viewer([str(path) for path in self.paths])


def report_graphics() -> int:
    """Print what windows and OpenGL there are, as JSON; returns 0."""
    from moe3d_viewer.graphics_report import main

    return main()
