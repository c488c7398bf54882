"""Autosaves on disk: one folder a process, locked while the process lives.

ROOT/ID.lock           held by QLockFile; stale when its process has died
ROOT/ID/scene.moe3d    the session after the newest result
ROOT/ID/choices.json   what was chosen since, and of which scene; of any other one it means nothing

A folder is removed when its scene was saved or the user throws it away, never for being unreadable.
"""

import contextlib
import hashlib
import json
import secrets
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QLockFile

from moe3d import (
    Progress,
    ScenePrediction,
    SessionFileError,
    SessionRecord,
    read_session,
    read_session_title,
)
from moe3d.io.files.atomic import new_file
from moe3d.io.files.workplace import sweep
from moe3d_viewer.state.job import error_text
from moe3d_viewer.state.scene.scene_saving import Leftover, OpenedScene, SceneToSave
from moe3d_viewer.workers.scene_files import save_scene, with_photos

SCENE, CHOICES = "scene.moe3d", "choices.json"
PART = ".part"
"""Ending of a folder that is being written."""
UNREAD_CHOICES = "choices-unread.json"


@dataclass(frozen=True)
class _Held:
    """A folder of this process, and the result that is kept in it."""

    folder: Path
    lock: QLockFile
    prediction: ScenePrediction | None


class RecoveryFolder:
    """Implements `moe3d_viewer.state.scene.scene_saving.Recovery`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name = secrets.token_hex(6)
        self._lock: QLockFile | None = None
        self._written: ScenePrediction | None = None
        self._before: list[_Held] = []
        self._is_busy = threading.Lock()
        self._is_unwanted = False

    @property
    def folder(self) -> Path:
        """Where this process keeps its scene."""
        return self._root / self._name

    def save_all(self, scene: SceneToSave, progress: Progress) -> None:
        """See Recovery. Until the new scene is complete, the old one and its choices stay."""
        with self._at_work(progress):
            self._hold()
            self._written = None
            save_scene(scene, self.folder / SCENE, progress)
            self._written = scene.prediction
            (self.folder / CHOICES).unlink(missing_ok=True)  # the scene holds its own

    def save_choices(self, remembered: Mapping[str, object], progress: Progress) -> None:
        """See Recovery."""
        progress.report("autosave")
        with self._at_work(progress):
            self._hold()
            _write_choices(self.folder, remembered)

    def leftovers(self, progress: Progress) -> tuple[Leftover, ...]:
        """See Recovery."""
        found = []
        for folder in sorted(self._root.glob("*/")):
            progress.report("look for unsaved scenes")
            if folder == self.folder:
                continue
            with self._left_alone(folder.name) as lock:
                if lock is not None and (leftover := _look_at(folder)):
                    found.append(leftover)
        for path in self._root.glob("*.lock"):  # of a folder that is gone
            with self._left_alone(path.stem):
                pass
        return tuple(sorted(found, key=lambda item: -item.saved_at_s))

    def recover(self, leftover: Leftover, progress: Progress) -> OpenedScene:
        """See Recovery. Nothing is copied: the folder becomes this process's own."""
        with self._left_alone(leftover.folder.name) as lock:
            if lock is None:
                raise SessionFileError(f"{leftover.title}: it is open in another window")
            record = read_kept_scene(leftover.folder, progress)
            scene = with_photos(record, leftover.folder, [], progress)
        with self._at_work(progress):
            if not lock.tryLock(0):
                raise SessionFileError(f"{leftover.title}: it was opened in another window")
            self._take_over(leftover.folder.name, lock, record.prediction)
        return scene

    def move_out(
        self,
        scene: SceneToSave,
        target: Path,
        describe: Callable[[Path], None],
        progress: Progress,
    ) -> None:
        """Put a scene that goes into another folder of the same disk, at one stroke.

        What is kept of it already is moved, else it is written.

        Args:
            scene: that goes.
            target: is not there yet.
            describe: adds files to the folder before it gets its place.
            progress: of the writing.
        """
        with self._at_work(progress):
            target.parent.mkdir(parents=True, exist_ok=True)
            held = self._held(scene.prediction)
            source = target.with_name(target.name + PART) if held is None else held.folder
            if held is None:
                source.mkdir()
                save_scene(scene, source / SCENE, progress)
            else:
                _write_choices(source, scene.remembered)
            describe(source)
            source.rename(target)
            if held is not None:
                self._forget(held)

    def take_over(
        self, folder: Path, prediction: ScenePrediction | None, progress: Progress
    ) -> None:
        """Make a folder that lies elsewhere on the same disk this process's own."""
        with self._at_work(progress):
            self._root.mkdir(parents=True, exist_ok=True)
            name = secrets.token_hex(6)
            lock = _lock(self._root / f"{name}.lock")
            if not lock.tryLock(0):
                raise SessionFileError(f"{folder}: its lock cannot be taken")
            try:
                folder.rename(self._root / name)
            except OSError:
                lock.unlock()
                raise
            self._take_over(name, lock, prediction)

    def _take_over(self, name: str, lock: QLockFile, prediction: ScenePrediction | None) -> None:
        if self._lock is not None:  # what was kept so far is to be moved out, or left
            self._before.append(_Held(self.folder, self._lock, self._written))
        self._name, self._lock, self._written = name, lock, prediction

    def _held(self, prediction: ScenePrediction | None) -> "_Held | None":
        """Where this process keeps a result."""
        own = [_Held(self.folder, self._lock, self._written)] if self._lock is not None else []
        found = [held for held in (*own, *self._before) if held.prediction is prediction]
        return found[0] if found and prediction is not None else None

    def _forget(self, held: "_Held") -> None:
        if held.folder == self.folder:
            self._written = None  # the lock stays: the next scene is kept under the same name
        else:
            self._before.remove(held)
            held.lock.unlock()

    def discard(self, leftover: Leftover) -> None:
        """See Recovery."""
        with self._left_alone(leftover.folder.name) as lock:
            if lock is not None:
                shutil.rmtree(leftover.folder, ignore_errors=True)

    def leave(self) -> None:
        """See Recovery. A writer that is still at work keeps the lock until the process ends."""
        if self._is_busy.acquire(blocking=False):
            try:
                self._leave_before()
                if self._lock is not None:
                    self._lock.unlock()
                    self._lock = None
            finally:
                self._is_busy.release()

    def _leave_before(self) -> None:
        for held in self._before:
            held.lock.unlock()
        self._before = []

    def clear(self) -> None:
        """See Recovery. Never waits: a writer that is at work clears up when it ends."""
        self._is_unwanted = True
        self._clear_if_idle()

    def _clear_if_idle(self) -> None:
        if self._is_unwanted and self._is_busy.acquire(blocking=False):
            try:
                self._is_unwanted = False
                self._written = None
                self._leave_before()
                if self._lock is not None:
                    shutil.rmtree(self.folder, ignore_errors=True)
                    self._lock.unlock()
                    self._lock = None
            finally:
                self._is_busy.release()

    @contextlib.contextmanager
    def _at_work(self, progress: Progress) -> Iterator[None]:
        """One writer at a time, and only if it is still wanted when its turn comes."""
        try:
            with self._is_busy:
                progress.raise_if_cancelled()
                yield
        finally:
            self._clear_if_idle()

    def _hold(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            lock = _lock(self._root / f"{self._name}.lock")
            if not lock.tryLock(0):
                raise SessionFileError(f"{self.folder}: its lock cannot be taken")
            self._lock = lock

    @contextlib.contextmanager
    def _left_alone(self, name: str) -> Iterator[QLockFile | None]:
        """Hold another folder's lock while the block runs; None when somebody else does."""
        lock = _lock(self._root / f"{name}.lock")
        if name == self._name or not lock.tryLock(0):
            yield None
            return
        try:
            yield lock
        finally:
            lock.unlock()


def _lock(path: Path) -> QLockFile:
    made = QLockFile(str(path))
    made.setStaleLockTime(0)  # stale only when its process is gone, however old it is
    return made


def _look_at(folder: Path) -> Leftover | None:
    """The scene of a dead process; None when there is none, and then the folder goes."""
    title, problem, saved_at_s = "", "", 0.0
    try:
        sweep(folder)
        if SCENE not in [path.name for path in folder.iterdir()]:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        saved_at_s = (folder / SCENE).stat().st_mtime
        title = read_session_title(folder / SCENE)
    except Exception as error:  # of whatever kind: it may be gone the next time
        problem = error_text(error)
    return Leftover(folder, title, saved_at_s, problem)


def _write_choices(folder: Path, remembered: Mapping[str, object]) -> None:
    content = {"scene": _mark(folder / SCENE), "choices": dict(remembered)}
    with new_file(folder / CHOICES, overwrite=True) as part:
        part.write_text(json.dumps(content), encoding="utf-8")


def read_kept_scene(folder: Path, progress: Progress) -> SessionRecord:
    """A scene with what was chosen after it was written."""
    record = read_session(folder / SCENE, progress)
    path = folder / CHOICES
    if not path.exists():
        return record
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        content = json.loads(text)
        if "scene" in content:
            chosen = content["choices"] if content["scene"] == _mark(folder / SCENE) else {}
        else:  # of a version that did not say of which scene
            chosen = content
        return replace(record, remembered={**record.remembered, **chosen})
    except (ValueError, LookupError, TypeError, RecursionError):  # it will never be read
        path.replace(folder / UNREAD_CHOICES)
        note = "What was chosen last was damaged; the scene looks as it did a little earlier."
        return replace(record, notes=(*record.notes, note))


def _mark(scene: Path) -> str:
    """What tells a scene file from any other: the checksums of its members."""
    with zipfile.ZipFile(scene) as archive:
        members = [(item.filename, item.file_size, item.CRC) for item in archive.infolist()]
    return hashlib.sha256(repr(members).encode()).hexdigest()[:16]
