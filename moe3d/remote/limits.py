"""What a server takes, and how long it keeps what nobody asks for."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from moe3d.errors import ImageReadError, UsageError
from moe3d.io.photos.image_decode import open_image
from moe3d.io.photos.image_files import looks_like_image
from moe3d.remote.protocol import RunAsked


@dataclass(frozen=True)
class Limits:
    """Of one server."""

    max_photos: int = 500
    """Of a run."""
    max_bytes: int = 4 * 10**9
    """Of a run's files together."""
    max_pixels: int = 200 * 10**6
    """Of one photo."""
    max_waiting: int = 4
    """Runs besides the one that goes on; each may take `max_bytes` of the disk."""
    keep_s: float = 3600.0
    """How long a result waits to be fetched."""
    abandon_s: float = 120.0
    """A run whose client is not heard of for so long is stopped."""

    def check(self, asked: RunAsked, folder: Path) -> None:
        """Refuse a run before any of its files is sent.

        Args:
            asked: the run.
            folder: where its files would lie.

        Raises:
            UsageError: more than this server takes, or files of no kind that is read.
        """
        self.check_photos(asked)
        for photo in asked.photos:
            for suffix in (photo.suffix, photo.mask_suffix):
                if suffix and not _is_image_suffix(suffix):
                    raise UsageError(f"{photo.name}: files of the kind {suffix!r} are not taken")
        if asked.size_bytes > self.max_bytes:
            raise UsageError(
                f"the photos have {asked.size_bytes / 1e6:,.0f} MB; this server takes "
                f"{self.max_bytes / 1e6:,.0f} MB a run: use fewer or smaller ones"
            )
        free = shutil.disk_usage(folder).free
        if asked.size_bytes > free:
            raise UsageError(
                f"the photos have {asked.size_bytes / 1e6:,.0f} MB, and the server's disk has room "
                f"for {free / 1e6:,.0f} MB"
            )

    def check_photos(self, asked: RunAsked) -> None:
        """Refuse a run by its photos' count and sizes alone.

        Raises:
            UsageError: none, or more than this server takes.
        """
        if not 0 < len(asked.photos) <= self.max_photos:
            raise UsageError(
                f"a run has 1 to {self.max_photos} photos here; got {len(asked.photos)} "
                "(--max-photos takes fewer)"
            )
        for photo in asked.photos:
            self._check_pixels(photo.name, photo.width * photo.height)

    def check_file(self, path: Path, name: str) -> None:
        """Refuse a picture by what its own header says.

        Raises:
            ImageReadError: it is none, or larger than this server takes.
        """
        try:
            with open_image(path) as image:
                pixels = image.width * image.height
        except ImageReadError as error:
            raise ImageReadError(f"{name}: {error}") from error.__cause__
        self._check_pixels(name, pixels)

    def _check_pixels(self, name: str, pixels: int) -> None:
        if pixels > self.max_pixels:
            raise ImageReadError(
                f"{name} has {pixels / 1e6:,.0f} megapixels; this server takes "
                f"{self.max_pixels / 1e6:,.0f}: scale it down"
            )


def _is_image_suffix(text: str) -> bool:
    """Whether it may be the end of a file's name: nothing of a client becomes more of a path."""
    return bool(re.fullmatch(r"\.[A-Za-z0-9]{1,8}", text)) and looks_like_image(Path(f"x{text}"))
