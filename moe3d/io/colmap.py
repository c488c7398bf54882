"""COLMAP models: cameras, images and points3D, as .bin and as .txt.

Quaternions are w first, camera from world; ids count from 1; the pixel origin is the corner of
the first pixel, so image points and principal points are ours + 0.5.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import Float, Float32, Int64, UInt8

PINHOLE = 1


@dataclass(frozen=True)
class ColmapImage:
    """One photo and its PINHOLE camera; ids are its place in the model, from 1."""

    name: str
    width: int
    height: int
    params: Float[np.ndarray, "4"]
    """fx, fy, cx, cy."""
    quaternion: Float[np.ndarray, "4"]
    """w, x, y, z; camera from world."""
    translation: Float[np.ndarray, "3"]


@dataclass(frozen=True)
class ColmapModel:
    """Photos, points, and which photo sees which point where."""

    images: tuple[ColmapImage, ...]
    points: Float32[np.ndarray, "N 3"]
    colors: UInt8[np.ndarray, "N 3"]
    errors: Float[np.ndarray, " N"]
    """Mean reprojection error, pixels."""
    seen_point: Int64[np.ndarray, " M"]
    """Point of each observation, 0-based; sorted by image."""
    seen_image: Int64[np.ndarray, " M"]
    """Image of each observation, 0-based, ascending."""
    seen_at: Float[np.ndarray, "M 2"]
    """Pixels of the photo, corner origin."""

    def rows_of_image(self, image: int) -> slice:
        """The observations of an image."""
        start, stop = np.searchsorted(self.seen_image, [image, image + 1])
        return slice(int(start), int(stop))

    def tracks(self) -> Iterator[Int64[np.ndarray, "T 2"]]:
        """For every point, (image, place among the image's observations), both 0-based."""
        starts = np.searchsorted(self.seen_image, np.arange(len(self.images)))
        place = np.arange(len(self.seen_image)) - starts[self.seen_image]
        order = np.argsort(self.seen_point, kind="stable")
        pairs = np.stack([self.seen_image, place], axis=1)[order]
        ends = np.searchsorted(self.seen_point[order], np.arange(len(self.points)), "right")
        start = 0
        for end in ends:
            yield pairs[start:end]
            start = end


def write_model(folder: Path, model: ColmapModel) -> None:
    """Write the six files of a model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in {
        "cameras.bin": _cameras_bin,
        "images.bin": _images_bin,
        "points3D.bin": _points_bin,
        "cameras.txt": _cameras_txt,
        "images.txt": _images_txt,
        "points3D.txt": _points_txt,
    }.items():
        with (folder / name).open("wb") as stream:
            write(stream, model)


def read_points_bin(path: Path) -> tuple[Float[np.ndarray, "N 3"], UInt8[np.ndarray, "N 3"]]:
    """Points and colours of a points3D.bin."""
    data = path.read_bytes()
    (count,) = struct.unpack_from("<Q", data)
    points, colors, position = np.empty((count, 3)), np.empty((count, 3), np.uint8), 8
    for index in range(count):
        _, x, y, z, r, g, b, _, length = struct.unpack_from("<Q3d3BdQ", data, position)
        points[index], colors[index] = (x, y, z), (r, g, b)
        position += struct.calcsize("<Q3d3BdQ") + 8 * length
    if position != len(data):
        raise ValueError(f"{path}: {len(data) - position} bytes are left over")
    return points, colors


def _cameras_bin(stream: BinaryIO, model: ColmapModel) -> None:
    stream.write(struct.pack("<Q", len(model.images)))
    for number, image in enumerate(model.images, start=1):
        stream.write(struct.pack("<IiQQ", number, PINHOLE, image.width, image.height))
        stream.write(struct.pack("<4d", *image.params))


def _images_bin(stream: BinaryIO, model: ColmapModel) -> None:
    stream.write(struct.pack("<Q", len(model.images)))
    for number, image in enumerate(model.images):
        stream.write(
            struct.pack("<I7dI", number + 1, *image.quaternion, *image.translation, number + 1)
        )
        stream.write(image.name.encode() + b"\0")
        rows = model.rows_of_image(number)
        seen = np.empty(rows.stop - rows.start, [("xy", "<f8", 2), ("point", "<u8")])
        seen["xy"], seen["point"] = model.seen_at[rows], model.seen_point[rows] + 1
        stream.write(struct.pack("<Q", len(seen)) + seen.tobytes())


def _points_bin(stream: BinaryIO, model: ColmapModel) -> None:
    stream.write(struct.pack("<Q", len(model.points)))
    for index, track in enumerate(model.tracks()):
        head = (*model.points[index], *model.colors[index], model.errors[index], len(track))
        stream.write(struct.pack("<Q3d3BdQ", index + 1, *head))
        stream.write((track + np.array([1, 0])).astype("<u4").tobytes())


def _cameras_txt(stream: BinaryIO, model: ColmapModel) -> None:
    stream.write(b"# CAMERA_ID MODEL WIDTH HEIGHT fx fy cx cy\n")
    for number, image in enumerate(model.images, start=1):
        line = f"{number} PINHOLE {image.width} {image.height} {_numbers(image.params)}\n"
        stream.write(line.encode())


def _images_txt(stream: BinaryIO, model: ColmapModel) -> None:
    stream.write(b"# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME, then X Y POINT3D_ID ...\n")
    for number, image in enumerate(model.images):
        pose = _numbers([*image.quaternion, *image.translation])
        stream.write(f"{number + 1} {pose} {number + 1} {image.name}\n".encode())
        rows = model.rows_of_image(number)
        seen = zip(model.seen_at[rows].tolist(), model.seen_point[rows].tolist(), strict=True)
        line = " ".join(f"{x:.6g} {y:.6g} {point + 1}" for (x, y), point in seen)
        stream.write(line.encode() + b"\n")


def _points_txt(stream: BinaryIO, model: ColmapModel) -> None:
    stream.write(b"# POINT3D_ID X Y Z R G B ERROR (IMAGE_ID POINT2D_IDX) ...\n")
    for index, track in enumerate(model.tracks()):
        color = " ".join(map(str, model.colors[index]))
        pairs = " ".join(f"{image + 1} {place}" for image, place in track.tolist())
        place = _numbers(model.points[index])
        line = f"{index + 1} {place} {color} {model.errors[index]:.6g} {pairs}\n"
        stream.write(line.encode())


def _numbers(values: object) -> str:
    return " ".join(f"{float(value):.10g}" for value in np.asarray(values))
