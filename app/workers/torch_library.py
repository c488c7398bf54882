"""Loads torch's libraries, and those that match photos, while the window goes on."""

import importlib.util
import sys
from pathlib import Path

from moe3d_viewer.rendering.native_libraries import load_libraries

LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch_python.so")
"""In an order in which each finds those that it needs."""


def load_torch_libraries() -> bool:
    """Call in a worker's thread before torch is imported; whether anything was loaded.

    Only where it is known to help; elsewhere, and without torch, nothing is done.
    """
    folder = _folder_of("torch")
    if folder is None:
        return False
    return load_libraries(folder / "lib" / name for name in LIBRARIES)


def load_matching_library() -> bool:
    """Call in a worker's thread before photos are matched; whether anything was loaded."""
    folder = _folder_of("pycolmap")
    if folder is None:
        return False
    return load_libraries(sorted(folder.glob("_core*.so")))


def _folder_of(package: str) -> Path | None:
    """Where a package lies that was not imported yet."""
    spec = None if package in sys.modules else importlib.util.find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent
