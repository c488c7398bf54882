"""Recent scenes: what each is, when it was opened, its picture, and whether it is still there."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress, SampleScene
from moe3d.io.photos.image_files import is_video
from moe3d_viewer.state.job import JobKind, Jobs, LatestJob, Publish
from moe3d_viewer.state.scene.saved_results import SUFFIX
from moe3d_viewer.state.scene.scene_file import SceneFileState
from moe3d_viewer.state.scene.scene_saving import SESSION_SUFFIX
from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.state.settings import Settings

FACTS = "recent_facts"
MOST_FILES = 500
"""Single files of one scene that are remembered; more are opened by their folder."""


@dataclass(frozen=True, eq=False)
class RecentScene:
    """One entry of the list."""

    path: Path
    """Folder, file, or the folder of the files."""
    kind: str = ""
    """"photos", "video", "session", "result", or empty where an older version opened it."""
    num_photos: int = 0
    """0 where it is not known."""
    opened_s: float = 0.0
    """Seconds since 1970; 0 where it is not known."""
    files: tuple[Path, ...] = ()
    """What was opened, where that was neither one folder nor one file."""
    problem: str = ""
    """Why it cannot be opened now."""
    picture: object | None = None
    """uint8 (h, w, 3), RGB; None while there is none."""
    title: str = ""
    """What to call it; the name of its path where empty."""
    about: str = ""
    """One sentence about it; where empty its kind and day are said."""

    @property
    def name(self) -> str:
        """What to call it on the screen."""
        return self.title or self.path.name


@dataclass(frozen=True, eq=False)
class RecentLook:
    """What was found of one entry."""

    path: Path
    problem: str
    picture: object | None


LOOK_AT_RECENTS = JobKind[
    Callable[[Mapping[Path, Sequence[Path]], Mapping[Path, Path], Progress, Publish], None]
]("look_at_recents")
"""Publish one `RecentLook` for every path: of the files that it needs, and of its picture; where
that is a folder, its first one."""
KEEP_PICTURE = JobKind[Callable[[object, Path, Progress], None]]("keep_picture")
"""Write a small picture of a scene to a file."""


class RecentsState(QObject):
    """Fills the list by itself; what cannot be opened any more stays until it is taken off."""

    changed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        settings: Settings,
        session: SessionState,
        scene_file: SceneFileState,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._jobs, self._settings, self._clock_s = jobs, settings, clock_s
        self._session, self._scene_file = session, scene_file
        self._looks: dict[Path, RecentLook] = {}
        self._samples: tuple[RecentScene, ...] = ()
        self._current: Path | None = None
        self._looking = LatestJob(jobs, self)
        self._looking.published.connect(self._on_looked)
        self._looking.succeeded.connect(self.changed)
        self._keeping = LatestJob(jobs, self)
        session.views_changed.connect(self._on_views_changed)
        session.thumbnail_ready.connect(self._on_thumbnail)
        scene_file.opened.connect(self._on_session_file)
        settings.recents_changed.connect(self.changed)

    @property
    def entries(self) -> tuple[RecentScene, ...]:
        """Newest first."""
        facts = self._facts()
        return tuple(
            self._looked_at(_entry(path, facts.get(str(path)))) for path in self._settings.recents
        )

    @property
    def samples(self) -> tuple[RecentScene, ...]:
        """Scenes that come with the program, to try where nothing was opened yet."""
        return tuple(self._looked_at(sample) for sample in self._samples)

    def offer(self, samples: Sequence[SampleScene]) -> None:
        """Say which scenes come with the program."""
        self._samples = tuple(
            RecentScene(
                sample.images,
                "photos",
                sample.num_photos,
                title=sample.title,
                about=sample.description,
            )
            for sample in samples
        )
        self.changed.emit()

    def opened_by(self, path: Path) -> tuple[Path, ...]:
        """What has to be opened for an entry of the list."""
        return _entry(path, self._facts().get(str(path))).files or (path,)

    def forget(self, path: Path) -> None:
        """Take a scene off the list; the scene itself stays where it is."""
        self._settings.forget_recent(path)
        if not self._settings.recents:
            self.look()  # at the samples, which are shown now

    @Slot()
    def look(self) -> None:
        """See whether the scenes are still there, and fetch their pictures."""
        needed = {entry.path: entry.files or (entry.path,) for entry in self.entries}
        pictures = {path: self._picture_of(path) for path in needed}
        if not needed:
            needed = {sample.path: (sample.path,) for sample in self._samples}
            pictures = {path: path for path in needed}
        jobs = self._jobs
        if needed:
            self._looking.start(
                lambda progress, publish: jobs[LOOK_AT_RECENTS](needed, pictures, progress, publish)
            )

    @Slot()
    def _on_views_changed(self) -> None:
        if self._scene_file.path is not None:
            return  # the session itself is among the recents
        paths, path = self._session.paths, self._session.place
        if path is None:
            return
        files = () if len(paths) == 1 or len(paths) > MOST_FILES else paths
        self._note(RecentScene(path, _kind_of(paths), self._session.num_views, files=files))

    @Slot(object)
    def _on_session_file(self, path: Path) -> None:
        self._note(RecentScene(path, "session", self._session.num_views))
        picture = self._session.thumbnail(0)
        if picture is not None:
            self._keep_picture(picture)

    @Slot(int)
    def _on_thumbnail(self, index: int) -> None:
        if index == 0:
            self._keep_picture(self._session.thumbnail(0))

    def _note(self, entry: RecentScene) -> None:
        self._current = entry.path
        self._looks.pop(entry.path, None)
        facts = self._facts()
        facts[str(entry.path)] = {
            "kind": entry.kind,
            "photos": entry.num_photos,
            "opened_s": round(self._clock_s()),
            "files": [str(file) for file in entry.files],
        }
        self._settings.add_recent(entry.path)
        known = {str(path) for path in self._settings.recents}
        kept = {path: fact for path, fact in facts.items() if path in known}
        self._settings.set_value(FACTS, json.dumps(kept))
        self.changed.emit()

    def _keep_picture(self, pixels: object) -> None:
        path, jobs = self._current, self._jobs
        if path is not None:
            target = self._picture_of(path)
            self._keeping.start(
                lambda progress, _publish: jobs[KEEP_PICTURE](pixels, target, progress)
            )

    def _picture_of(self, path: Path) -> Path:
        name = hashlib.sha1(str(path).encode(errors="surrogateescape")).hexdigest()
        return self._settings.pictures_folder / f"{name}.jpg"

    def _facts(self) -> dict[str, object]:
        try:
            found = json.loads(self._settings.value(FACTS, "{}"))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _looked_at(self, entry: RecentScene) -> RecentScene:
        look = self._looks.get(entry.path)
        return entry if look is None else replace(entry, problem=look.problem, picture=look.picture)

    @Slot(object)
    def _on_looked(self, look: RecentLook) -> None:
        self._looks[look.path] = look


def _entry(path: Path, fact: object) -> RecentScene:
    """What is known of an entry; nothing but its name where the settings say nonsense."""
    if not isinstance(fact, Mapping):
        return RecentScene(path, _kind_by_name(path))
    kind, num, opened, files = (fact.get(key) for key in ("kind", "photos", "opened_s", "files"))
    return RecentScene(
        path,
        kind if isinstance(kind, str) else "",
        num if isinstance(num, int) else 0,
        float(opened) if isinstance(opened, int | float) else 0.0,
        tuple(Path(str(file)) for file in files) if isinstance(files, list) else (),
    )


def _kind_by_name(path: Path) -> str:
    return {SESSION_SUFFIX: "session", SUFFIX: "result"}.get(path.suffix.lower(), "")


def _kind_of(paths: Sequence[Path]) -> str:
    if all(is_video(path) for path in paths):
        return "video"
    return _kind_by_name(paths[0]) or "photos"
