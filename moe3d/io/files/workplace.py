"""Hidden folders in which writers work, beside their targets; what becomes of them after a kill.

.NAME.HOST-PID-TOKEN.part    being written, or waste
.NAME.HOST-PID-TOKEN.done    complete and decided: whoever finds it puts it in its place
    plan.json                names in their order, each with its inode
    new-0/NAME, new-1/NAME   what is to be put in place; `old-0`, `old-1`: what was there before

A writer holds a lock on its folder, which ends with its process.
"""

import contextlib
import ctypes
import json
import logging
import os
import platform
import re
import secrets
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger(__name__)

_NAME = re.compile(r"\..+\.([0-9a-f]{8})-([0-9]+)-[0-9a-f]{8}\.(?:part|done)")
_OLDER_NAME = re.compile(r"\..+\.[0-9a-f]{8}\.part")
"""Of versions that did not say who writes."""
_PLAN = "plan.json"
_PATIENCE_S = 24 * 3600.0
"""A writer on another machine, of which nothing can be known, counts as dead after this."""
_TRIES, _TRY_AGAIN_S = 100, 0.02
_AT_CWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS


@dataclass(frozen=True)
class _Entry:
    """One thing of a working place, and where it belongs."""

    place: Path
    index: int
    name: str
    inode: int = 0

    @property
    def new(self) -> Path:
        return self.place / f"new-{self.index}" / self.name

    @property
    def old(self) -> Path:
        return self.place / f"old-{self.index}" / self.name

    @property
    def target(self) -> Path:
        return self.place.parent / self.name

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be put in place; after an exchange the old one stands there."""
        return os.path.lexists(self.new) and self.new.lstat().st_ino == self.inode


@contextlib.contextmanager
def working_place(targets: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Give a path to write to for each target, and put all in place when the block ends well.

    A target that is there already is replaced. There is one moment before which everything is as
    it was, and after which everything is new, or will be with the next writer in this folder.

    Args:
        targets: of one folder, which exists. Something must be written for each.
    """
    with _place(targets[0].parent, targets[0].name) as place:
        entries = [_Entry(place, index, target.name) for index, target in enumerate(targets)]
        for entry in entries:
            entry.new.parent.mkdir()
            entry.old.parent.mkdir()
        yield tuple(entry.new for entry in entries)
        for file in place.rglob("*"):
            if file.is_file() and not file.is_symlink():
                _flush_to_disk(file)
        _commit(place, entries)


@contextlib.contextmanager
def temporary_folder(name: str) -> Iterator[Path]:
    """Give a folder for as long as the block runs; what killed ones left is removed first."""
    folder = Path(tempfile.gettempdir())
    sweep(folder)
    with _place(folder, name) as place:
        yield place


@contextlib.contextmanager
def _place(folder: Path, name: str) -> Iterator[Path]:
    place, lock = _make(folder, name)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)  # no more there once it is decided
        if lock is not None:
            os.close(lock)


