"""Draws figures for papers; the drawing library is loaded when the first one is wanted."""

from pathlib import Path
from typing import TYPE_CHECKING

from moe3d import Progress

if TYPE_CHECKING:
    from moe3d import FigureOptions
    from moe3d_viewer.state.exports.figure import FigureContent

PREVIEW_DPI = 130


def preview_figure(content: "FigureContent", options: "FigureOptions", progress: Progress) -> bytes:
    """A PNG for the screen."""
    from moe3d import figure_bytes

    progress.report("draw")
    return figure_bytes(content, options, "png", PREVIEW_DPI)


def write_figure_file(
    content: "FigureContent", options: "FigureOptions", path: Path, progress: Progress
) -> Path:
    """Write it; the file dialog has asked before replacing one."""
    from moe3d import write_figure

    progress.report("draw")
    return write_figure(content, path, options, overwrite=True)
