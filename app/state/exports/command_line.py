"""The headless `moe3d` lines for what the window would do now."""

import shlex
from pathlib import Path

from moe3d.scene.filters.command_words import filter_words
from moe3d.scene.filters.settings import scaled
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.state.run.run_options import RunOptionsState


def run_command(
    sources: tuple[Path, ...],
    options: RunOptionsState,
    title: str,
    frames_per_second: float = 1.0,
) -> str:
    """The next run; empty when no photos are open."""
    if not sources:
        return ""
    words = ["moe3d", "run", *map(str, sources), "-o", f"out/{title}", "--model", options.model]
    for name, value in (
        ("--server", options.server or "auto"),
        ("--device", "auto" if options.server else options.device),
        ("--precision", "auto" if options.server else options.precision),
        ("--resize", options.resize_mode),
        ("--refine", options.refine),
    ):
        if value != "auto":
            words += [name, value]
    if frames_per_second != 1:
        words += ["--frames-per-second", f"{frames_per_second:g}"]
    if not options.compare:
        words.append("--no-compare")
    return shlex.join(words)


def export_command(
    result: Path,
    layer: str,
    filters: PointFilters,
    factor: float = 1.0,
    formats: tuple[str, ...] = ("ply",),
) -> str:
    """An export of what the screen shows, from a saved session or result.

    Args:
        result: session or prediction file, or the folder of a run.
        layer: of the left or only 3D view.
        filters: of the screen.
        factor: from the units of the result to those of the screen.
        formats: names in the registry of exporters.
    """
    words = ["moe3d", "export", str(result), "--format", ",".join(formats), "--layer", layer]
    words += filter_words(scaled(filters, factor))
    return shlex.join([*words, *(("--scale", repr(factor)) if factor != 1 else ())])
