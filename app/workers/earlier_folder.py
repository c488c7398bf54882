"""Earlier results on disk: the last unsaved ones that others took the place of.

ROOT/WHEN-ID/scene.moe3d    with choices.json beside it, as `recovery_folder` keeps them
ROOT/WHEN-ID/about.json     what the list shows without opening the scene
ROOT/WHEN-ID/picture.png    the first photo, small
ROOT/WHEN-ID.part/          one that is being written

The folder lies beside the one for autosaves, so that a scene is moved from one to the other.
"""

import contextlib
import json
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from moe3d import Progress, ScenePrediction, SessionFileError
from moe3d_viewer.state.scene.scene_saving import (
    EarlierResult,
    KeptResult,
    OpenedScene,
    SceneToSave,
)
from moe3d_viewer.workers.recovery_folder import PART, RecoveryFolder, read_kept_scene
from moe3d_viewer.workers.scene_files import with_photos

MAX_RESULTS = 5
MAX_CHOICES = 1
"""Scenes whose result is in a file: they must not push out results that are in none."""
MAX_BYTES = 4 * 2**30
THUMBNAIL_PX = 160
ABOUT, PICTURE = "about.json", "picture.png"
OLD_S = 86400
"""After so long nobody is writing a part any more."""


class EarlierFolder:
    """Implements `moe3d_viewer.state.scene.scene_saving.EarlierResults`."""

    def __init__(
        self, root: Path, recovery: RecoveryFolder, clock: Callable[[], float] = time.time
    ) -> None:
        self._root, self._recovery, self._clock = root, recovery, clock

    def keep(self, scene: SceneToSave, is_result: bool, progress: Progress) -> KeptResult:
        """See EarlierResults. It is complete or not there."""
        now_s = self._clock()
        when = time.strftime("%Y%m%d-%H%M%S", time.localtime(now_s))
        folder = self._root / f"{when}-{secrets.token_hex(4)}"
        self._recovery.move_out(
            scene, folder, lambda made: _describe(made, scene, now_s, is_result), progress
        )
        kept = _look_at(folder)
        assert kept is not None
        return KeptResult(kept, self._drop_oldest(kept))

    def entries(self, progress: Progress) -> tuple[EarlierResult, ...]:
        """See EarlierResults."""
        progress.report("look for earlier results")
        complete = [folder for folder in self._root.glob("*/") if not folder.name.endswith(PART)]
        found = [entry for folder in complete if (entry := _look_at(folder)) is not None]
        return tuple(sorted(found, key=lambda entry: (-entry.kept_at_s, entry.folder)))

    def read(self, entry: EarlierResult, progress: Progress) -> OpenedScene:
        """See EarlierResults."""
        if not entry.folder.is_dir():
            raise SessionFileError(f"{entry.title}: it was opened in another window, or dropped")
        record = read_kept_scene(entry.folder, progress)
        return with_photos(record, entry.folder, [], progress)

    def take_back(
        self, entry: EarlierResult, prediction: ScenePrediction | None, progress: Progress
    ) -> None:
        """See EarlierResults."""
        self._recovery.take_over(entry.folder, prediction, progress)

    def discard(self, entry: EarlierResult) -> None:
        """See EarlierResults."""
        shutil.rmtree(entry.folder, ignore_errors=True)

    def _drop_oldest(self, newest: EarlierResult) -> tuple[EarlierResult, ...]:
        """Keep within the limits; the newest stays, however large it is."""
        self._sweep()
        dropped, total, counts = [], 0, {True: 0, False: 0}
        for entry in self.entries(Progress()):
            total += entry.size_bytes
            counts[entry.is_result] += 1
            most = MAX_RESULTS if entry.is_result else MAX_CHOICES
            is_too_much = counts[entry.is_result] > most or total > MAX_BYTES
            if is_too_much and entry.folder != newest.folder:
                total -= entry.size_bytes
                self.discard(entry)
                dropped.append(entry)
        return tuple(dropped)

    def _sweep(self) -> None:
        """Remove what a kill left half-written."""
        for part in self._root.glob(f"*{PART}"):
            with contextlib.suppress(OSError):
                if self._clock() - part.stat().st_mtime > OLD_S:
                    shutil.rmtree(part, ignore_errors=True)


def _describe(folder: Path, scene: SceneToSave, now_s: float, is_result: bool) -> None:
    prediction = scene.prediction
    about = {
        "title": scene.title,
        "kept_at_s": now_s,
        "photos": len(prediction.names) if prediction is not None else len(scene.views),
        "model": prediction.metadata.model if prediction is not None else "",
        "is_result": is_result,
    }
    if prediction is not None:
        picture = Image.fromarray(prediction.images[0])
        picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
        picture.save(folder / PICTURE)
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _look_at(folder: Path) -> EarlierResult | None:
    """What the list shows of a folder; None when it is none, or gone meanwhile."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return EarlierResult(
            folder,
            str(about["title"]),
            float(about["kept_at_s"]),
            int(about["photos"]),
            str(about["model"]),
            sum(path.stat().st_size for path in folder.iterdir()),
            bool(about["is_result"]),
            _picture(folder / PICTURE),
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _picture(path: Path) -> object:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, ValueError):
        return None
