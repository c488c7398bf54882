"""The photos of a scene as files of an export, with the intrinsics of exactly those files."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.exports.export_job import ExportJob
from moe3d.io.files.safe_names import safe_names
from moe3d.io.photos.color import says_other_colours, srgb_profile
from moe3d.io.photos.image_decode import decode, exif_orientation, open_image
from moe3d.io.photos.image_files import split_source
from moe3d.scene.layer_points import usable_cameras
from moe3d.scene.layers import DepthLayer

JPEG_QUALITY = 95


@dataclass(frozen=True)
class ExportedPhoto:
    """One photo of an export."""

    view: int
    """Which view of the prediction."""
    file_name: str
    width: int
    height: int
    intrinsics: Float[np.ndarray, "3 3"]
    """Of this file, pixel centres at integers."""
    is_original: bool
    """False: the photo was not found as it was, so the network's image stands in."""

    @property
    def corner_intrinsics(self) -> Float[np.ndarray, "3 3"]:
        """With the origin at the corner of the first pixel, as COLMAP and nerfstudio count."""
        return self.intrinsics + np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])


def photo_names(job: ExportJob, photos: list[ExportedPhoto]) -> dict[str, str]:
    """What each file was called by the user."""
    return {photo.file_name: job.prediction.names[photo.view] for photo in photos}


def write_photos(job: ExportJob, layer: DepthLayer, folder: Path) -> list[ExportedPhoto]:
    """Write every photo that has a camera, upright, under a safe name.

    An upright JPEG or PNG of sRGB colours is copied byte by byte; others are turned, converted to
    sRGB and written anew with its profile, and a frame of a video is taken from the video again, at
    its own size. Where the photo is missing or was changed, the network's own image is written with
    its own intrinsics.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stems = safe_names(job.prediction.names, extension="")
    photos = []
    for view in np.flatnonzero(usable_cameras(layer)).tolist():
        job.progress.report("write photos", view, len(stems))
        photos.append(_write_photo(job, layer, view, folder / stems[view]))
    return photos


def _write_photo(job: ExportJob, layer: DepthLayer, view: int, stem: Path) -> ExportedPhoto:
    transform = job.prediction.pixel_transforms[view]
    sources = job.prediction.metadata.sources
    source = sources[view] if len(sources) == job.prediction.num_views else ""
    intrinsics = layer.intrinsics[view].astype(np.float64)
    size = (transform.original_width, transform.original_height)
    path, frame_s = split_source(source)
    if frame_s is not None:
        name = _write_frame(path, frame_s, stem, size)
    else:
        name = _write_original(path, stem, size) if source else None
    if name is not None:
        return ExportedPhoto(view, name, *size, transform.original_intrinsics(intrinsics), True)
    image = Image.fromarray(job.prediction.images[view])
    name = f"{stem.name}.png"
    image.save(stem.with_name(name), icc_profile=srgb_profile())
    return ExportedPhoto(view, name, image.width, image.height, intrinsics, False)


def _write_frame(video: Path, second: float, stem: Path, size: tuple[int, int]) -> str | None:
    """Write a frame of a video if it is still there and as large as it was; its file name."""
    from moe3d.io.videos.video import read_frame  # noqa: PLC0415 (cv2 and av are slow to load)

    try:
        frame = Image.fromarray(read_frame(video, second))
    except ImageReadError:
        return None
    return _save_jpeg(frame, stem) if frame.size == size else None


def _write_original(source: Path, stem: Path, size: tuple[int, int]) -> str | None:
    """Write the photo if it is still there and as large as it was; its file name, or None."""
    try:
        with open_image(source) as image:
            as_is = image.format in ("JPEG", "PNG") and image.mode in ("RGB", "L")
            as_is = as_is and exif_orientation(image) == 1 and not says_other_colours(image)
            if as_is and image.size == size:
                name = f"{stem.name}{'.jpg' if image.format == 'JPEG' else '.png'}"
                shutil.copyfile(source, stem.with_name(name))
                return name
            upright = decode(image)
            turned = (upright.image.height, upright.image.width)
            if (turned if upright.orientation >= 5 else upright.image.size) != size:
                return None
            photo = upright.resized(*size)
    except ImageReadError:
        return None
    if photo.mode == "RGBA":
        name = f"{stem.name}.png"
        photo.save(stem.with_name(name), icc_profile=srgb_profile())
        return name
    return _save_jpeg(photo, stem)


def _save_jpeg(photo: Image.Image, stem: Path) -> str:
    name = f"{stem.name}.jpg"
    path = stem.with_name(name)
    photo.save(path, quality=JPEG_QUALITY, subsampling=0, icc_profile=srgb_profile())
    return name
