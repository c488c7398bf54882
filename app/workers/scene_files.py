"""Files of whole scenes between window and moe3d.io: sessions with their photos, predictions."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from moe3d import (
    PhotoReference,
    Progress,
    RefusedFile,
    ScenePrediction,
    SessionRecord,
    View,
    ViewSet,
    read_session,
    write_session,
)
from moe3d.io.scenes.session_photos import FoundPhotos, find_photos, refer_to_photos
from moe3d_viewer.state.scene.scene_saving import OpenedScene, SceneToSave

GONE = "its file was not found where the session says, or is another one now"


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


def is_prediction(path: Path, progress: Progress) -> bool:
    """Whether a file of arrays holds a prediction."""
    from moe3d.io.scenes.prediction_file import is_prediction_file

    progress.report("read")
    return is_prediction_file(path)


def read_prediction(path: Path, progress: Progress) -> ScenePrediction:
    """Open a saved prediction."""
    import moe3d

    progress.report("read")
    return moe3d.read_prediction(path)


def write_prediction(prediction: ScenePrediction, path: Path, progress: Progress) -> Path:
    """Save a prediction; the file dialog has asked before replacing one."""
    import moe3d

    progress.report("write")
    return moe3d.write_prediction(prediction, path, overwrite=True)


def write_file(path: Path, content: bytes, progress: Progress) -> Path:
    """Write a small file; it is complete or not there."""
    from moe3d.io.files.atomic import new_file

    progress.report("write")
    with new_file(path, overwrite=True) as part:
        part.write_bytes(content)
    return path
