"""The one guard around every reader of files from outside.

Libraries raise dozens of things on damaged or hostile files, and other ones in their next version;
here all of it becomes one error of ours that names the file. Only lines that read a file stand
inside the guard, so that a fault of the program itself is not taken for one of the file.
"""

import contextlib
import errno
import io
import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from moe3d.errors import MoE3DError

logger = logging.getLogger(__name__)

MAX_TEXT_BYTES = 64 * 2**20
"""Largest file of text (JSON, TOML, tables) that is read at all."""
LONGEST_REASON = 160
_RUST_PANIC = "PanicException"
_SPECIAL = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a named pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


@contextlib.contextmanager
def reading(
    path: Path, kind: type[MoE3DError], fault: str = "is damaged", wanted: str = ""
) -> Iterator[None]:
    """Turn whatever the body raises into one error; errors of ours pass as they are.

    Args:
        path: named in the message.
        kind: class of the error.
        fault: what is said of the file, unless the system itself could not read it.
        wanted: what should have come, and what to do; empty for nothing.

    Raises:
        kind: the body raised anything that is not ours.
    """
    try:
        yield
    except MoE3DError:
        raise
    except BaseException as error:
        # Libraries in Rust panic with something that is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != _RUST_PANIC:
            raise
        logger.debug("%s could not be read", path, exc_info=error)
        raise kind(_sentence(path, _what(error, fault), wanted)) from error


def require_file(
    path: Path, kind: type[MoE3DError], wanted: str = "", max_bytes: int | None = None
) -> None:
    """Refuse what would not end or not fit: pipes, devices, folders, and files that are too large.

    Raises:
        kind: it is not there, no regular file, or larger than `max_bytes`.
    """
    with reading(path, kind, "cannot be read", wanted):
        found = path.stat()
    words = _special(found.st_mode)
    if words:
        raise kind(_sentence(path, words, wanted or "wanted a file"))
    if max_bytes is not None and found.st_size > max_bytes:
        size = f"has {found.st_size:,} bytes; wanted at most {max_bytes:,}"
        raise kind(_sentence(path, size, wanted))


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, whatever takes its place meanwhile; nothing of it is read.

    Raises:
        OSError: it is missing or may not be read, or (ENOTSUP) it is a pipe, a device or the like.
    """
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 (handed on)
    words = _special(os.fstat(stream.fileno()).st_mode)
    if words:
        stream.close()
        raise OSError(errno.ENOTSUP, f"it {words}, no regular file", str(path))
    return stream


class BoundedFile(io.BufferedReader):
    """A file that asks for no more memory than it has bytes, whatever a reader wants of it.

    Readers take lengths from the file itself and ask for that much; Python makes room for all of it
    before the first byte is read, so that a damaged length costs gigabytes.

    Raises:
        OSError: as `open_regular`.
    """

    def __init__(self, path: Path):
        with open_regular(path) as stream:
            descriptor = os.dup(stream.fileno())
        super().__init__(io.FileIO(descriptor, "rb"))
        self._size = os.fstat(descriptor).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes, all that are left for None and -1."""
        if size is None or size < 0:
            return super().read(-1)
        return super().read(min(size, max(self._size - self.tell(), 0)))


def read_text(path: Path, kind: type[MoE3DError], wanted: str = "") -> str:
    """A whole text file, UTF-8 with or without a byte order mark.

    Raises:
        kind: it is missing, too large, no regular file, or no text.
    """
    require_file(path, kind, wanted, MAX_TEXT_BYTES)
    with reading(path, kind, "is no text in UTF-8", wanted):
        return path.read_text(encoding="utf-8-sig")


def read_json(path: Path, kind: type[MoE3DError], wanted: str = "") -> Any:
    """What a JSON file says.

    Raises:
        kind: it is missing, too large, no regular file, or no JSON.
    """
    text = read_text(path, kind, wanted)
    with reading(path, kind, "is no readable JSON", wanted):
        return json.loads(text)


def first_line(error: BaseException) -> str:
    """What an error says, printable, on one line of a bounded length."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(error, KeyError):
        text = f"it lacks {error}"
    else:
        text = (str(error).strip().splitlines() or [""])[0] or type(error).__name__
    return shown(text, LONGEST_REASON)


def shown(text: object, longest: int = 300) -> str:
    """What a stranger named, fit for a message: printable, and cut in the middle when long."""
    line = "".join(letter if letter.isprintable() else "?" for letter in str(text))
    half = longest // 2 - 2
    return line if len(line) <= longest else f"{line[:half]}...{line[-half:]}"


def _special(mode: int) -> str:
    """What a file is that is no regular one; empty for those that are."""
    return next((words for is_special, words in _SPECIAL if is_special(mode)), "")


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for its writer


def _what(error: BaseException, fault: str) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder"
    if isinstance(error, PermissionError):
        return f"may not be read ({error.strerror})"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    return f"{fault} ({first_line(error)})"


def _sentence(path: Path, what: str, wanted: str) -> str:
    named = f"{shown(path)}: {what}"
    return f"{named}; {wanted}" if wanted else named
