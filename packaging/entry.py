"""Where the program without Python starts: `moe3d` in a terminal, `moe3d-viewer` as the window."""

import multiprocessing
import sys
from pathlib import Path


def main() -> int | None:
    """Start as the file that was started is called."""
    multiprocessing.freeze_support()  # a process of a pool is this program once more
    if Path(sys.executable).stem == "moe3d-viewer":
        from moe3d_viewer.main import main as open_window

        return open_window()
    from moe3d.cli.main import main as run_command

    return run_command()


if __name__ == "__main__":
    sys.exit(main())
