"""Pictures that this program draws are marked: a later run does not take them for photos."""

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

MARK_KEY = "Software"
MARK = "MoE3D Viewer"
"""Text chunk of every PNG that the program draws; photos that it passes on have none."""
_SHEET, _RESULT = "sheet.png", "prediction.npz"


def png_mark() -> PngInfo:
    """The mark, for Pillow's `save(pnginfo=...)`."""
    info = PngInfo()
    info.add_text(MARK_KEY, MARK)
    return info


def is_own_picture(path: Path, image: Image.Image) -> bool:
    """Whether this program drew an opened picture; older sheets are known by their name."""
    if str(image.info.get(MARK_KEY, "")).startswith(MARK):
        return True
    return path.name == _SHEET and (path.parent / _RESULT).exists()
