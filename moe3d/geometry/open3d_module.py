"""Open3D's Python module, loaded late and beside other threads that load theirs."""

import sys
import threading
from typing import Any

TRIES = 20
"""Each fails only if another thread loads something in the same fraction of a millisecond."""
_lock = threading.Lock()


def load_open3d() -> Any:
    """Import open3d; works in any thread.

    It walks through `sys.modules` as it is loaded, which fails when another thread adds to them.
    Then it is loaded once more, whole: a second import of what was left would lack its parts.
    """
    with _lock:
        for _ in range(TRIES - 1):
            try:
                import open3d  # noqa: PLC0415 (a second that few jobs need)
            except RuntimeError as error:
                if "changed size during iteration" not in str(error):
                    raise
                _forget()
            else:
                return open3d
        import open3d  # noqa: PLC0415 (as above)

        return open3d


def _forget() -> None:
    """What was loaded so far, but for the compiled part, which a process can load only once."""
    for name in list(sys.modules):
        if name.startswith("open3d.") and not name.startswith("open3d.pybind"):
            sys.modules.pop(name, None)
