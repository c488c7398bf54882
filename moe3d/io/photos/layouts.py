"""Which files of a folder, a list or a data set's scene are its photos, and in which order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from natsort import natsorted, ns

from moe3d.errors import ImageReadError
from moe3d.io.photos.image_files import ACCEPTED, is_video, looks_like_image

PHOTO_FOLDERS = (
    *("images", "image", "rgb", "color", "colour", "imgs", "img", "photos", "photo", "pictures"),
    *("input", "frames", "image_02", "image_2", "train"),
)
"""Names under which data sets and programs keep photos, the likeliest first."""
OTHER_MAPS = frozenset(
    {
        *("depth", "depths", "disparity", "disp", "normal", "normals", "mask", "masks", "matte"),
        *("mattes", "confidence", "conf", "segmentation", "semantic", "semantics", "instance"),
        *("instances", "label", "labels", "pose", "poses", "cams", "sparse", "stereo", "flow"),
        *("albedo", "output", "outputs", "thumbs", "thumbnails", "previews", "cache", "macosx"),
    }
)
"""Words in names of folders whose images are no photos of the scene, or not those to take."""
DEEPEST = 4
MOST_FOLDERS = 300
"""Folders that are looked into before it is given up."""

_SHRUNK = re.compile(r"images?_(\d+)")


@dataclass(frozen=True)
class Listing:
    """Files to read as photos."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    """What was found and is left out, one sentence each."""


def list_candidates(source: Path | str | Sequence[Path | str]) -> Listing:
    """Every file of the source that its name says is an image or a video.

    A folder is its own images and videos, or those of the folder inside it that holds the photos
    (`images`, `rgb`, ...: see PHOTO_FOLDERS), sorted as people count (2 before 10). A list keeps
    its order; a file that is named itself is always taken. Hidden files of folders are left out.

    Raises:
        ImageReadError: a path is missing or cannot be listed, or there is neither among the files,
            or several folders have images and none says that they are the photos.
    """
    paths = [source] if isinstance(source, str | Path) else list(source)
    if not paths:
        raise ImageReadError("no photo was given; wanted a folder, a photo or a list of photos")
    files: list[Path] = []
    notes: list[str] = []
    seen: list[Path] = []
    for path in map(Path, paths):
        if not _is_folder(path):
            files.append(path)
            continue
        listing = _Search(path).photos()
        files.extend(listing.files)
        notes.extend(listing.notes)
        seen.extend([] if listing.files else _files_of_folder(path))
    if not files:
        raise ImageReadError(_no_photo_message(paths, seen))
    return Listing(tuple(files), tuple(notes))


class _Search:
    """Looks for the photos below one folder."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._visited = 0

    def photos(self) -> Listing:
        """The photos of the folder or of the one inside that holds them."""
        return self._photos(self._top, 0)

    def _photos(self, folder: Path, depth: int) -> Listing:
        here = _images_of(folder, is_asked_for=depth == 0)
        inside = self._folders(folder, depth)
        usual = self._usual(folder, inside, depth)
        if here and (usual is None or len(usual[1].files) <= len(here)):
            return Listing(tuple(here), self._left_out(folder, inside, depth))
        if usual is not None:
            name, listing = usual
            return Listing(listing.files, (*listing.notes, *_beside(here, f"{name}/")))
        found = [(path, self._photos(path, depth + 1)) for path in inside if not _is_other(path)]
        found = [(path, listing) for path, listing in found if listing.files]
        if len(found) > 1:
            names = [f"{path.name} ({len(listing.files)})" for path, listing in found[:4]]
            more = f" and {len(found) - 4} more" if len(found) > 4 else ""
            raise ImageReadError(
                f"{folder}: no photo of its own, but its sub-folders {', '.join(names)}{more} have "
                "some: choose one, or name those that show the same scene"
            )
        return found[0][1] if found else Listing(())

    def _usual(self, folder: Path, inside: list[Path], depth: int) -> tuple[str, Listing] | None:
        """The sub-folder whose name says that it holds photos, if it does."""
        named = {path.name.casefold(): path for path in inside}
        shrunk = [path for path in inside if _SHRUNK.fullmatch(path.name.casefold())]
        shrunk.sort(key=lambda path: int(path.name.rpartition("_")[2]))
        for path in [named[name] for name in PHOTO_FOLDERS if name in named] + shrunk:
            files = self._all_below(path, depth + 1)
            if files:
                return path.name, Listing(tuple(files))
        return None

    def _all_below(self, folder: Path, depth: int) -> list[Path]:
        """The images of a folder of photos; those of its sub-folders if it has none of its own."""
        here = _images_of(folder)
        if here:
            return here
        inside = [path for path in self._folders(folder, depth) if not _is_other(path)]
        return [file for path in inside for file in self._all_below(path, depth + 1)]

    def _left_out(self, folder: Path, inside: list[Path], depth: int) -> tuple[str, ...]:
        notes = []
        for path in inside:
            files = [] if _is_other(path) else _images_of(path)
            if files:
                one, many = "1 more image, which is", f"{len(files)} more images, which are"
                which = one if len(files) == 1 else many
                notes.append(f"{folder.name}/{path.name}/ has {which} not used.")
        return tuple(notes)

    def _folders(self, folder: Path, depth: int) -> list[Path]:
        if depth >= DEEPEST or self._visited >= MOST_FOLDERS:
            return []
        try:
            inside = [path for path in folder.iterdir() if path.is_dir() and path.name[0] != "."]
        except OSError:
            return []
        self._visited += len(inside)
        return natsorted(inside, key=lambda path: path.name, alg=ns.IGNORECASE)


