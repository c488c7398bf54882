"""The one mapping between a photo's pixels and the network's pixels.

Made once when a photo is prepared, kept in the record, and used by display, picking, masks and
every exporter.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d.errors import RecordError

LARGEST_LOSS = 0.1
"""A photo that would lose more of its area than this is not cut unless asked for; the user is told
when it is."""


@dataclass(frozen=True)
class PixelTransform:
    """How an upright photo was scaled and shifted into the network's image.

    Convention: pixel centres at integers, image from -0.5, so per axis
    ``network = scale * (original + 0.5) - 0.5 + offset``.
    """

    original_width: int
    """Width of the upright (EXIF-turned) photo, pixels."""
    original_height: int
    """Height of the upright photo, pixels."""
    width: int
    """Width of the network's image, pixels."""
    height: int
    """Height of the network's image, pixels."""
    scale_x: float
    """Network pixels per photo pixel along the width."""
    scale_y: float
    """Network pixels per photo pixel along the height."""
    offset_x: float = 0.0
    """Network pixels between the image's left border and the photo's; negative when cropped."""
    offset_y: float = 0.0
    """Network pixels between the image's top border and the photo's; negative when cropped."""
    exif_orientation: int = 1
    """EXIF orientation tag of the file, 1 to 8; the turn that made the photo upright."""

    def __post_init__(self) -> None:
        sides = (self.original_width, self.original_height, self.width, self.height)
        scales, offsets = (self.scale_x, self.scale_y), (self.offset_x, self.offset_y)
        if min(sides) < 1:
            wanted = "widths and heights of 1 pixel or more"
        elif not all(0 < scale < math.inf for scale in scales):
            wanted = "scales above 0"
        elif not all(map(math.isfinite, offsets)):
            wanted = "finite offsets"
        elif self.exif_orientation not in range(1, 9):
            wanted = "an EXIF orientation of 1 to 8"
        else:
            return
        raise RecordError(f"PixelTransform: wanted {wanted}; got {self}")

    def network_from_original(self, points: Float[np.ndarray, "*N 2"]) -> Float[np.ndarray, "*N 2"]:
        """Take (x, y) of the upright photo to (x, y) of the network's image."""
        return (points + 0.5) * self._scale - 0.5 + self._offset

    def original_from_network(self, points: Float[np.ndarray, "*N 2"]) -> Float[np.ndarray, "*N 2"]:
        """Take (x, y) of the network's image to (x, y) of the upright photo."""
        return (points + 0.5 - self._offset) / self._scale - 0.5

    def original_intrinsics(self, intrinsics: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
        """Intrinsics of the upright photo from those of the network's image."""
        return np.linalg.inv(self._matrix) @ intrinsics

    def network_intrinsics(self, intrinsics: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
        """Intrinsics of the network's image from those of the upright photo."""
        return self._matrix @ intrinsics

    @property
    def visible_box(self) -> tuple[float, float, float, float]:
        """The part of the upright photo that the network sees: left, top, right, bottom borders.

        In photo pixels measured from the photo's top-left corner, so that an uncropped photo gives
        (0, 0, original_width, original_height).
        """
        left = max(0.0, -self.offset_x / self.scale_x)
        top = max(0.0, -self.offset_y / self.scale_y)
        right = min(float(self.original_width), (self.width - self.offset_x) / self.scale_x)
        bottom = min(float(self.original_height), (self.height - self.offset_y) / self.scale_y)
        return left, top, right, bottom

    @property
    def visible_share(self) -> float:
        """The part of the upright photo's area that the network sees, 0 to 1."""
        left, top, right, bottom = self.visible_box
        seen = max(0.0, right - left) * max(0.0, bottom - top)
        return seen / (self.original_width * self.original_height)

    @property
    def _scale(self) -> Float[np.ndarray, "2"]:
        return np.array([self.scale_x, self.scale_y])

    @property
    def _offset(self) -> Float[np.ndarray, "2"]:
        return np.array([self.offset_x, self.offset_y])

    @property
    def _matrix(self) -> Float[np.ndarray, "3 3"]:
        shift_x = 0.5 * self.scale_x - 0.5 + self.offset_x
        shift_y = 0.5 * self.scale_y - 0.5 + self.offset_y
        return np.array([[self.scale_x, 0, shift_x], [0, self.scale_y, shift_y], [0, 0, 1.0]])
