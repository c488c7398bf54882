"""Loads big libraries while the window goes on.

Python holds its lock while it loads a library: nothing in the window would move. The system's own
function, called as a foreign one, holds no lock; Python then finds the library there at once. But
the system loads one library at a time: who asks for another one meanwhile waits, and if that is
Python, the window waits with it. So the big ones are loaded in turn. Drivers of OpenGL ask it for
functions while they compile what a first picture needs: what is due is drawn before.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from moe3d_viewer.rendering.quiet_moment import wait_until_drawn

_TURN = threading.Lock()


def load_libraries(paths: Iterable[Path]) -> bool:
    """Load shared libraries in a worker's thread, each after those that it needs.

    Returns:
        Whether any was loaded; on systems where it is not known to help, none is.
    """
    if sys.platform != "linux":
        return False
    found = [path for path in paths if path.is_file()]
    if not found:
        return False
    wait_until_drawn()
    with _TURN:  # to ask for the system's function is to load, too
        load = getattr(ctypes.CDLL(None), "dlopen", None)
        if load is None:
            return False
        load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
        return all(load(os.fsencode(path), os.RTLD_LAZY) for path in found)


def import_in_turn(names: Sequence[str]) -> None:
    """Import modules in a worker's thread while no big library is being loaded.

    Raises:
        ImportError: as the modules raise it; or whatever else they raise.
    """
    with _TURN:
        for name in names:
            import_module(name)
