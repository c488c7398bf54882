"""Photos to the network's images, by VGGT's geometry, with one pixel transform a photo.

Unlike VGGT's loader: photos are turned upright, every shift and scale is recorded, padding and
transparency are invalid, and a photo too flat for a whole patch gets one.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

from moe3d.errors import ImageReadError, JobCancelledError, UsageError
from moe3d.io.photos.images import read_resized
from moe3d.progress import Progress
from moe3d.scene.pixel_transform import LARGEST_LOSS, PixelTransform
from moe3d.scene.records import View, ViewSet

RESIZE_MODES = ("auto", "crop", "pad")
READERS = 4
"""Photos decoded at the same time."""
WHITE = 255
MIN_ALPHA = 128
"""Alpha below a half is no part of the scene."""


@dataclass(frozen=True)
class PreparedViews:
    """What the network sees of a scene."""

    images: UInt8[np.ndarray, "S H W 3"]
    """RGB; white where padded or transparent."""
    valid_mask: Bool[np.ndarray, "S H W"]
    """False at padding and where the photo's alpha is below a half."""
    pixel_transforms: tuple[PixelTransform, ...]

    def select(self, views: Sequence[int]) -> "PreparedViews":
        """The photos at these indices, in this order."""
        chosen = list(views)
        transforms = tuple(self.pixel_transforms[view] for view in chosen)
        return PreparedViews(self.images[chosen], self.valid_mask[chosen], transforms)


@dataclass(frozen=True)
class _Prepared:
    image: UInt8[np.ndarray, "H W 3"]
    valid: Bool[np.ndarray, "H W"]
    transform: PixelTransform


def prepare_views(
    views: ViewSet,
    *,
    long_side: int = 518,
    patch: int = 14,
    mode: str = "auto",
    progress: Progress | None = None,
) -> PreparedViews:
    """Scale, crop or pad the photos of a scene to one common size.

    Args:
        views: the photos.
        long_side: width in crop mode, longer side of photos that are not cut, network pixels;
            whole patches.
        patch: side of a patch, pixels.
        mode: "crop" scales to `long_side` wide and cuts what is higher than that, centred;
            "pad" scales the longer side to `long_side` and fills to a square with white;
            "auto" crops where no photo of the scene loses more than LARGEST_LOSS by it, else scales
            the longer side of every photo to `long_side`: upright photos alone give an upright
            image without borders, upright and lying ones of one camera keep one scale.
        progress: told after every photo.

    Returns:
        Images of one size: photos of other shapes are centred on white.

    Raises:
        UsageError: the sizes make no sense, or there is no view.
        ImageReadError: a photo is gone or changed since it was checked.
    """
    transforms = plan_transforms(views, long_side=long_side, patch=patch, mode=mode)
    height, width = transforms[0].height, transforms[0].width
    images = np.full((len(views), height, width, 3), WHITE, np.uint8)
    valid_mask = np.zeros((len(views), height, width), bool)
    reporter = progress or Progress()
    with ThreadPoolExecutor(READERS) as pool:
        try:
            for index, prepared in enumerate(pool.map(_prepare, views.views, transforms)):
                images[index], valid_mask[index] = prepared.image, prepared.valid
                reporter.report("prepare photos", index + 1, len(views))
        except (JobCancelledError, ImageReadError):
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return PreparedViews(images, valid_mask, transforms)


def plan_transforms(
    views: ViewSet, *, long_side: int = 518, patch: int = 14, mode: str = "auto"
) -> tuple[PixelTransform, ...]:
    """How the photos of a scene would be brought to one common size, without reading them.

    `visible_box` of a result is what the network will see of the photo.

    Raises:
        UsageError: no view, an unknown mode, or `long_side` is no multiple of the patch.
    """
    settled = settled_mode(views, long_side=long_side, patch=patch, mode=mode)
    alone = [_scaled(view, long_side, patch, settled) for view in views.views]
    if settled == "pad":
        return tuple(_centred(transform, long_side, long_side) for transform in alone)
    height = max(transform.height for transform in alone)
    width = max(transform.width for transform in alone)
    return tuple(_centred(transform, width, height) for transform in alone)


