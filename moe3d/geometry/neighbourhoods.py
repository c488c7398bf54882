"""Square surroundings of chosen pixels, and statistics of them."""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int, Shaped, UInt8
from numpy.lib.stride_tricks import sliding_window_view

from moe3d.late_opencv import cv2

PIXELS_AT_ONCE = 20_000


def dilated(mask: Bool[np.ndarray, "H W"], distance: int) -> Bool[np.ndarray, "H W"]:
    """Pixels within this Chebyshev distance of a True pixel."""
    return highest_around(mask.view(np.uint8), distance).view(bool)


def highest_around(values: Shaped[np.ndarray, "H W"], distance: int) -> Shaped[np.ndarray, "H W"]:
    """Highest value within this Chebyshev distance of every pixel, inside the image."""
    return cv2.dilate(values, _square(distance), borderType=cv2.BORDER_REPLICATE)


def lowest_around(values: Shaped[np.ndarray, "H W"], distance: int) -> Shaped[np.ndarray, "H W"]:
    """Lowest value within this Chebyshev distance of every pixel, inside the image."""
    return cv2.erode(values, _square(distance), borderType=cv2.BORDER_REPLICATE)


def _square(distance: int) -> UInt8[np.ndarray, "D D"]:
    return np.ones((2 * distance + 1,) * 2, np.uint8)


def chunks(
    mask: Bool[np.ndarray, "H W"], at_once: int = PIXELS_AT_ONCE
) -> list[tuple[Int[np.ndarray, " N"], Int[np.ndarray, " N"]]]:
    """Rows and columns of the True pixels, some thousand at a time."""
    rows, columns = np.nonzero(mask)
    starts = range(0, len(rows), at_once)
    return [(rows[a : a + at_once], columns[a : a + at_once]) for a in starts]


def windows(
    values: Float[np.ndarray, "H W"],
    rows: Int[np.ndarray, " N"],
    columns: Int[np.ndarray, " N"],
    radius: int,
) -> Float[np.ndarray, "N M"]:
    """The square surroundings of N pixels, NaN outside the image.

    Returns:
        One row a pixel, M = (2 radius + 1)^2 values, row by row of the square.
    """
    return Surroundings(values, radius).around(rows, columns)


class Surroundings:
    """Square windows of one map for many calls: the map is padded once.

    Args:
        values: the map.
        radius: of the square; it has M = (2 radius + 1)^2 pixels.
        outside: what stands for pixels outside the image.
    """

    def __init__(
        self, values: Float[np.ndarray, "H W"], radius: int, outside: float = np.nan
    ) -> None:
        padded = np.pad(values, radius, constant_values=outside)
        self._size = 2 * radius + 1
        self._windows = sliding_window_view(padded, (self._size, self._size))

    def around(
        self, rows: Int[np.ndarray, " N"], columns: Int[np.ndarray, " N"]
    ) -> Float[np.ndarray, "N M"]:
        """One row a pixel, row by row of the square."""
        return self._windows[rows, columns].reshape(len(rows), self._size**2)


def row_quantiles(
    values: Float64[np.ndarray, "N M"], chosen: Bool[np.ndarray, "N M"], quantile: float
) -> Float64[np.ndarray, " N"]:
    """Quantile of the chosen values of every row, linear interpolation; NaN without any."""
    counts = chosen.sum(axis=1)
    ordered = np.sort(np.where(chosen, values, np.nan), axis=1)  # NaN last
    place = quantile * np.maximum(counts - 1, 0)
    lower = np.floor(place).astype(np.int64)[:, None]
    upper = np.minimum(lower + 1, np.maximum(counts - 1, 0)[:, None])
    low = np.take_along_axis(ordered, lower, axis=1)[:, 0]
    high = np.take_along_axis(ordered, upper, axis=1)[:, 0]
    return low + (place - lower[:, 0]) * (high - low)
