"""Furniture as Sweet Home 3D's libraries hold it, read where the user has it; CC0 models only.

A library is a .sh3f file (a zip) or the folder that it unpacks to, with its catalogue
`PluginFurnitureCatalog.properties`. Both the catalogue and the licence file beside the model have
to say CC0 or public domain.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from jaxtyping import Float32
from PIL import Image

from moe3d.errors import DatasetError
from moe3d.training.data.seeds import Split
from moe3d.training.photo_like.obj_models import (
    TriangleModel,
    make_coarser,
    read_obj,
    resize_picture,
)

CATALOGUE = "PluginFurnitureCatalog.properties"
HOW_TO_GET = (
    "Debian's package sweethome3d-furniture has CC0 models: `apt-get download "
    "sweethome3d-furniture`, `dpkg-deb -x sweethome3d-furniture_*.deb FOLDER`, then "
    "`--furniture FOLDER/usr/share/sweethome3d/furniture`"
)
FREE = re.compile(r"creative\s+commons\s+zero|\bcc-?\s?0\b|public\s+domain", re.IGNORECASE)
NOT_FREE = re.compile(
    r"creative\s+commons\s+attribution|\bcc-by|non-?commercial|share-?alike", re.IGNORECASE
)
TEXTURE_SIDE = 128

SAMPLE_ROOM = frozenset(
    (
        "sofa2",
        "armchair2",
        "table",
        "bedsideTable2",
        "desklamp",
        "plant",
        "decorativePlant",
        "electricGuitar",
        "teddyBear",
        "orchids",
        "caffe_final",
        "caballito",
        "basketball",
        "cuckooClock",
        "lamp2",
        "deer",
        "cactus",
        "littlePlant",
    )
)
"""Shown in the sample scene "room", on which models are scored: never shown in training."""

Role = Literal["large", "small", "hung", "ceiling", "outdoor"]
Size = tuple[float, float, float]


@dataclass(frozen=True)
class FurniturePiece:
    """One entry of a catalogue."""

    name: str
    """Of its OBJ file, without the ending."""
    category: str
    size_m: Size
    """Width, depth, height."""
    elevation_m: float
    """Height over the floor at which it hangs; 0 stands."""
    source: Path
    model: str
    """Path of the OBJ file inside the library."""

    @property
    def role(self) -> Role:
        """Where it goes in a room."""
        width, depth, height = self.size_m
        if self.category in ("Exterior", "Vehicles"):
            return "outdoor"
        if self.elevation_m > 1.75:
            return "ceiling"
        if self.elevation_m > 0.5:
            return "hung"
        return "small" if max(width, depth) < 0.5 and height < 0.62 else "large"

    @property
    def split(self) -> Split:
        """Which scenes may show it: an eighth of the models is kept for each of the other uses."""
        share = zlib.crc32(self.name.encode()) % 8
        return {0: Split.VALIDATE, 1: Split.HELD_OUT}.get(share, Split.TRAIN)


@dataclass(frozen=True)
class LoadedModel:
    """A piece's triangles in metres: x right, y to the back, z up, on z = 0 around the origin."""

    model: TriangleModel
    pictures: tuple[Float32[np.ndarray, "n n 3"] | None, ...]
    """One a material: linear RGB, or None."""


