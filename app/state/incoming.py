"""What is dropped or chosen: what opening it will do, or what to do instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from moe3d.io.photos.image_files import (
    ACCEPTED,
    OTHER_IMAGE_EXTENSIONS,
    PHOTO_EXTENSIONS,
    RAW_EXTENSIONS,
    VIDEO_EXTENSIONS,
)
from moe3d_viewer.state.objects.object_files import only_objects
from moe3d_viewer.state.scene.saved_results import SUFFIX
from moe3d_viewer.state.scene.scene_saving import SESSION_SUFFIX

ARCHIVES = frozenset({".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
WEIGHTS = frozenset({".pt", ".pth", ".ckpt", ".safetensors"})
OTHER_MESHES = frozenset({".fbx", ".usd", ".usdz", ".3ds", ".dae"})
CAMERAS = frozenset({".json", ".bin", ".db", ".nvm"})
TEXTS = frozenset(
    {".txt", ".md", ".doc", ".docx", ".odt", ".csv", ".html", ".py", ".exe", ".blend"}
)
IMAGES = PHOTO_EXTENSIONS | RAW_EXTENSIONS | OTHER_IMAGE_EXTENSIONS | VIDEO_EXTENSIONS


class Way(StrEnum):
    """What becomes of it."""

    PHOTOS = "photos"
    """Photos, videos, folders, and zips of photos."""
    SESSION = "session"
    RESULT = "result"
    OBJECTS = "objects"
    """Clouds and meshes, which join what is open."""
    NONE = "none"


@dataclass(frozen=True)
class Incoming:
    """Told before it is dropped, and done after it."""

    way: Way
    paths: tuple[Path, ...]
    promise: str
    """What a drop does, in a few words."""
    refusal: str = ""
    """Why nothing is opened and what to do instead; empty where something is."""


def incoming(paths: Sequence[Path], links: Sequence[str] = ()) -> Incoming:
    """Judge files by their names, and links by being links.

    Args:
        paths: on this machine; a name that says nothing may be a folder.
        links: addresses of pages or files elsewhere.
    """
    chosen = tuple(paths)
    if not chosen:
        return Incoming(Way.NONE, (), _tr("Links cannot be opened"), _link_text(links))
    if len(only_objects(chosen)) == len(chosen):
        return Incoming(Way.OBJECTS, chosen, _tr("Add as clouds or meshes"))
    endings = {path.suffix.lower() for path in chosen}
    refusal = _refusal(chosen) if not endings & IMAGES else ""
    if refusal:
        return Incoming(Way.NONE, chosen, _tr("This cannot be opened"), refusal)
    if len(chosen) == 1 and endings == {SESSION_SUFFIX}:
        return Incoming(Way.SESSION, chosen, _tr("Open the session"))
    if len(chosen) == 1 and endings == {SUFFIX}:
        return Incoming(Way.RESULT, chosen, _tr("Open the saved result or points"))
    return Incoming(Way.PHOTOS, chosen, _tr("Open as a new scene"))


def _link_text(links: Sequence[str]) -> str:
    about = f"{links[0]}\n\n" if links else ""
    return about + _tr(
        "This program fetches nothing from the net. Save the photos or the video in your browser "
        "(right click, Save as), then drop the saved files here."
    )


def _refusal(paths: Sequence[Path]) -> str:
    """What to do with files none of which can be opened; empty where one may be a folder."""
    reasons = [(path, _reason(path.suffix.lower())) for path in paths]
    if not all(reason for _, reason in reasons):
        return ""
    path, reason = reasons[0]
    more = _tr(" (and {} more)").format(len(paths) - 1) if len(paths) > 1 else ""
    return f"{path.name}{more}: {reason}"


def _reason(ending: str) -> str:
    if ending in ARCHIVES:
        return _tr(
            "this kind of archive is not read. Unpack it and drop its folder; a zip of photos is "
            "opened as it is."
        )
    if ending in WEIGHTS:
        return _tr(
            "this looks like the weights of a network. Choose it under Run > Choose model, then "
            "open photos."
        )
    if ending in OTHER_MESHES:
        return _tr("this kind of mesh is not read. Save it as GLB, OBJ or PLY, then drop that.")
    if ending in CAMERAS:
        return _tr("this holds cameras or settings of another program. Drop its folder of photos.")
    if ending in TEXTS:
        return _tr(
            "this is none of the files that can be opened: photos ({}), videos (MP4, MOV, MKV and "
            "others), a folder or a zip of them, sessions ({}) and saved results ({})."
        ).format(ACCEPTED, SESSION_SUFFIX, SUFFIX)
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("incoming", text)
