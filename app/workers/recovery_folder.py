"""Autosaves on disk: one folder a process, locked while the process lives.

ROOT/ID.lock           held by QLockFile; stale when its process has died
ROOT/ID/scene.moe3d    the session after the newest result
ROOT/ID/choices.json   what was chosen since
"""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLockFile

from app.state.scene_saving import Leftover, OpenedScene, SceneToSave
from app.workers.scene_files import save_scene, with_photos
from moe3d.errors import MoE3DError, SessionFileError
from moe3d.io.atomic import new_file
from moe3d.io.outside_files import read_json
from moe3d.io.session_file import read_session
from moe3d.progress import Progress

SCENE, CHOICES = "scene.moe3d", "choices.json"


class RecoveryFolder:
    """Implements `app.state.scene_saving.Recovery`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name = secrets.token_hex(6)
        self._lock: QLockFile | None = None

    @property
    def folder(self) -> Path:
        """Where this process keeps its scene."""
        return self._root / self._name

    def save_all(self, scene: SceneToSave, progress: Progress) -> None:
        """See Recovery."""
        self._hold()
        (self.folder / CHOICES).unlink(missing_ok=True)
        save_scene(scene, self.folder / SCENE, progress)

    def save_choices(self, remembered: Mapping[str, object], progress: Progress) -> None:
        """See Recovery."""
        progress.report("autosave")
        self._hold()
        with new_file(self.folder / CHOICES, overwrite=True) as part:
            part.write_text(json.dumps(dict(remembered)), encoding="utf-8")

    def leftovers(self, progress: Progress) -> tuple[Leftover, ...]:
        """See Recovery."""
        found = []
        for path in sorted(self._root.glob(f"*/{SCENE}")):
            progress.report("look for unsaved scenes")
            if path.parent == self.folder or not self._is_abandoned(path.parent.name):
                continue
            try:
                title = read_session(path).title
            except MoE3DError:
                shutil.rmtree(path.parent, ignore_errors=True)
                continue
            found.append(Leftover(path.parent, title, path.stat().st_mtime))
        return tuple(sorted(found, key=lambda item: -item.saved_at_s))

    def recover(self, leftover: Leftover, progress: Progress) -> OpenedScene:
        """See Recovery. The folder is thrown away once the scene is kept under the new name."""
        record = read_session(leftover.folder / SCENE, progress)
        record = replace(record, remembered={**record.remembered, **_choices(leftover.folder)})
        scene = with_photos(record, leftover.folder, [], progress)
        again = SceneToSave(
            record.title,
            scene.views,
            record.sources,
            record.remembered,
            record.prediction,
            record.unknown,
        )
        self.save_all(again, progress)
        self.discard(leftover)
        return scene

    def discard(self, leftover: Leftover) -> None:
        """See Recovery."""
        shutil.rmtree(leftover.folder, ignore_errors=True)
        (self._root / f"{leftover.folder.name}.lock").unlink(missing_ok=True)

    def clear(self) -> None:
        """See Recovery."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _hold(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = _lock(self._root / f"{self._name}.lock")
            if not self._lock.tryLock(0):
                raise SessionFileError(f"{self.folder}: its lock cannot be taken")

    def _is_abandoned(self, name: str) -> bool:
        lock = _lock(self._root / f"{name}.lock")
        if not lock.tryLock(0):
            return False
        lock.unlock()
        return True


def _lock(path: Path) -> QLockFile:
    made = QLockFile(str(path))
    made.setStaleLockTime(0)  # stale only when its process is gone, however old it is
    return made


def _choices(folder: Path) -> dict[str, object]:
    try:
        values = read_json(folder / CHOICES, SessionFileError)
    except SessionFileError:
        return {}
    return values if isinstance(values, dict) else {}
