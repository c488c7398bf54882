"""Session files between window and moe3d.io: which photos are there, what stands for the rest."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.state.scene_saving import OpenedScene, SceneToSave
from moe3d.io.session_file import PhotoReference, SessionRecord, read_session, write_session
from moe3d.io.session_photos import FoundPhotos, find_photos, refer_to_photos
from moe3d.progress import Progress
from moe3d.scene.records import RefusedFile, ScenePrediction, View, ViewSet

GONE = "its file was not found where the session says, or is another one now"


class SessionFiles:
    """Implements `app.state.scene_saving.SceneFiles`."""

    def save_scene(self, scene: SceneToSave, path: Path, progress: Progress) -> Path:
        """Write a session."""
        return save_scene(scene, path, progress)

    def open_scene(self, path: Path, folders: Sequence[Path], progress: Progress) -> OpenedScene:
        """Read a session and look for its photos."""
        return open_scene(path, folders, progress)


def save_scene(scene: SceneToSave, path: Path, progress: Progress) -> Path:
    """Write a session; reads every photo once for its hash."""
    photos = refer_to_photos(scene.views.views, path.parent.absolute(), progress)
    record = SessionRecord(
        scene.title,
        photos,
        scene.sources,
        scene.remembered,
        scene.prediction,
        scene.unknown,
    )
    return write_session(record, path, progress)


def open_scene(path: Path, folders: Sequence[Path], progress: Progress) -> OpenedScene:
    """Read a session and look for its photos."""
    record = read_session(path, progress)
    return with_photos(record, path.parent.absolute(), folders, progress)


def with_photos(
    record: SessionRecord, folder: Path, folders: Sequence[Path], progress: Progress
) -> OpenedScene:
    """Join a record with the photos that are there."""
    found = find_photos(record.photos, [folder, *folders], progress)
    return OpenedScene(record, _views(record, found), found.missing)


def _views(record: SessionRecord, found: FoundPhotos) -> ViewSet:
    views, refused = [], []
    for photo in record.photos:
        view = _view(photo, found, record.prediction)
        if view is None:
            refused.append(RefusedFile(Path(photo.path or photo.name), GONE))
        else:
            views.append(view)
    return ViewSet(tuple(views), tuple(refused))


def _view(
    photo: PhotoReference, found: FoundPhotos, prediction: ScenePrediction | None
) -> View | None:
    path = found.paths.get(photo.name)
    if path is not None:
        view = View(
            photo.name,
            photo.width,
            photo.height,
            path,
            photo.exif_orientation,
            frame_s=photo.frame_s,
        )
        return _with_mask(view, path.parent / photo.mask) if photo.mask else view
    if prediction is None or photo.name not in prediction.names:
        return None
    image = prediction.images[prediction.names.index(photo.name)]
    warnings = (f"Shown as the network saw it: {GONE}.",) if photo.path else ()
    return View(photo.name, image.shape[1], image.shape[0], pixels=image, warnings=warnings)


def _with_mask(view: View, mask: Path) -> View:
    if mask.is_file():
        return replace(view, mask=mask)
    return replace(view, warnings=(f"Its mask {mask.name} was not found: all of it is used.",))