def _images_of(folder: Path, is_asked_for: bool = False) -> list[Path]:
    try:
        return [path for path in _files_of_folder(folder) if _shows_scene(path)]
    except ImageReadError:
        if is_asked_for:
            raise
        return []


def _shows_scene(path: Path) -> bool:
    return looks_like_image(path) or (is_video(path) and not path.name.startswith("."))


def _is_other(folder: Path) -> bool:
    return not OTHER_MAPS.isdisjoint(re.split(r"[^a-z]+", folder.name.casefold()))


def _beside(files: list[Path], used: str) -> tuple[str, ...]:
    if not files:
        return ()
    names = ", ".join(file.name for file in files[:3])
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    verb = "are" if len(files) > 1 else "is"
    return (f"{names}{more} beside {used} {verb} not used.",)


def _is_folder(path: Path) -> bool:
    try:
        if path.is_dir():
            return True
        path.lstat()  # a link that leads nowhere is there, and is refused by name later
    except FileNotFoundError as error:
        raise ImageReadError(f"{path}: there is no such file or folder; wanted photos") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImageReadError(f"{path}: cannot be read ({reason}); wanted photos") from error
    return False


def _files_of_folder(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if not _is_sub_folder(path)]
    except OSError as error:
        raise ImageReadError(
            f"{folder}: the folder cannot be listed ({error.strerror}); wanted a folder of photos"
        ) from error
    return natsorted(files, key=lambda path: path.name, alg=ns.IGNORECASE)


def _is_sub_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _no_photo_message(paths: Sequence[Path | str], files: Sequence[Path]) -> str:
    where = str(paths[0]) if len(paths) == 1 else f"the {len(paths)} given paths"
    shown = [file.name for file in files if not file.name.startswith(".")]
    if not shown:
        found = "it is empty" if len(paths) == 1 else "they are empty"
    else:
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        found = f"found only {', '.join(shown[:3])}{more}"
    return f"{where}: no photo; wanted {ACCEPTED}, or a video, {found}{_other_hint(paths)}"


def _other_hint(paths: Sequence[Path | str]) -> str:
    for path in map(Path, paths):
        for folder in natsorted(path.iterdir()) if path.is_dir() else []:
            if _is_sub_folder(folder) and _images_of(folder):
                return f"; its sub-folder {folder.name} has images: choose it if they are photos"
    return ""
