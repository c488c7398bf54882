"""Which files are no photos of their own: masks, second files of a shot, depth maps."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from moe3d.io.photos.image_files import PHOTO_EXTENSIONS, RAW_EXTENSIONS, is_video, looks_like_image
from moe3d.scene.records import RefusedFile

MASK_FOLDERS = frozenset({"mask", "masks", "matte", "mattes", "object_mask", "object_masks"})
"""Folders inside or beside that of the photos, in small letters."""

_MASK_NAME = re.compile(r"^(?:(?:mask|matte)[-_. ](.+)|(.+?)[-_. ](?:mask|matte))$", re.IGNORECASE)
_MAP_WORDS = r"depth|disp|disparity|normals?|confidence|conf|semantics?|segmentation|labels?"
_MAP_NAME = re.compile(rf"(?:^|[-_. ])({_MAP_WORDS})(?=[-_. 0-9]|$)", re.IGNORECASE)
_COLOUR_WORD = re.compile(r"(?:^|[-_. ])(?:colou?r|rgb|image|img|frame|photo)(?=[-_. 0-9]|$)", re.I)
_PIXEL_PAIR = re.compile(r"\.raw-\d+\.(?:cover|original|mp\.cover)$")
_DTU_LIGHT = re.compile(r"^(rect_\d{3})_(?:\d|max)_r5000$")
_HEIC = frozenset({".heic", ".heif", ".hif"})
_JPEG = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})
_LIVE_PHOTO = frozenset({".mov"})
"""Of the moving part that phones store beside a photo, under its name."""


@dataclass(frozen=True)
class Shot:
    """One photo, in one file or several; or a video, in one."""

    files: tuple[Path, ...]
    """The same shot; the first that can be read is used."""
    mask: Path | None = None


@dataclass(frozen=True)
class SortedFiles:
    """The files of a scene, by what they are."""

    shots: tuple[Shot, ...]
    refused: tuple[RefusedFile, ...]


def sort_files(files: Sequence[Path]) -> SortedFiles:
    """Tell photos and videos from what lies beside them, by name alone; nothing is opened.

    Masks are also looked for in folders beside the photos.
    """
    maps = _maps(files)
    left = [path for path in files if path not in maps]
    masks = _Masks(left)
    moving = {path: name for path in left if (name := _still(path, left)) is not None}
    photos = [path for path in left if path not in masks.used and path not in moving]
    refused = [
        *(
            RefusedFile(path, f"it is a {word} map of a photo beside it, by its name")
            for path, word in maps.items()
        ),
        *(
            RefusedFile(path, f"it is the moving part of {name}; open it by itself to use it")
            for path, name in moving.items()
        ),
    ]
    shots = [Shot(tuple(alike), masks.of(alike)) for alike in _same_shots(photos)]
    return SortedFiles(tuple(shots), tuple(refused))


def says_mask(path: Path) -> bool:
    """Whether a file's name says that it is a mask."""
    return _MASK_NAME.match(path.stem) is not None


def _still(path: Path, files: Sequence[Path]) -> str | None:
    """Name of the photo of which a video is the moving part, as phones store it; or None."""
    if path.suffix.lower() not in _LIVE_PHOTO:
        return None
    stills = (still for still in files if still.suffix.lower() in PHOTO_EXTENSIONS)
    return next((still.name for still in stills if still.with_suffix(path.suffix) == path), None)


def _same_shots(photos: Iterable[Path]) -> list[list[Path]]:
    """Files of one shot together, the readiest first: JPEG, then HEIC, then raw."""
    shots: dict[tuple[Path, str, bool], list[Path]] = {}
    for path in photos:
        shots.setdefault((path.parent, _shot_name(path), is_video(path)), []).append(path)
    found = []
    for alike in shots.values():
        kinds = Counter(map(_kind, alike))
        is_light = all(_DTU_LIGHT.match(path.stem.casefold()) for path in alike)
        is_one_shot = len(kinds) > 1 and max(kinds) < 3 and kinds[0] < 2 and kinds[1] < 2
        if len(alike) > 1 and (is_light or is_one_shot):
            found.append(sorted(alike, key=lambda path: (_kind(path), "_max_" not in path.stem)))
        else:
            found.extend([path] for path in alike)
    return found


def _shot_name(path: Path) -> str:
    stem = path.stem.casefold()
    light = _DTU_LIGHT.match(stem)
    return light[1] if light else _PIXEL_PAIR.sub("", stem)


