"""Which pixels of a prediction show sky, without weights of its own: where the network doubts its
depth, at the top of a photo, smooth, and not in front of the rest.

Rather misses sky than hides a wall: every photo's regions are judged whole.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from moe3d.late_opencv import cv2
from moe3d.scene.records import ScenePrediction

SkyChoice = bool | Literal["auto"]
"""Whether sky is left out; "auto": where there is more of it than USUAL_SHARE."""
USUAL_SHARE = 0.01
"""Share of the valid pixels above which sky is left out unasked."""
DOUBT = 0.02
"""Confidence above its least value 1, as a share of what the scene's surer pixels have."""
FULL_DOUBT = 0.002
"""Like DOUBT, of regions that begin below something: under a tree, between two houses."""
SURER = 0.8
"""The quantile of the scene's confidence that stands for its surer pixels."""
LEAST_SURE = 0.01
"""A network whose surer pixels have no more confidence above 1 says nothing by it."""
SMALLEST_SHARE = 0.002
"""Smaller regions, as shares of a photo, are not judged."""
STEEP = 24
"""Sobel magnitude of the lightness (0 to 255) above which a pixel is not smooth."""
SMOOTH_SHARE = 0.5
"""Share of a region that must be smooth: foliage is not."""
NEAREST = 0.7
"""Least median depth of a region, as a share of the median depth of the rest of its photo."""
GREENEST = 12
"""Most that green (0 to 255) may exceed red and blue in a region's median colour."""


REACH = 0.015
"""How far regions grow to the outlines in the photo, as a share of its width."""
ALIKE = 20
"""Most by which a channel (0 to 255) of a pixel may differ from the sky beside it."""
LESS_SURE = 0.5
"""Like DOUBT, of pixels with the colour of the sky beside them."""
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def sky_pixels(prediction: ScenePrediction) -> Bool[np.ndarray, "S H W"]:
    """Valid pixels of the sky, and of what lies as far; a few milliseconds a photo of 224 x 168.

    Goes by the fused depth and its confidence, so that all layers share one answer.
    """
    valid = prediction.valid_mask & np.isfinite(prediction.confidence)
    sky = np.zeros(valid.shape, bool)
    if not valid.any():
        return sky
    surer = float(np.quantile(prediction.confidence[valid], SURER)) - 1
    if surer < LEAST_SURE:
        return sky
    for view in range(prediction.num_views):
        photo = _Photo(
            prediction.images[view],
            prediction.depth[view],
            valid[view],
            (prediction.confidence[view] - 1) / np.float32(surer),
        )
        sky[view] = _grown(photo, _sky_regions(photo))
    return sky


def with_sky(prediction: ScenePrediction) -> ScenePrediction:
    """The prediction with its sky found, for all who ask after."""
    if prediction.sky is not None:
        return prediction
    return replace(prediction, sky=sky_pixels(prediction))


def known_sky(prediction: ScenePrediction) -> Bool[np.ndarray, "S H W"]:
    """The sky that was found already, or is found now."""
    return prediction.sky if prediction.sky is not None else sky_pixels(prediction)


def sky_share(prediction: ScenePrediction) -> float:
    """Share of the valid pixels that show sky, 0 to 1."""
    valid = prediction.valid_mask
    shown = np.count_nonzero(known_sky(prediction) & valid)
    return float(shown) / max(int(np.count_nonzero(valid)), 1)


@dataclass(frozen=True)
class _Photo:
    image: UInt8[np.ndarray, "H W 3"]
    depth: Float32[np.ndarray, "H W"]
    valid: Bool[np.ndarray, "H W"]
    sureness: Float32[np.ndarray, "H W"]
    """Confidence above 1, as a share of what the scene's surer pixels have."""


def _sky_regions(photo: _Photo) -> Bool[np.ndarray, "H W"]:
    """Doubted regions that begin at the top and, whole, look like sky."""
    sky = np.zeros(photo.valid.shape, bool)
    doubted = photo.valid & (photo.sureness <= DOUBT)
    if not doubted.any():
        return sky
    cut = cv2.erode(doubted.astype(np.uint8), CROSS, borderType=cv2.BORDER_REPLICATE)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cut, connectivity=4)
    is_at_top = np.zeros(count, bool)
    is_at_top[labels[_top_rows(photo.valid)].astype(np.intp)] = True
    smooth, rest = _smooth_pixels(photo.image), photo.valid & ~doubted
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < SMALLEST_SHARE * sky.size:
            continue
        region = labels == label
        is_placed = is_at_top[label] or _is_bright_and_unknown(photo, region, rest)
        looks = is_placed and _looks_like_sky(photo.image[region], smooth[region])
        if looks and _is_far(photo.depth, region, rest):
            sky |= region
    return sky


def _is_bright_and_unknown(
    photo: _Photo, region: Bool[np.ndarray, "H W"], rest: Bool[np.ndarray, "H W"]
) -> bool:
    """Whether a region that begins below something may be sky all the same."""
    if np.median(photo.sureness[region]) > FULL_DOUBT or not rest.any():
        return False
    return bool(photo.image[region].mean() > photo.image[rest].mean())


def _grown(photo: _Photo, sky: Bool[np.ndarray, "H W"]) -> Bool[np.ndarray, "H W"]:
    """The regions up to the outlines in the photo, before which the confidence rises."""
    if not sky.any():
        return sky
    steps = 2 + round(REACH * sky.shape[1])  # two for what the regions were cut by, round corners
    size = (4 * steps + 1, 4 * steps + 1)
    weight = cv2.blur(sky.astype(np.float32), size)
    around = cv2.blur(photo.image * sky[..., None].astype(np.float32), size)
    around /= np.maximum(weight, 1e-6)[..., None]
    distance = np.abs(photo.image - around).max(axis=-1)
    alike = photo.valid & (distance <= ALIKE) & (photo.sureness <= LESS_SURE) & (weight > 1e-6)
    allowed = alike | (photo.valid & (photo.sureness <= DOUBT))
    found = sky
    for _ in range(steps):
        found = found | (cv2.dilate(found.astype(np.uint8), CROSS).astype(bool) & allowed)
    return found


def _top_rows(valid: Bool[np.ndarray, "H W"]) -> Bool[np.ndarray, "H W"]:
    """The first two valid pixels of every column: padding lies above them."""
    order = np.cumsum(valid, axis=0)
    return valid & (order <= 2)


def _smooth_pixels(image: UInt8[np.ndarray, "H W 3"]) -> Bool[np.ndarray, "H W"]:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return cv2.magnitude(across, down) <= STEEP


def _looks_like_sky(colors: UInt8[np.ndarray, "N 3"], smooth: Bool[np.ndarray, " N"]) -> bool:
    red, green, blue = np.median(colors, axis=0)
    is_green = green > max(red, blue) + GREENEST
    return bool(smooth.mean() >= SMOOTH_SHARE) and not is_green


def _is_far(
    depth: Float32[np.ndarray, "H W"],
    region: Bool[np.ndarray, "H W"],
    rest: Bool[np.ndarray, "H W"],
) -> bool:
    known = np.isfinite(depth)
    if not (rest & known).any() or not (region & known).any():
        return True
    return bool(np.median(depth[region & known]) >= NEAREST * np.median(depth[rest & known]))
