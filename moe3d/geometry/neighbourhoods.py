"""Square surroundings of chosen pixels, and statistics of them."""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int
from numpy.lib.stride_tricks import sliding_window_view

PIXELS_AT_ONCE = 20_000


def dilated(mask: Bool[np.ndarray, "H W"], distance: int) -> Bool[np.ndarray, "H W"]:
    """Pixels within this Chebyshev distance of a True pixel."""
    from scipy.ndimage import maximum_filter  # noqa: PLC0415 (slow to load)

    return maximum_filter(mask, size=2 * distance + 1, mode="constant", cval=False)


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
        values: NaN is what lies outside the image.
        radius: of the square; it has M = (2 radius + 1)^2 pixels.
    """

    def __init__(self, values: Float[np.ndarray, "H W"], radius: int) -> None:
        padded = np.pad(values, radius, constant_values=np.nan)
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
