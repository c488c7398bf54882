"""File permissions that bind whoever runs the tests, root too."""

import ctypes
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

Result = TypeVar("Result")

_VERSION_3 = 0x20080522
_PASSES_BY_PERMISSIONS = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def bound_by_permissions(act: Callable[[], Result]) -> Result:
    """Do it as a user to whom a folder's mode applies.

    Root's thread gives up, for good, the capabilities that pass by file modes: Linux has them for
    every thread. A process of its own, or another user, could not reach pytest's folders.
    """
    if os.geteuid() != 0:
        return act()
    if not sys.platform.startswith("linux"):
        pytest.skip("root may write everywhere, and only Linux lets it give that up")
    with ThreadPoolExecutor(1, initializer=_give_up_capabilities) as thread:
        return thread.submit(act).result()


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("thread", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def _give_up_capabilities() -> None:
    """Of this thread; see capset(2)."""
    library = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    for change in (library.capget, library.capset):
        if change(ctypes.byref(header), sets) != 0:
            raise OSError(ctypes.get_errno(), "capabilities cannot be changed")
        sets[0].effective &= ~_PASSES_BY_PERMISSIONS
        sets[0].permitted &= ~_PASSES_BY_PERMISSIONS
