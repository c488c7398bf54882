"""Which photos are worth matching with each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float32
from scipy.cluster.vq import kmeans2

from moe3d.multiview.matches.features import Features
from moe3d.progress import Progress


@dataclass(frozen=True)
class PairSettings:
    """How many pairs are matched."""

    all_up_to: int = 20
    """Photos up to which every pair is matched."""
    neighbours: int = 6
    """Photos before and after each, as in a walk or a video, that it is matched with."""
    similar: int = 8
    """Photos most alike to each, wherever they stand in the order, that it is matched with."""
    words: int = 32
    """Visual words by which photos are compared."""


def choose_pairs(
    features: Sequence[Features], settings: PairSettings, progress: Progress | None = None
) -> list[tuple[int, int]]:
    """All pairs of a few photos; of many, neighbours in the order and the most alike.

    The number of pairs grows as the number of photos does.
    """
    count = len(features)
    if count <= settings.all_up_to:
        return list(combinations(range(count), 2))
    pairs = {
        (first, first + step)
        for first in range(count)
        for step in range(1, settings.neighbours + 1)
        if first + step < count
    }
    likeness = photo_likeness(features, settings.words, progress or Progress())
    np.fill_diagonal(likeness, -np.inf)
    for first, row in enumerate(likeness):
        for second in np.argpartition(-row, settings.similar)[: settings.similar].tolist():
            pairs.add((min(first, second), max(first, second)))
    return sorted(pairs)


def photo_likeness(
    features: Sequence[Features], words: int, progress: Progress
) -> Float32[np.ndarray, "S S"]:
    """How alike every two photos are, by their keypoints: 1 for the same, about 0 for strangers."""
    signatures = _signatures(features, words, progress)
    return signatures @ signatures.T


def _signatures(
    features: Sequence[Features], words: int, progress: Progress
) -> Float32[np.ndarray, "S D"]:
    """One unit vector a photo that is alike for photos of the same things.

    Source: Jegou, Douze, Schmid & Perez 2010 (VLAD), with the signed square root of Arandjelovic
    & Zisserman 2013.
    """
    sample = np.concatenate([item.descriptors[:: max(1, len(item.descriptors) // 100)]
                             for item in features])  # fmt: skip
    if len(sample) < words:
        return np.ones((len(features), 1), np.float32)
    centres, _ = kmeans2(sample, words, iter=8, minit="++", rng=np.random.default_rng(0))
    signatures = np.zeros((len(features), words, 128), np.float32)
    for index, item in enumerate(features):
        progress.raise_if_cancelled()
        if len(item.descriptors) == 0:
            continue
        word = (item.descriptors @ centres.T - 0.5 * (centres**2).sum(axis=1)).argmax(axis=1)
        np.add.at(signatures[index], word, item.descriptors - centres[word])
    signatures = np.sign(signatures) * np.sqrt(np.abs(signatures))
    signatures = signatures.reshape(len(features), -1)
    return signatures / np.maximum(np.linalg.norm(signatures, axis=1, keepdims=True), 1e-9)
