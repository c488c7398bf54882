"""How the program starts itself once more for work that may crash or must be stoppable.

The other process is `moe3d --worker NAME ...`; its names stand in `moe3d/cli/worker.py`.
"""

import sys
from pathlib import Path

OPTION = "--worker"
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from moe3d.cli.main import main; main()"


def worker_command(name: str, *words: str) -> list[str]:
    """The command line that does one worker's work in a process of its own.

    Frozen, `sys.executable` is no Python but this program or the window's, which may have no
    stdout: the console program that lies beside it is taken.

    Args:
        name: of the worker.
        words: what it is told.
    """
    program = Path(sys.executable)
    if getattr(sys, "frozen", False):
        return [str(program.with_name(f"moe3d{program.suffix}")), OPTION, name, *words]
    root = str(Path(__file__).resolve().parents[1])  # other files called moe3d may come first
    return [str(program), "-c", _START, root, OPTION, name, *words]
