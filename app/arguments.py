"""Command line of the window; read without Qt, so that --help answers at once."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moe3d import __version__

LAYOUTS = ("reconstruct", "experts", "compare", "export", "everything")


@dataclass(frozen=True)
class Arguments:
    """What the user asked for at the start."""

    paths: tuple[Path, ...] = ()
    run: bool = False
    """Reconstruct at once."""
    screenshot: Path | None = None
    """Save the window there and quit."""
    model: str | None = None
    """Preset name or checkpoint; None keeps the setting."""
    size: tuple[int, int] | None = None
    """Width and height of the window."""
    theme: str | None = None
    """"light", "dark" or "system"; None keeps the setting."""
    layout: str | None = None
    """What the window is arranged for; None keeps the setting."""


def viewer_parser() -> argparse.ArgumentParser:
    """The parser of the words after the program's name."""
    parser = argparse.ArgumentParser(
        prog="moe3d-viewer",
        description="Turn photos into a 3D point cloud and see which expert decides.",
    )
    parser.add_argument(
        "path",
        nargs="*",
        type=_path,
        help="a folder of photos, photos, videos, a saved result, or clouds and meshes",
    )
    parser.add_argument("--run", action="store_true", help="reconstruct at once")
    parser.add_argument(
        "--screenshot", type=_path, metavar="FILE", help="save the window as PNG and quit"
    )
    parser.add_argument("--model", help="preset name or checkpoint file (default: the last used)")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window, 1480x920")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours")
    parser.add_argument("--layout", choices=LAYOUTS, help="what the window is arranged for")
    parser.add_argument("--version", action="version", version=f"moe3d-viewer {__version__}")
    return parser


def read_arguments(argv: Sequence[str]) -> Arguments:
    """Read the words after the program's name; leaves by SystemExit on --help and misuse."""
    parser = viewer_parser()
    given = parser.parse_args(argv)
    if given.screenshot is not None and not given.path:
        parser.error("--screenshot needs a PATH to show")
    return Arguments(
        tuple(given.path),
        given.run,
        given.screenshot,
        given.model,
        given.size,
        given.theme,
        given.layout,
    )


def _path(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; wanted a path (is a variable not set?)")
    return Path(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"a size looks like 1280x720; got {text!r}")
    return int(width), int(height)
