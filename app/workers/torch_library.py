"""Loads torch's libraries while the window goes on.

Python holds its lock while it loads a library, and torch's takes half a second: nothing in the
window would move. A library that is there already is found at once. The system's own function,
called as a foreign one, holds no lock.
"""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch_python.so")
"""In an order in which each finds those that it needs."""


def load_torch_libraries() -> bool:
    """Call in a worker's thread before torch is imported; whether anything was loaded.

    Only where it is known to help; elsewhere, and without torch, nothing is done.
    """
    if sys.platform != "linux" or "torch" in sys.modules:
        return False
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    load = getattr(ctypes.CDLL(None), "dlopen", None)
    if load is None:
        return False
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    folder = Path(spec.origin).parent / "lib"
    found = [folder / name for name in LIBRARIES if (folder / name).is_file()]
    return all(load(os.fsencode(path), os.RTLD_LAZY) for path in found) and bool(found)
