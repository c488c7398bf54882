"""Files and folders that appear complete or not at all.

Everything is written beside its target under a hidden name and renamed at the end. A full disk, a
killed process or a failed export leaves the old file, or none.
"""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from moe3d.errors import OutputError


@contextlib.contextmanager
def new_file(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a path to write to, and put it at `path` when the block ends well.

    Raises:
        OutputError: the target exists and may not be overwritten, its folder cannot be written,
            or the disk is full.
    """
    with _os_errors_named(path):
        check_free(path, overwrite)
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; wanted a file to write")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = _part_of(path)
        try:
            part.touch(exist_ok=False)
            yield part
            _flush_to_disk(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill, and put it at `path` when the block ends well.

    A folder that is overwritten is replaced as a whole.

    Raises:
        OutputError: as for `new_file`.
    """
    with _os_errors_named(path):
        check_free(path, overwrite)
        if path.exists() and not path.is_dir():
            raise OutputError(f"{path}: is a file; wanted a folder to write")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = _part_of(path)
        try:
            part.mkdir()
            yield part
            for file in part.rglob("*"):
                if file.is_file():
                    _flush_to_disk(file)
            _replace_folder(part, path)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def check_free(path: Path, overwrite: bool) -> None:
    """Refuse a target that exists, unless it may be overwritten.

    Raises:
        OutputError: it exists.
    """
    if not overwrite and os.path.lexists(path):
        raise OutputError(f"{path}: exists already; choose another name or allow overwriting")


def _part_of(path: Path) -> Path:
    # Cut, as the name must stay below 255 bytes with what is added.
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")


def _replace_folder(part: Path, path: Path) -> None:
    if not path.exists():
        part.rename(path)
        return
    old = _part_of(path)
    path.rename(old)
    try:
        part.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


@contextlib.contextmanager
def _os_errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            reason = "the disk is full; free some space or choose another folder"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            reason = "this folder may not be written to; choose another one"
        else:
            reason = f"cannot be written ({error.strerror or error})"
        raise OutputError(f"{path}: {reason}; nothing was changed") from error
