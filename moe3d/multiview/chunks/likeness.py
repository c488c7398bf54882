"""Which photos are alike, told before the network runs: from its own small images."""

from functools import partial

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from moe3d.multiview.matches.background import run_interruptible
from moe3d.multiview.matches.features import FeatureSettings, find_features
from moe3d.multiview.matches.pairs import PairSettings, photo_likeness
from moe3d.multiview.photos import GreyPhoto
from moe3d.progress import Progress

FEW_KEYPOINTS = FeatureSettings(max_features=500, enlarge_below=0)
"""The largest are enough to tell whether two photos show one place."""


def likeness_of_images(
    images: UInt8[np.ndarray, "S H W 3"], progress: Progress
) -> Float32[np.ndarray, "S S"]:
    """How alike every two photos are; see `photo_likeness`.

    Args:
        images: RGB, as the network sees them.
        progress: told photo by photo; a cancel is noticed within one.
    """
    features = []
    for index, image in enumerate(images):
        progress.report("look for loops", index, len(images))
        grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
        photo = GreyPhoto(grey, np.ones(grey.shape, bool), np.ones(2))
        features.append(run_interruptible(partial(find_features, photo, FEW_KEYPOINTS), progress))
    return photo_likeness(features, PairSettings().words, progress)
