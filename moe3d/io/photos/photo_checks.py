"""What can be said of photos before a run: which are blurred, and which show the same.

Works on small pictures (the network's own size): blur that vanishes there does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from moe3d.late_opencv import cv2
from moe3d.scene.records import ViewSet

CHECKED_SIZE = 518
"""Longer side, pixels, at which photos are checked: the network's own."""
BLUR_SHARE = 0.2
"""Below this share of the scene's median sharpness a photo counts as blurred."""
SAME_BITS = 10
"""Fingerprints that differ in no more bits show the same; of 256."""
HASH_SIDE = 16


@dataclass(frozen=True)
class PhotoCheck:
    """Figures of one photo."""

    sharpness: float
    """Variance of the Laplacian of the grey picture, grey levels squared."""
    fingerprint: int
    """256 bits: whether each cell of a 16 x 16 grid is brighter than its left neighbour."""
    masked: float = 0.0
    """Share of its pixels, 0..1, that its mask or transparency takes out of the scene."""


def check_photo(pixels: UInt8[np.ndarray, "H W C"]) -> PhotoCheck:
    """Measure a small upright picture, RGB or RGBA.

    Source: Pech-Pacheco et al. 2000 (variance of the Laplacian); difference hash after Krawetz.
    """
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]), cv2.COLOR_RGB2GRAY)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    small = cv2.resize(grey, (HASH_SIDE + 1, HASH_SIDE), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    masked = float((pixels[..., 3] < 128).mean()) if pixels.shape[2] == 4 else 0.0
    return PhotoCheck(sharpness, int.from_bytes(np.packbits(bits).tobytes(), "big"), masked)


def check_warnings(
    names: Sequence[str], checks: Sequence[PhotoCheck]
) -> dict[str, tuple[str, ...]]:
    """What the figures of all photos together say of each, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for index in sorted(find_blurred(checks)):
        found[names[index]] = ("blurred",)
    for index, earlier in find_duplicates(checks).items():
        text = f"the same as {names[earlier]}"
        found[names[index]] = (*found.get(names[index], ()), text)
    return found


def shape_warning(views: ViewSet) -> str:
    """What is odd about the shapes of the photos together; empty when nothing is."""
    shapes = {(view.width, view.height) for view in views.views}
    if len(shapes) < 2:
        return ""
    if len({height > width for width, height in shapes}) == 2:
        return "Upright and lying photos are mixed: the network sees them with white borders"
    return f"Photos of {len(shapes)} different sizes"


def find_blurred(checks: Sequence[PhotoCheck]) -> frozenset[int]:
    """Indices of photos much less sharp than the others of their scene; needs three photos."""
    if len(checks) < 3:
        return frozenset()
    limit = BLUR_SHARE * _middle([check.sharpness for check in checks])
    return frozenset(index for index, check in enumerate(checks) if check.sharpness < limit)


def _middle(values: Sequence[float]) -> float:
    """The median; NumPy's own loads its masked arrays first, 40 ms in the window's thread."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return (ordered[last // 2] + ordered[(last + 1) // 2]) / 2


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
