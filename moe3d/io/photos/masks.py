"""Masks of photos: pictures in which what is dark is no part of the scene."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool
from PIL import Image, ImageChops

from moe3d.errors import ImageReadError
from moe3d.io.photos.image_decode import decode, open_image, turned
from moe3d.scene.records import View

SAME_SHAPE = 0.02
"""Ratios of width to height of photo and mask may differ by this share."""
NEARLY_BLACK, NEARLY_WHITE = 16, 239
TWO_TONES = 0.95
"""Share of pixels that are black or white in a mask."""


def check_mask(view: View) -> float:
    """Share of a photo that its mask leaves.

    Raises:
        ImageReadError: the mask cannot be read, or has another shape than the photo; with the
            reason alone.
    """
    return float(_inside(view).mean())


def with_mask(view: View, photo: Image.Image) -> Image.Image:
    """A photo, upright at any size, with what its mask leaves out transparent.

    Raises:
        ImageReadError: the mask is gone or changed since it was checked.
    """
    if view.mask is None:
        return photo
    try:
        inside = Image.fromarray(np.where(_inside(view), np.uint8(255), np.uint8(0)))
    except ImageReadError as error:
        raise ImageReadError(f"{view.mask}: {error}") from error.__cause__
    alpha = inside.resize(photo.size, Image.Resampling.BOX)
    masked = photo.convert("RGBA")
    masked.putalpha(ImageChops.darker(masked.getchannel("A"), alpha))
    return masked


def mask_note(views: Sequence[View]) -> tuple[str, ...]:
    """How many photos have masks, as a sentence with an example; nothing when none has."""
    masks = [view.mask for view in views if view.mask is not None]
    if not masks:
        return ()
    example = f"{masks[0].parent.name}/{masks[0].name}"
    of = f"{len(masks)} of {len(views)} photos"
    return (f"{of} have masks ({example}): what is black there is left out.",)


def looks_like_mask(picture: Image.Image) -> bool:
    """Whether a picture is grey and nearly all black or white."""
    red, green, blue = picture.convert("RGB").split()
    if ImageChops.difference(red, green).getbbox() or ImageChops.difference(red, blue).getbbox():
        return False
    counts = np.array(red.histogram())
    two_tones = counts[:NEARLY_BLACK].sum() + counts[NEARLY_WHITE:].sum()
    return bool(two_tones > TWO_TONES * counts.sum())


def _inside(view: View) -> Bool[np.ndarray, "h w"]:
    """Where the mask is bright, upright as the photo is.

    A mask made for the photo as it lies in its file, before its EXIF turn, is turned with it.
    """
    assert view.mask is not None
    with open_image(view.mask) as image:
        decoded = decode(image)
    mask = decoded.resized(*_upright_size(decoded.image.size, decoded.orientation))
    if not _fits(mask, view.width, view.height):
        if view.exif_orientation < 5 or not _fits(mask, view.height, view.width):
            raise ImageReadError(
                f"it is {mask.width} x {mask.height} pixels; wanted the shape of the photo, "
                f"{view.width} x {view.height}"
            )
        mask = turned(mask, view.exif_orientation)
    values = np.asarray(mask.convert("L"))
    if mask.mode == "RGBA" and values.min() == values.max():  # drawn in the transparency alone
        values = np.asarray(mask.getchannel("A"))
    return values > int(values.max()) / 2  # masks of 0 and 1 count too


def _upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return size if orientation < 5 else (size[1], size[0])


def _fits(mask: Image.Image, width: int, height: int) -> bool:
    return abs(mask.width * height / (mask.height * width) - 1) <= SAME_SHAPE
