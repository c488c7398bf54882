"""Open a file only if it is one: a pipe, a device or a socket would hang or never end."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; nothing of it is read.

    Raises:
        OSError: it is missing or may not be read, or (ENOTSUP) it is no regular file.
    """
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 (handed on)
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.ENOTSUP, "it is no regular file", str(path))
    return stream


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for its writer
