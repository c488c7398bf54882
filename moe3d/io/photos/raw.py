"""Camera raw files, by LibRaw where `rawpy` is installed."""

from pathlib import Path

from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.files.outside_files import open_regular
from moe3d.io.photos.pixel_budget import DECODING

DEVELOPING = 4
"""Developing takes about this many times the memory of the finished picture."""


def develop(path: Path) -> Image.Image:
    """A raw file as an upright sRGB image, white as the camera measured it.

    Raises:
        ImageReadError: rawpy is not installed, or the file is damaged or of an unknown camera.
        OSError: it is missing, or no regular file.
    """
    try:
        import rawpy  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise ImageReadError(
            "camera raw files need rawpy: pip install 'moe3d-viewer[raw]', or convert it to JPEG"
        ) from error
    with open_regular(path) as stream:
        try:
            with rawpy.imread(stream) as raw, DECODING.hold(
                DEVELOPING * raw.sizes.width * raw.sizes.height
            ):  # fmt: skip
                pixels = raw.postprocess(use_camera_wb=True, output_bps=8)
        except rawpy.LibRawError as error:
            reason = error.args[0] if error.args else "unknown"
            text = reason.decode() if isinstance(reason, bytes) else str(reason)
            raise ImageReadError(
                f"camera raw: it is damaged or of a camera that LibRaw does not know ({text})"
            ) from error
    return Image.fromarray(pixels)
