"""A figure as bytes, for the preview, and as a file that is complete or not there."""

from pathlib import Path

from moe3d.errors import UsageError
from moe3d.io.figures.content import FIGURE_KINDS, FigureOptions, GridContent, ProfileContent
from moe3d.io.figures.map_grid import draw_grid
from moe3d.io.figures.paper import DPI, file_bytes, paper
from moe3d.io.figures.profile_figure import draw_profile
from moe3d.io.files.atomic import check_free, new_file

USUAL = FigureOptions()
Content = GridContent | ProfileContent


def figure_bytes(
    content: Content, options: FigureOptions = USUAL, kind: str = "png", dpi: int = DPI
) -> bytes:
    """A figure in one of `FIGURE_KINDS`.

    Args:
        content: a grid of maps, or a profile.
        options: width and layout.
        kind: "pdf" and "svg" keep every pixel of a map, and text as text with its font.
        dpi: dots an inch of a PNG.

    Raises:
        UsageError: there is no such kind.
    """
    if kind not in FIGURE_KINDS:
        raise UsageError(
            f"figures are written as {', '.join(FIGURE_KINDS)}; got {kind or 'no ending'!r}"
        )
    with paper():
        if isinstance(content, ProfileContent):
            sheet = draw_profile(content, options)
        else:
            sheet = draw_grid(content, options, smooth=kind == "png")
        return file_bytes(sheet.figure, kind, dpi)


def write_figure(
    content: Content,
    path: Path | str,
    options: FigureOptions = USUAL,
    overwrite: bool = False,
) -> Path:
    """Write a figure; its ending says the kind, PNG has 300 dpi.

    Raises:
        UsageError: the ending is not one of `FIGURE_KINDS`.
        OutputError: the file is there already, or cannot be written.
    """
    target = Path(path)
    check_free(target, overwrite)
    made = figure_bytes(content, options, target.suffix.removeprefix(".").lower())
    with new_file(target, overwrite) as part:
        part.write_bytes(made)
    return target