def _kind(path: Path) -> int:
    suffix = path.suffix.lower()
    kinds = (_JPEG, _HEIC, RAW_EXTENSIONS)
    return next((number for number, kind in enumerate(kinds) if suffix in kind), len(kinds))


def _maps(files: Sequence[Path]) -> dict[Path, str]:
    """What kind of map a file is, where its name is a photo's with that word in it."""
    marked = {path: found for path in files if (found := _MAP_NAME.search(path.stem)) is not None}
    photos = [path for path in files if path not in marked] if marked else []
    stems = {(path.parent, path.stem) for path in photos}
    bare = {(path.parent, _bare(path.stem)) for path in photos}
    return {
        path: found[1].lower()
        for path, found in marked.items()
        if (path.parent, path.stem[: found.start()]) in stems
        or (path.parent, _bare(path.stem)) in bare
    }


def _bare(stem: str) -> str:
    """A name without the words for what it shows, to be compared."""
    return re.sub(r"[^a-z0-9]", "", _COLOUR_WORD.sub("", _MAP_NAME.sub("", stem)).casefold())


class _Masks:
    """The masks of photos, in the same folder or in a mask folder; videos have and are none."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._folders: dict[Path, dict[str, Path]] = {}
        self._used_folders: set[Path] = set()
        self._beside: dict[tuple[Path, str], Path] = {}
        files = [path for path in files if not is_video(path)]
        names = {(path.parent, name) for path in files for name in _names(path)}
        for path in files:
            wanted = _mask_target(path)
            if wanted is None:
                continue
            is_listed_folder = _is_mask_folder(path.parent)
            if (path.parent, wanted) in names and not is_listed_folder:
                self._beside[path.parent, wanted] = path
        folder_masks = {
            mask for photo in files if not _is_mask_folder(photo.parent)
            for mask in [self._in_folder(photo)] if mask is not None
        }  # fmt: skip
        self.used = frozenset(self._beside.values()) | folder_masks

    def of(self, alike: Sequence[Path]) -> Path | None:
        """The mask of a shot."""
        for photo in alike:
            if is_video(photo):
                continue
            for name in _names(photo):
                if (mask := self._beside.get((photo.parent, name))) is not None:
                    return mask
            if not _is_mask_folder(photo.parent) and (mask := self._in_folder(photo)) is not None:
                return mask
        return None

    def _in_folder(self, photo: Path) -> Path | None:
        for folder in _mask_folders(photo.parent):
            masks = self._listed(folder)
            for name in _names(photo):
                if name in masks:
                    return masks[name]
            number = _number(photo.stem)
            if number is not None and number in masks:
                return masks[number]
        return None

    def _listed(self, folder: Path) -> dict[str, Path]:
        """Masks of a folder by the photo's name or its number."""
        if folder not in self._folders:
            found: dict[str, Path] = {}
            try:
                files = sorted(folder.iterdir()) if folder.is_dir() else []
            except OSError:
                files = []
            for path in filter(looks_like_image, files):
                for name in {path.stem.casefold(), _mask_target(path), _number(path.stem)}:
                    if name is not None:
                        found.setdefault(name, path)
            self._folders[folder] = found
        return self._folders[folder]


def _names(path: Path) -> tuple[str, str]:
    return path.name.casefold(), path.stem.casefold()


def _mask_target(path: Path) -> str | None:
    """Name or stem of the photo whose mask this is by its name; None when it names none."""
    stem = path.stem
    found = _MASK_NAME.match(stem)
    if found is not None:
        return (found[1] or found[2]).casefold()
    return stem.casefold() if looks_like_image(Path(stem)) else None  # COLMAP: IMG_1.jpg.png


def _number(stem: str) -> str | None:
    """A name that is a number, without zeros in front: 000.png is the mask of 000000.png."""
    return f"#{int(stem)}" if re.fullmatch(r"[0-9]{1,18}", stem) else None


def _is_mask_folder(folder: Path) -> bool:
    return folder.name.casefold() in MASK_FOLDERS


def _mask_folders(folder: Path) -> list[Path]:
    """Where masks of the photos of a folder may lie: inside, beside, or beside the folder above."""
    named = sorted(MASK_FOLDERS)
    inside = [folder / name for name in named]
    own = [f"{folder.name}_mask", f"{folder.name}_masks"]
    beside = [folder.parent / name for name in [*named, *own]]
    mirrored = [folder.parent.parent / name / folder.name for name in named]
    return inside + beside + mirrored