class _Files:
    """Files of a library, in a zip or a folder, by their paths inside."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._zip: zipfile.ZipFile | None = None
        if place.is_file():
            try:
                self._zip = zipfile.ZipFile(place)
            except (zipfile.BadZipFile, OSError) as error:
                raise DatasetError(f"{place} is no readable furniture library: {error}") from error
            self.names = tuple(n for n in self._zip.namelist() if not n.endswith("/"))
        else:
            files = (path for path in place.rglob("*") if path.is_file())
            self.names = tuple(sorted(path.relative_to(place).as_posix() for path in files))
        self._known = frozenset(self.names)

    def __reduce__(self) -> tuple[type["_Files"], tuple[Path]]:
        """An open zip goes into no other process: that opens it anew."""
        return _Files, (self._place,)

    def read(self, name: str) -> bytes:
        """Bytes of a file; empty if it is not there."""
        if name not in self._known:
            return b""
        if self._zip is not None:
            return self._zip.read(name)
        return (self._place / name).read_bytes()

    def text(self, name: str) -> str:
        return self.read(name).decode("latin-1")


class FurnitureLibrary:
    """The CC0 furniture of a folder, loaded as it is asked for."""

    def __init__(self, pieces: Sequence[FurniturePiece], files: dict[Path, _Files]) -> None:
        self.pieces = tuple(pieces)
        self._files = files
        self._loaded: dict[str, LoadedModel] = {}

    def of_split(self, split: Split, role: Role) -> list[FurniturePiece]:
        """Pieces that scenes of a split may show in a role; all of it where the split has none."""
        fitting = [piece for piece in self.pieces if piece.role == role]
        return [piece for piece in fitting if piece.split == split] or fitting

    def load(self, piece: FurniturePiece) -> LoadedModel:
        """Read a model, once.

        Raises:
            DatasetError: its files cannot be read.
        """
        if piece.name not in self._loaded:
            self._loaded[piece.name] = _load(piece, self._files[piece.source])
        return self._loaded[piece.name]


def open_furniture(folder: Path) -> FurnitureLibrary:
    """Find the CC0 furniture in a folder of libraries, or in one library.

    Args:
        folder: holds .sh3f files or unpacked libraries, or is one.

    Raises:
        DatasetError: nothing is there, or none of it is CC0; says what to do.
    """
    if not folder.exists():
        raise DatasetError(f"the furniture folder {folder} does not exist. {HOW_TO_GET}")
    places = _libraries(folder)
    if not places:
        raise DatasetError(
            f"{folder} holds no furniture library (a .sh3f file, or a folder with {CATALOGUE}). "
            f"{HOW_TO_GET}"
        )
    files = {place: _Files(place) for place in places}
    pieces = [piece for place in places for piece in _free_pieces(place, files[place])]
    if not pieces:
        raise DatasetError(
            f"{folder}: none of {len(places)} furniture libraries has a CC0 model that is not in "
            f"the sample room. {HOW_TO_GET}"
        )
    return FurnitureLibrary(sorted(pieces, key=lambda piece: piece.name), files)


def _libraries(folder: Path) -> list[Path]:
    if folder.is_file() or (folder / CATALOGUE).is_file():
        return [folder]
    inside = sorted(folder.iterdir())
    return [p for p in inside if p.suffix == ".sh3f" or (p / CATALOGUE).is_file()]


def read_catalogue(text: str) -> tuple[str, list[dict[str, str]]]:
    """The licence that a catalogue names, and its entries.

    Args:
        text: of the properties file; `key#3=value` belongs to entry 3.
    """
    licence, entries = "", {}
    for line in text.splitlines():
        found = re.fullmatch(r"\s*(\w+)(?:#(\d+))?\s*=(.*)", line)
        if not found:
            continue
        key, number, value = found[1], found[2], found[3].strip()
        if number is not None:
            entries.setdefault(int(number), {})[key] = value
        elif key == "license":
            licence = value
    return licence, [entries[number] for number in sorted(entries)]


def _free_pieces(place: Path, files: _Files) -> list[FurniturePiece]:
    licence, entries = read_catalogue(files.text(CATALOGUE))
    if not _is_free(licence):
        return []
    pieces = [_piece(place, entry) for entry in entries]
    return [
        piece
        for piece in pieces
        if piece is not None and piece.name not in SAMPLE_ROOM and _model_is_free(piece, files)
    ]


def _is_free(text: str) -> bool:
    return bool(FREE.search(text)) and not NOT_FREE.search(text)


def _model_is_free(piece: FurniturePiece, files: _Files) -> bool:
    """Whether the licence files beside a model are there, and all of them say CC0."""
    folder = str(PurePosixPath(piece.model).parent) + "/"
    licences = [
        name for name in files.names if name.startswith(folder) and "license" in name.lower()
    ]
    return bool(licences) and all(_is_free(files.text(name)) for name in licences)


def _piece(place: Path, entry: dict[str, str]) -> FurniturePiece | None:
    """An entry that stands in a room as it is: no door, window or stairs, no turned model."""
    if entry.get("doorOrWindow") == "true" or "staircaseCutOutShape" in entry:
        return None
    if "modelRotation" in entry:
        return None
    try:
        width, depth, height = (float(entry[key]) / 100 for key in ("width", "depth", "height"))
        elevation = float(entry.get("elevation", "0")) / 100
        model = entry["model"].lstrip("/")
    except (KeyError, ValueError):
        return None
    if not (0.005 < height < 4 and 0.005 < width < 7 and 0.005 < depth < 7):
        return None
    name = PurePosixPath(model).stem
    size = (width, depth, height)
    return FurniturePiece(name, entry.get("category", ""), size, elevation, place, model)


def _load(piece: FurniturePiece, files: _Files) -> LoadedModel:
    text = files.text(piece.model)
    folder = PurePosixPath(piece.model).parent
    name = f"{piece.source}: {piece.model}"
    model = read_obj(text, name, lambda side: files.text(str(folder / side)))
    model = make_coarser(_in_metres(model, piece.size_m))
    pictures = tuple(_picture(files, folder, look.picture) for look in model.materials)
    return LoadedModel(model, pictures)


def _in_metres(model: TriangleModel, size_m: Size) -> TriangleModel:
    """The file's y points up and its z to the front; scaled to the catalogue's size."""
    turned, normals = model.corners[..., [0, 2, 1]], model.normals[..., [0, 2, 1]]
    turned, normals = turned * [1, -1, 1], normals * [1, -1, 1]
    low, high = turned.min((0, 1)), turned.max((0, 1))
    scale = np.asarray(size_m) / np.maximum(high - low, 1e-9)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    normals = normals / scale
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    return TriangleModel(
        ((turned - foot) * scale).astype(np.float32),
        normals.astype(np.float32),
        model.uv,
        model.material,
        model.materials,
    )


def _picture(
    files: _Files, folder: PurePosixPath, name: str
) -> Float32[np.ndarray, "n n 3"] | None:
    """A material's picture; None where the file is not beside the model or is no picture."""
    content = files.read(str(folder / name)) if name else b""
    if not content:
        return None
    try:
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (OSError, ValueError):
        return None
    return resize_picture(pixels, TEXTURE_SIDE)
