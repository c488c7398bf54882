"""Where two depth maps of the same photos disagree most: clusters at edges, ranked."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage

from moe3d.evaluation.flying_points import FlyingSettings, jump_pixels
from moe3d.geometry.neighbourhoods import dilated
from moe3d.scene.comparison import Place

SMALLEST_DIFFERENCE = 0.03
"""Relative; less is no disagreement at an edge."""
UPPER_SHARE = 0.05
"""Share of the edge pixels that may belong to places."""
SMALLEST_PIXELS = 12
MOST_A_PHOTO = 4
TOUCHING = np.ones((3, 3), bool)


def find_places(
    first: Float[np.ndarray, "S H W"],
    second: Float[np.ndarray, "S H W"],
    valid: Bool[np.ndarray, "S H W"],
    names: Sequence[str],
    num_places: int = 12,
) -> tuple[Place, ...]:
    """Connected pixels near a depth step of either map, whose depths differ most.

    Args:
        first: z-depth; the sign of a difference is first minus second.
        second: z-depth of the same scale.
        valid: pixels that count.
        names: of the photos.
        num_places: how many at most; no photo gives more than four.

    Returns:
        Places by falling sum of relative differences.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = (first.astype(np.float64) - second) / second
    usable = valid & np.isfinite(differences)
    bands = [_edge_band(first[view], second[view], usable[view]) for view in range(len(names))]
    limit = _limit(np.abs(differences)[np.stack(bands)])
    found = [
        place
        for view, band in enumerate(bands)
        for place in _places_of(differences[view], band, limit, view, names[view])
    ]
    return tuple(sorted(found, key=lambda place: -place.score)[:num_places])


def _edge_band(
    first: Float[np.ndarray, "H W"],
    second: Float[np.ndarray, "H W"],
    valid: Bool[np.ndarray, "H W"],
) -> Bool[np.ndarray, "H W"]:
    settings = FlyingSettings()
    steep = jump_pixels(first, valid, settings.margin) | jump_pixels(second, valid, settings.margin)
    return valid & dilated(steep, settings.band_px)


def _limit(values: Float[np.ndarray, " N"]) -> float:
    if values.size == 0:
        return SMALLEST_DIFFERENCE
    return max(float(np.quantile(values, 1 - UPPER_SHARE)), SMALLEST_DIFFERENCE)


def _places_of(
    difference: Float[np.ndarray, "H W"],
    band: Bool[np.ndarray, "H W"],
    limit: float,
    view: int,
    name: str,
) -> list[Place]:
    size = np.where(band, np.abs(difference), 0)
    labels, count = cast(tuple[np.ndarray, int], ndimage.label(size >= limit, TOUCHING))
    if count == 0:
        return []
    indices = np.arange(1, count + 1)
    pixels = np.atleast_1d(ndimage.sum_labels(labels > 0, labels, indices)).astype(int)
    scores = np.atleast_1d(ndimage.sum_labels(size, labels, indices))
    boxes = ndimage.find_objects(labels)
    found = []
    for index in [i for i in np.argsort(-scores) if pixels[i] >= SMALLEST_PIXELS][:MOST_A_PHOTO]:
        inside, (rows, columns) = labels == index + 1, boxes[index]
        y, x = np.unravel_index(np.where(inside, size, 0).argmax(), size.shape)
        found.append(
            Place(
                view_index=view,
                photo=name,
                x=int(x),
                y=int(y),
                left=int(columns.start),
                top=int(rows.start),
                width=int(columns.stop - columns.start),
                height=int(rows.stop - rows.start),
                num_pixels=int(pixels[index]),
                difference=float(np.median(difference[inside])),
                score=float(scores[index]),
            )
        )
    return found