def sweep(folder: Path) -> None:
    """Clear up after writers in this folder that are dead.

    What they had decided is put in place, all else of theirs is removed. What cannot be removed
    is left, and no error.
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(".")]
    except OSError:
        return
    for name in names:
        if _NAME.fullmatch(name) or _OLDER_NAME.fullmatch(name):
            with contextlib.suppress(OSError), _taken_over(folder / name) as is_ours:
                if is_ours:
                    _end(folder / name)


def _make(folder: Path, name: str) -> tuple[Path, int | None]:
    """A new working place and the lock on it; None where there are no locks."""
    while True:
        mark = f"{_this_host()}-{os.getpid()}-{secrets.token_hex(4)}"
        place = folder / f".{name[:40]}.{mark}.part"  # cut: a name has at most 255 bytes
        place.mkdir(mode=0o700)
        try:
            lock, is_ours = _lock(place)
        except FileNotFoundError:  # a sweep was faster
            continue
        if is_ours and place.exists():
            return place, lock
        if lock is not None:
            os.close(lock)


def _commit(place: Path, entries: Sequence[_Entry]) -> None:
    if len(entries) == 1 and _put_alone(entries[0]):
        return
    plan = [{"name": entry.name, "inode": entry.new.lstat().st_ino} for entry in entries]
    (place / _PLAN).write_text(json.dumps(plan), encoding="utf-8")
    _flush_to_disk(place / _PLAN)
    done = place.rename(place.with_suffix(".done"))
    try:
        _put_in_place(done)
    except OSError:
        _take_back(done)
        raise
    except BaseException:  # Ctrl+C this late: it is decided
        _end(done)
        raise
    _end(done)


def _put_alone(entry: _Entry) -> bool:
    """Put a single thing in place at one stroke; False where this system cannot."""
    if entry.new.is_dir() and entry.target.is_dir():
        return _exchanged(entry.new, entry.target)
    entry.new.replace(entry.target)
    return True


def _entries(done: Path) -> list[_Entry]:
    plan = json.loads((done / _PLAN).read_text(encoding="utf-8"))
    return [
        _Entry(done, index, Path(item["name"]).name, int(item["inode"]))
        for index, item in enumerate(plan)
    ]


def _put_in_place(done: Path) -> None:
    """Do what was decided; may be done again after it was interrupted anywhere."""
    entries = _entries(done)
    with _one_at_a_time(done.parent):
        _move(entries)


def _move(entries: Sequence[_Entry]) -> None:
    waiting = [entry for entry in entries if entry.is_waiting]
    for entry in waiting[1:]:  # a description must never stand beside what it does not describe
        if os.path.lexists(entry.target):
            entry.target.rename(entry.old)
    for entry in waiting:
        if os.path.lexists(entry.target) and _exchanged(entry.new, entry.target):
            continue
        if entry.target.is_dir():
            entry.target.rename(entry.old)
        entry.new.replace(entry.target)
    for entry in entries:
        if os.path.lexists(entry.new):  # the old one, after an exchange
            entry.new.rename(entry.old)


def _take_back(done: Path) -> None:
    """Put everything back as it was, as far as that goes."""
    for entry in reversed(_entries(done)):
        with contextlib.suppress(OSError):
            if not entry.is_waiting and os.path.lexists(entry.new):  # exchanged
                _exchanged(entry.new, entry.target)
            elif os.path.lexists(entry.old):
                if os.path.lexists(entry.target):
                    entry.target.rename(entry.new)
                entry.old.rename(entry.target)
    _remove(done)


def _end(place: Path) -> None:
    """Put in place what was decided, and remove the rest."""
    if place.suffix == ".done":
        try:
            _put_in_place(place)
        except (OSError, ValueError, LookupError, TypeError) as error:
            logger.warning("%s could not be put in its place: %s", place, error)
            return
    _remove(place)


def _remove(place: Path) -> None:
    if place.suffix == ".done":
        place = place.rename(place.with_suffix(".part"))  # from here on it is waste
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


@contextlib.contextmanager
def _taken_over(place: Path) -> Iterator[bool]:
    """Hold another writer's place while the block runs; False when that writer may be alive."""
    found = _NAME.fullmatch(place.name)
    if found is None or found.group(1) != _this_host():
        is_waste = place.suffix == ".part"
        yield is_waste and time.time() - _last_change_s(place) > _PATIENCE_S
        return
    lock, is_ours = _lock(place)
    try:
        yield is_ours and (lock is not None or not psutil.pid_exists(int(found.group(2))))
    finally:
        if lock is not None:
            os.close(lock)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep two writers of the same things in one folder from mixing them; waits for a moment."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for _ in range(_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_TRY_AGAIN_S)
            except OSError:  # a disk without locks
                break
        yield
    finally:
        os.close(descriptor)


def _lock(place: Path) -> tuple[int | None, bool]:
    """Lock a folder until its descriptor is closed or the process ends.

    Returns:
        The descriptor, None where this system or disk has no locks; and whether nobody else
        holds it.
    """
    if sys.platform == "win32":
        return None, True
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None, False
    except OSError:
        os.close(descriptor)
        return None, True
    return descriptor, True


def _exchanged(first: Path, second: Path) -> bool:
    """Let two things on one disk change places at one stroke; False where that is not known."""
    if sys.platform == "win32":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    if hasattr(libc, "renameat2"):
        return libc.renameat2(_AT_CWD, names[0], _AT_CWD, names[1], _EXCHANGE) == 0
    if hasattr(libc, "renamex_np"):
        return libc.renamex_np(*names, _EXCHANGE) == 0
    return False


def _last_change_s(place: Path) -> float:
    return max(path.lstat().st_mtime for path in (place, *place.rglob("*")))


def _this_host() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