def cut_warnings(views: ViewSet, transforms: Sequence[PixelTransform]) -> tuple[str, ...]:
    """One sentence for every photo that loses more of its area than LARGEST_LOSS."""
    return tuple(
        f"{view.name}: {1 - transform.visible_share:.0%} of it is cut off; "
        'the resize mode "auto" shows it whole'
        for view, transform in zip(views.views, transforms, strict=True)
        if 1 - transform.visible_share > LARGEST_LOSS
    )


def settled_mode(
    views: ViewSet, *, long_side: int = 518, patch: int = 14, mode: str = "auto"
) -> str:
    """What a mode comes to for these photos: "crop", "pad", or "whole" without needless borders.

    A scene that is prepared at a second size must be so in the mode that the first one settled.

    Raises:
        UsageError: no view, an unknown mode, or `long_side` is no multiple of the patch.
    """
    if len(views) == 0:
        raise UsageError("there is no photo to prepare; wanted at least one")
    if patch < 1 or long_side < patch or long_side % patch:
        raise UsageError(f"the image size must be a multiple of {patch}; got {long_side}")
    if mode not in (*RESIZE_MODES, "whole"):
        raise UsageError(f"the preparation must be one of {', '.join(RESIZE_MODES)}; got {mode!r}")
    if mode != "auto":
        return mode
    cropped = [_scaled(view, long_side, patch, "crop") for view in views.views]
    is_too_much = any(1 - transform.visible_share > LARGEST_LOSS for transform in cropped)
    return "whole" if is_too_much else "crop"


def _scaled(view: View, long_side: int, patch: int, mode: str) -> PixelTransform:
    """One photo by itself: as wide as `long_side` and cut to a square, or whole."""
    if mode == "crop" or view.width >= view.height:
        scaled_width = long_side
        scaled_height = _whole_patches(view.height * (long_side / view.width), patch)
    else:
        scaled_height = long_side
        scaled_width = _whole_patches(view.width * (long_side / view.height), patch)
    height = min(scaled_height, long_side)
    return PixelTransform(
        original_width=view.width,
        original_height=view.height,
        width=scaled_width,
        height=height,
        scale_x=scaled_width / view.width,
        scale_y=scaled_height / view.height,
        offset_y=float(-((scaled_height - height) // 2)),
        exif_orientation=view.exif_orientation,
    )


def _whole_patches(pixels: float, patch: int) -> int:
    return max(round(pixels / patch), 1) * patch


def _centred(transform: PixelTransform, width: int, height: int) -> PixelTransform:
    return replace(
        transform,
        width=width,
        height=height,
        offset_x=transform.offset_x + (width - transform.width) // 2,
        offset_y=transform.offset_y + (height - transform.height) // 2,
    )


def _prepare(view: View, transform: PixelTransform) -> _Prepared:
    width = round(transform.scale_x * transform.original_width)
    height = round(transform.scale_y * transform.original_height)
    colours, opaque = _on_white(read_resized(view, width, height))
    image = np.full((transform.height, transform.width, 3), WHITE, np.uint8)
    valid = np.zeros((transform.height, transform.width), bool)
    rows = _overlap(int(transform.offset_y), height, transform.height)
    columns = _overlap(int(transform.offset_x), width, transform.width)
    image[rows.target, columns.target] = colours[rows.source, columns.source]
    valid[rows.target, columns.target] = opaque[rows.source, columns.source]
    return _Prepared(image, valid, transform)


@dataclass(frozen=True)
class _Overlap:
    """One axis: which span of the scaled photo goes to which span of the image."""

    source: slice
    target: slice


def _overlap(offset: int, length: int, extent: int) -> _Overlap:
    start, stop = max(offset, 0), min(offset + length, extent)
    return _Overlap(slice(start - offset, stop - offset), slice(start, stop))


def _on_white(
    photo: Image.Image,
) -> tuple[UInt8[np.ndarray, "H W 3"], Bool[np.ndarray, "H W"]]:
    """Colours over white, and where the photo is opaque."""
    pixels = np.asarray(photo)
    if photo.mode == "RGB":
        return pixels, np.ones(pixels.shape[:2], bool)
    ground = Image.new("RGBA", photo.size, (WHITE,) * 4)
    colours = np.asarray(Image.alpha_composite(ground, photo).convert("RGB"))
    return colours, pixels[..., 3] >= MIN_ALPHA
