"""Find the same spots in several photos: SIFT keypoints, mutual matches, epipolar check."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from moe3d.progress import Progress


@dataclass(frozen=True)
class MatchingSettings:
    """How keypoints are found and matched."""

    max_features: int = 3000
    """Keypoints a photo; the strongest are kept."""
    contrast: float = 0.005
    """SIFT's threshold on contrast. Low: a weak keypoint that matches well is better than none."""
    edge_ratio: float = 20.0
    """SIFT's threshold on how much more a keypoint may stand out along one direction."""
    ratio: float = 0.9
    """A match must be closer than this times the second best, in descriptor distance."""
    verification_px: float = 2.0
    """Largest distance from the epipolar line, pixels of the photo."""
    keypoint_sigma_px: float = 0.4
    """Expected error of a keypoint, pixels of the photo."""
    min_matches: int = 15
    """A pair of photos with fewer verified matches counts as not overlapping."""
    max_pairs: int = 120
    """With more pairs than this, a quick first look picks the ones that overlap most."""


@dataclass(frozen=True)
class Keypoints:
    """The keypoints of one photo."""

    pixels: Float32[np.ndarray, "N 2"]
    """(u, v); a pixel's centre is at whole numbers."""
    descriptors: Float32[np.ndarray, "N 128"]
    """Unit length, strongest keypoint first."""


@dataclass(frozen=True)
class PairMatches:
    """Verified matches of two photos."""

    first: int
    """Index of one photo."""
    second: int
    """Index of the other."""
    first_pixels: Float32[np.ndarray, "M 2"]
    second_pixels: Float32[np.ndarray, "M 2"]

    def __len__(self) -> int:
        return self.first_pixels.shape[0]


def find_keypoints(
    image: UInt8[np.ndarray, "H W 3"], mask: Bool[np.ndarray, "H W"], settings: MatchingSettings
) -> Keypoints:
    """Find SIFT keypoints inside the mask.

    Source: Lowe 2004; the descriptors' square roots are compared (Arandjelovic & Zisserman 2012).
    """
    sift = cv2.SIFT.create(
        nfeatures=settings.max_features,
        contrastThreshold=settings.contrast,
        edgeThreshold=settings.edge_ratio,
    )
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    points, descriptors = sift.detectAndCompute(grey, mask.astype(np.uint8))
    if descriptors is None or len(points) == 0:
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    order = np.argsort([-point.response for point in points], kind="stable")[
        : settings.max_features
    ]
    pixels = np.array([point.pt for point in points], np.float32)[order]
    roots = np.sqrt(descriptors[order] / descriptors[order].sum(axis=1, keepdims=True))
    return Keypoints(pixels, roots.astype(np.float32))


def match_keypoints(
    first: Keypoints, second: Keypoints, settings: MatchingSettings
) -> tuple[Float32[np.ndarray, "M 2"], Float32[np.ndarray, "M 2"]]:
    """Match the keypoints that are each other's nearest and clearly nearer than the next.

    Returns:
        Pixels in the first photo and in the second, row by row.
    """
    if min(len(first.pixels), len(second.pixels)) < 2:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    likeness = first.descriptors @ second.descriptors.T  # (N, M) cosine
    rows = np.arange(len(likeness))
    best = likeness.argmax(axis=1)
    is_mutual = likeness.argmax(axis=0)[best] == rows
    best_value = likeness[rows, best]
    likeness[rows, best] = -1.0
    near, next_near = 1.0 - best_value, 1.0 - likeness.max(axis=1)  # half squared distances
    chosen = is_mutual & (near < settings.ratio**2 * next_near)
    return first.pixels[chosen], second.pixels[best[chosen]]


def verify_matches(
    first: Float32[np.ndarray, "M 2"], second: Float32[np.ndarray, "M 2"], max_distance_px: float
) -> Bool[np.ndarray, " M"]:
    """Tell which matches agree with one epipolar geometry (robust fundamental matrix)."""
    if len(first) < 8:
        return np.zeros(len(first), bool)
    cv2.setRNGSeed(0)
    try:
        matrix, inliers = cv2.findFundamentalMat(
            first, second, cv2.USAC_MAGSAC, max_distance_px, 0.9999, 5000
        )
    except cv2.error:  # matches that allow no geometry, such as many on one line
        return np.zeros(len(first), bool)
    if matrix is None or inliers is None:
        return np.zeros(len(first), bool)
    return inliers.ravel().astype(bool)


def choose_pairs(
    keypoints: Sequence[Keypoints], settings: MatchingSettings
) -> list[tuple[int, int]]:
    """Choose the pairs worth matching: all of them, or the most alike by their strongest points."""
    pairs = list(combinations(range(len(keypoints)), 2))
    if len(pairs) <= settings.max_pairs:
        return pairs
    strong = [Keypoints(k.pixels[:300], k.descriptors[:300]) for k in keypoints]
    counts = [len(match_keypoints(strong[i], strong[j], settings)[0]) for i, j in pairs]
    neighbours = [index for index, (i, j) in enumerate(pairs) if j == i + 1]
    ranked = np.argsort(-np.array(counts), kind="stable")[: settings.max_pairs]
    return [pairs[index] for index in sorted({*neighbours, *ranked.tolist()})]


def match_photos(
    images: UInt8[np.ndarray, "S H W 3"],
    masks: Bool[np.ndarray, "S H W"],
    settings: MatchingSettings,
    progress: Progress,
) -> tuple[PairMatches, ...]:
    """Match all photos with each other.

    Returns:
        One entry for each pair that overlaps, in order of the indices; pixels of these images.
    """
    keypoints = []
    for index, (image, mask) in enumerate(zip(images, masks, strict=True)):
        progress.report("find keypoints", index, len(images))
        keypoints.append(find_keypoints(image, mask, settings))
    pairs = choose_pairs(keypoints, settings)
    found = []
    for done, (i, j) in enumerate(pairs):
        progress.report("match photos", done, len(pairs))
        first, second = match_keypoints(keypoints[i], keypoints[j], settings)
        good = verify_matches(first, second, settings.verification_px)
        if good.sum() >= max(settings.min_matches, 0.2 * len(first)):
            found.append(PairMatches(i, j, first[good], second[good]))
    return tuple(found)
