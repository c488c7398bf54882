"""Square surroundings of chosen pixels, and statistics of them."""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter

PIXELS_AT_ONCE = 20_000


def dilated(mask: Bool[np.ndarray, "H W"], distance: int) -> Bool[np.ndarray, "H W"]:
    """Pixels within this Chebyshev distance of a True pixel."""
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
    """The square surroundings of N pixels, NaN outside the image."""
    padded = np.pad(values, radius, constant_values=np.nan)
    size = 2 * radius + 1
    return sliding_window_view(padded, (size, size))[rows, columns].reshape(len(rows), size**2)


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
