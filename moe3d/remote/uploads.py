"""Photos that a client sent: files in a folder of the run, and the views that they are."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.photos.image_decode import open_image
from moe3d.io.photos.images import read_view
from moe3d.remote.limits import Limits
from moe3d.remote.protocol import PhotoAsked, RunAsked
from moe3d.scene.records import View, ViewSet


@dataclass(frozen=True)
class Uploads:
    """The files of one run. Their names are ours; those of the client never become paths."""

    folder: Path
    asked: RunAsked
    limits: Limits

    def photo(self, index: int) -> Path:
        """Where the file of a photo lies."""
        return self.folder / f"{index:05d}{self.asked.photos[index].suffix.lower()}"

    def mask(self, index: int) -> Path:
        """Where the mask of a photo lies."""
        return self.folder / f"{index:05d}.mask{self.asked.photos[index].mask_suffix.lower()}"

    @property
    def missing(self) -> list[str]:
        """Names of photos of which something was not sent yet."""
        return [
            photo.name
            for index, photo in enumerate(self.asked.photos)
            if not self.photo(index).exists()
            or (photo.mask_bytes and not self.mask(index).exists())
        ]

    def check_photo(self, index: int, path: Path) -> None:
        """Decode a photo that has come, at its smallest, and compare it with what was asked.

        Args:
            index: of the photo; its mask is there already.
            path: of the file, with its right suffix.

        Raises:
            ImageReadError: it is no photo, too large, or another one than was asked.
        """
        photo = self.asked.photos[index]
        self.limits.check_file(path, photo.name)
        if photo.is_file:
            view = self._read(index, path)
            size = (view.width, view.height)
            fits = size == (photo.width, photo.height)
        else:
            pixels = _pixels(path, photo.name)
            size = (pixels.shape[1], pixels.shape[0])
            fits = size[0] <= photo.width and size[1] <= photo.height
        if not fits:
            raise ImageReadError(
                f"{photo.name} is {size[0]} x {size[1]} pixels to this server; "
                f"wanted {photo.width} x {photo.height}"
            )

    def check_mask(self, index: int, path: Path) -> None:
        """Look whether a mask that has come is a picture.

        Raises:
            ImageReadError: it is none, or too large.
        """
        self.limits.check_file(path, f"the mask of {self.asked.photos[index].name}")

    def views(self) -> ViewSet:
        """All photos, as the client has them.

        Raises:
            ImageReadError: a file cannot be read any more.
        """
        return ViewSet(tuple(self._view(index) for index in range(len(self.asked.photos))))

    def _view(self, index: int) -> View:
        photo, path = self.asked.photos[index], self.photo(index)
        if photo.is_file:
            return self._read(index, path)
        return View(
            photo.name,
            photo.width,
            photo.height,
            path=None if photo.video < 0 else self.folder / f"video {photo.video}",
            pixels=_pixels(path, photo.name),
            mask=self.mask(index) if photo.mask_bytes else None,
            frame_s=None if photo.video < 0 else float(index),
        )

    def _read(self, index: int, path: Path) -> View:
        photo = self.asked.photos[index]
        mask = self.mask(index) if photo.mask_bytes else None
        try:
            view = read_view(path, photo.name, mask)
        except ImageReadError as error:
            raise ImageReadError(f"{photo.name}: {error}") from error.__cause__
        if mask is not None and view.mask is None:
            raise ImageReadError(f"{photo.name}: {view.warnings[-1]}")
        return view


def view_of_sizes(photo: PhotoAsked) -> View:
    """A view that has a size and no pixels: enough for an estimate."""
    return View(photo.name, photo.width, photo.height)


def _pixels(path: Path, name: str) -> UInt8[np.ndarray, "H W C"]:
    """Of a PNG file, RGB or RGBA.

    Raises:
        ImageReadError: it is no such file.
    """
    try:
        with open_image(path) as image:
            if image.format != "PNG" or image.mode not in ("RGB", "RGBA"):
                raise ImageReadError(f"wanted a PNG of RGB or RGBA; got {image.format}")
            return np.asarray(image)
    except ImageReadError as error:
        raise ImageReadError(f"{name}: {error}") from error.__cause__


def png_of(pixels: UInt8[np.ndarray, "H W C"], path: Path) -> None:
    """Write pixels so that `Uploads.views` finds the same ones; quick rather than small."""
    Image.fromarray(pixels).save(path, "PNG", compress_level=1)
