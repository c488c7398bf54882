"""What can be said of photos before a run: which are blurred, and which show the same.

Works on small pictures (the network's own size): blur that vanishes there does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

BLUR_SHARE = 0.2
"""Below this share of the scene's median sharpness a photo counts as blurred."""
SAME_BITS = 10
"""Fingerprints that differ in no more bits show the same; of 256."""
HASH_SIDE = 16


@dataclass(frozen=True)
class PhotoCheck:
    """Two figures of one photo."""

    sharpness: float
    """Variance of the Laplacian of the grey picture, grey levels squared."""
    fingerprint: int
    """256 bits: whether each cell of a 16 x 16 grid is brighter than its left neighbour."""


def check_photo(pixels: UInt8[np.ndarray, "H W C"]) -> PhotoCheck:
    """Measure a small upright picture, RGB or RGBA.

    Source: Pech-Pacheco et al. 2000 (variance of the Laplacian); difference hash after Krawetz.
    """
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]), cv2.COLOR_RGB2GRAY)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    small = cv2.resize(grey, (HASH_SIDE + 1, HASH_SIDE), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return PhotoCheck(sharpness, int.from_bytes(np.packbits(bits).tobytes(), "big"))


def find_blurred(checks: Sequence[PhotoCheck]) -> frozenset[int]:
    """Indices of photos much less sharp than the others of their scene; needs three photos."""
    if len(checks) < 3:
        return frozenset()
    limit = BLUR_SHARE * float(np.median([check.sharpness for check in checks]))
    return frozenset(index for index, check in enumerate(checks) if check.sharpness < limit)


def find_duplicates(checks: Sequence[PhotoCheck]) -> dict[int, int]:
    """For each photo that shows the same as an earlier one, the index of that one."""
    found: dict[int, int] = {}
    for index, check in enumerate(checks):
        for earlier in range(index):
            differing = (check.fingerprint ^ checks[earlier].fingerprint).bit_count()
            if earlier not in found and differing <= SAME_BITS:
                found[index] = earlier
                break
    return found
