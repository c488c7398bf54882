"""Files and folders that appear complete or not at all.

Everything is written beside its target in a hidden folder and put in place at the end. A full disk,
a killed process or a failed export leaves the old file, or none; what a killed process left is
removed by the next one that writes there.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from moe3d.errors import OutputError
from moe3d.io.files.workplace import sweep, working_place

_FULL_BYTES = 1 << 20
"""A disk with less room than this is called full when a library fails to write."""


@contextlib.contextmanager
def new_file(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a path to write to, and put it at `path` when the block ends well.

    Raises:
        OutputError: the target exists and may not be overwritten, its folder cannot be written,
            or the disk is full.
    """
    with new_together((path,), overwrite=overwrite) as (part,):
        yield part


@contextlib.contextmanager
def new_folder(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill, and put it at `path` when the block ends well.

    A folder that is overwritten is replaced as a whole.

    Raises:
        OutputError: as for `new_file`.
    """
    with new_together((path,), folders=(path,), overwrite=overwrite) as (part,):
        yield part


@contextlib.contextmanager
def new_together(
    targets: Sequence[Path], folders: Sequence[Path] = (), overwrite: bool = False
) -> Iterator[tuple[Path, ...]]:
    """Give a path for each of several targets in one folder: all become new, or none.

    The first is the one that counts; the others, such as its description, are never found beside
    an older or newer one of it.

    Args:
        targets: files, and folders.
        folders: those among the targets that are folders.
        overwrite: whether what is there may be replaced.

    Raises:
        OutputError: as for `new_file`.
    """
    with _os_errors_named(targets[0]):
        sweep(targets[0].parent)
        for path in targets:
            check_free(path, overwrite)
            if path in folders and path.exists() and not path.is_dir():
                raise OutputError(f"{path}: is a file; wanted a folder to write")
            if path not in folders and path.is_dir():
                raise OutputError(f"{path}: is a folder; wanted a file to write")
        targets[0].parent.mkdir(parents=True, exist_ok=True)
        with working_place(targets) as parts, _full_disk_named(targets[0].parent):
            for path, part in zip(targets, parts, strict=True):
                part.mkdir() if path in folders else part.touch()
            yield parts


def check_free(path: Path, overwrite: bool) -> None:
    """Refuse a target that exists, unless it may be overwritten.

    Raises:
        OutputError: it exists.
    """
    if not overwrite and os.path.lexists(path):
        raise OutputError(f"{path}: exists already; choose another name or allow overwriting")


@contextlib.contextmanager
def _full_disk_named(folder: Path) -> Iterator[None]:
    """Libraries have errors of their own for a full disk, or none but a file that is too short."""
    try:
        yield
    except (OutputError, RuntimeError, ValueError, LookupError, EOFError) as error:
        if shutil.disk_usage(folder).free >= _FULL_BYTES:
            raise
        raise OSError(errno.ENOSPC, f"no space left ({error})") from error


@contextlib.contextmanager
def _os_errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = error.strerror or error
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            reason = f"the disk is full ({told}); free some space or choose another folder"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            reason = f"this folder may not be written to ({told}); choose another one"
        else:
            reason = f"cannot be written ({told})"
        raise OutputError(f"{path}: {reason}; nothing was changed") from error
